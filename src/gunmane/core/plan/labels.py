"""Labels in both languages, from the two catalogues `data/texts/<ja|en>/measures.toml`."""

from collections.abc import Mapping

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.values import Text

Catalogue = Mapping[str, Mapping[str, str]]
"""Table → key → text, as the TOML file holds it."""


class Labels:
    """Both languages side by side; a key that one language lacks is refused when the labels are made."""

    def __init__(self, ja: Catalogue, en: Catalogue) -> None:
        """Raise GunmaneError `bad_catalogue` with every key that only one language has."""
        keys = [{(table, key) for table, texts in language.items() for key in texts} for language in (ja, en)]
        missing = sorted(keys[0] ^ keys[1])
        if missing:
            raise GunmaneError("bad_catalogue", [Fault("one_language_only", at=f"{t}.{key}") for t, key in missing])
        self._texts = {(t, key): Text(ja[t][key], en[t][key]) for t, key in keys[0]}

    def has(self, table: str, key: str) -> bool:
        """Tell whether there is such a text."""
        return (table, key) in self._texts

    def get(self, table: str, key: str, **values: Text | str) -> Text:
        """Return a text with its placeholders filled, a Text by its own language."""
        text = self._texts[table, key]
        ja = {name: value.ja if isinstance(value, Text) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        return Text(text.ja.format(**ja), text.en.format(**en))
