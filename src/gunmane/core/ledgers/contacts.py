"""Who is to be reached about a septic system: read apart from everything else, and never shown with it."""

from collections.abc import Container, Mapping, Sequence

from msgspec import Struct

from gunmane.core.ledgers.names import personal_columns
from gunmane.core.ledgers.synonyms import Synonyms
from gunmane.core.ledgers.text import fold, header_parts, one_line

PARTS = ("name", "address", "phone")
HIDDEN = "***"
"""Stands for what a personal column holds: rejected rows are stored, exported and read by others than the owner."""


class ContactColumns(Struct):
    """Contacts column by column; `numbers` are the assets' ledger numbers, None is what a ledger leaves open.

    `provided` tells which of `PARTS` the ledger has at all: the others stay as they are known.
    """

    provided: tuple[bool, ...]
    numbers: list[str]
    parts: dict[str, list[str | None]]

    def __len__(self) -> int:
        return len(self.numbers)


def contact_columns(header: Sequence[str], synonyms: Synonyms) -> dict[str, int]:
    """Tell which personal column says what: the words of `contacts` in their order, each column once."""
    personal = personal_columns(header, synonyms)
    folded = {place: header_parts(header[place])[0] for place in sorted(personal)}
    found: dict[str, int] = {}
    for part in PARTS:
        for word in (header_parts(one)[0] for one in synonyms.contacts.get(part, ())):
            fitting = [place for place, text in folded.items() if text == word or (len(word) > 1 and word in text)]
            if fitting:
                found[part] = min(fitting, key=lambda place: (folded[place] != word, len(folded[place]), place))
                del folded[found[part]]
                break
    return found


def read_contacts(
    places: Mapping[str, int],
    columns: Sequence[Sequence[str]],
    numbers: Sequence[str],
    rejected: Container[int],
    unknown: frozenset[str],
) -> ContactColumns:
    """Read who stands in the rows that are not rejected; rows that name nobody are left out.

    `places` are the columns by part, `numbers` the assets' numbers row by row, `unknown` the folded words that mean
    "not known".
    """
    found = ContactColumns(tuple(part in places for part in PARTS), [], {part: [] for part in PARTS})
    for position, number in enumerate(numbers if places else ()):
        if position in rejected:
            continue
        said = {part: one_line(columns[place][position]) for part, place in places.items()}
        known = {part: None if fold(text) in unknown else text for part, text in said.items()}
        if any(known.values()):
            found.numbers.append(number)
            for part in PARTS:
                found.parts[part].append(known.get(part))
    return found


def hidden(header: Sequence[str], cells: Sequence[str], personal: frozenset[int]) -> dict[str, str]:
    """Return a row's cells by header, those of personal columns hidden."""
    return {
        name: HIDDEN if place in personal and cell else cell
        for place, (name, cell) in enumerate(zip(header, cells, strict=False))
    }
