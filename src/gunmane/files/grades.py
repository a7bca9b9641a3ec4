"""Profiles of grading and survey files read; judgements in words."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.grades.measured import Grading, Measured
from gunmane.core.grades.sewer import Judgement, Profile
from gunmane.core.grades.survey import Sheet, Survey, Words, columns_of, key, read_survey
from gunmane.files.catalogue import catalogue
from gunmane.files.faults import said
from gunmane.files.reference import texts
from gunmane.files.tables import open_table
from gunmane.resources import DATA

SHIPPED = DATA / "sewer_profiles.toml"


class Profiles(msgspec.Struct, frozen=True):
    """Profiles by name, and what survey files call things."""

    by_name: dict[str, Profile]
    words: Words

    def find(self, name: str) -> Profile:
        """Return a profile by its id or another name of it; raises GunmaneError `bad_profile`."""
        wanted = key(name)
        for profile in self.by_name.values():
            if wanted in (key(profile.id), *map(key, profile.aliases)):
                return profile
        known = ", ".join(self.by_name)
        raise GunmaneError("bad_profile", [Fault("profile_unknown", "--profile", {"profile": name, "known": known})])


@cache
def sewer_profiles(*further: Path) -> Profiles:
    """Return the shipped profiles with those of further files, which may rest on shipped ones (`based_on`).

    Raises GunmaneError `bad_profile` with the file and what is wrong in it.
    """
    raw: dict[str, dict[str, Any]] = {}
    words: dict[str, Any] = {"items": {}, "columns": {}}
    for path in (SHIPPED, *further):
        try:
            document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
            for one in document.get("profiles", []):
                base = raw[one["based_on"]] if "based_on" in one else {}
                raw[one["id"]] = {**base, "aliases": [], **one}
            _add_words(words, document.get("words", {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{type(error).__name__}: {error}"
            raise GunmaneError("bad_profile", [Fault("profile_invalid", path.name, {"message": message})]) from error
    found: dict[str, Profile] = {}
    for name, one in raw.items():
        try:
            found[name] = msgspec.convert(one, Profile)
        except msgspec.ValidationError as error:
            fault = Fault("profile_invalid", name, {"message": str(error)})
            raise GunmaneError("bad_profile", [fault]) from error
    return Profiles(found, msgspec.convert(words, Words))


def _add_words(words: dict[str, Any], more: dict[str, Any]) -> None:
    for part in ("items", "columns"):
        for name, found in more.get(part, {}).items():
            words[part][name] = [*words[part].get(name, []), *found]
    for part in ("sound", "ignored"):
        words[part] = [*words.get(part, []), *more.get(part, [])]


@cache
def grading() -> Grading:
    """Return the criteria of measurements."""
    return msgspec.toml.decode((DATA / "grading.toml").read_bytes(), type=Grading)


def measurements(path: Path, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Read a file of measurements: row numbers and cells by what their columns mean, blank ones left out."""
    given = sheet(path)
    found = columns_of(given, grading().columns, needed, path.name).cells
    rows = [
        (number, {name: column[row].strip() for name, column in found.items() if column[row].strip()})
        for row, number in enumerate(given.rows)
    ]
    return [(number, cells) for number, cells in rows if cells]


def sheet(path: Path) -> Sheet:
    """Read a table of any format and encoding as text; raises GunmaneError `no_such_file`, `not_readable`, …"""
    table = open_table(path)
    columns: list[list[str]] = [[] for _ in table.header]
    rows: list[int] = []
    for chunk in table.chunks():
        rows.extend(chunk.rows)
        for column, cells in zip(columns, chunk.columns, strict=False):
            column.extend(cells)
    return Sheet(table.header, columns, rows)


def sewer_survey(findings: Path, spans: Path, profile: Profile, words: Words) -> Survey:
    """Read findings and spans."""
    return read_survey(sheet(spans), sheet(findings), profile, words, catalogue().lexicon)


def explained(judgement: Judgement | Measured, language: str) -> str:
    """Say why something was judged as it was."""
    return ("。" if language == "ja" else "; ").join(_sentences(judgement.reasons, language))


def _sentences(reasons: Iterable[Fault], language: str) -> list[str]:
    return list(dict.fromkeys(sentence(reason, language) for reason in reasons))


def sentence(reason: Fault, language: str) -> str:
    """Say one reason or fault of grading, items and ranks in words."""
    tables = texts("grades")
    template = next(
        (tables[t][reason.code] for t in ("reasons", "judged", "faults") if reason.code in tables[t]), None
    )
    if template is None:
        return said(reason, language)
    values = {name: worded(name, value, language) for name, value in reason.values.items()}
    return (template.ja if language == "ja" else template.en).format(**values)


def worded(name: str, value: Any, language: str) -> Any:
    """Put codes of items, ranks and urgencies into words."""
    tables = texts("grades")
    if isinstance(value, tuple):
        return ("・" if language == "ja" else ", ").join(str(worded("measured", one, language)) for one in value)
    if name in ("measured", "item", "grade") and isinstance(value, str) and value in tables["judged"]:
        return tables["judged"][value].ja if language == "ja" else tables["judged"][value].en
    for table, names in (("urgency", ("urgency", "at_least")), ("ranks", ("corrosion", "sag", "rate")),
                         ("items", ("item",))):  # fmt: skip
        if name in names and isinstance(value, str) and value in tables[table]:
            text = tables[table][value]
            return text.ja if language == "ja" else text.en
    return value
