"""Everything that reading says has a sentence in both languages."""

import re
import tomllib
from pathlib import Path

import pytest

from gunmane.core.ledgers.fields import COMMON
from gunmane.resources import DATA, PACKAGE

SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("core/ledgers", "files")
    for path in sorted((PACKAGE / folder).glob("*.py"))
    if path.name not in ("rules.py", "writing.py", "regions.py", "stories.py", "storywords.py")
)


def catalogue(language: str, noun: str = "ledgers") -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(DATA / "texts" / language / f"{noun}.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("table", "pattern"),
    [
        ("faults", r'Fault\(\s*"(\w+)"'),
        ("errors", r'GunmaneError\(\s*"(\w+)"'),
        ("flags", r'Doubt\([^"]*"(\w+)"\)'),
        ("flags", r'(?<!_)flag\(\s*"(\w+)"'),
        ("warnings", r'Guess\([^"]*"(\w+)"\)'),
        ("questions", r'Question\(\s*"(\w+)"'),
    ],
)
def test_every_code_has_a_sentence(language: str, table: str, pattern: str) -> None:
    texts = catalogue(language)
    codes = set(re.findall(pattern, SOURCES))
    assert codes
    known = set(texts[table]) | (set(texts["warnings"]) if table == "faults" else set())
    for noun in ("imports", "grades", "measures"):  # read for these only: repairs, profiles, road networks
        known |= set(catalogue(language, noun).get(table, {}))
    if table == "warnings":
        known |= set(texts["faults"])
    assert codes <= known


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    japanese, english = catalogue("ja"), catalogue("en")
    assert {key: set(table) for key, table in japanese.items()} == {key: set(table) for key, table in english.items()}
    for name, table in japanese.items():
        for code, text in table.items():
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", english[name][code])), code


def test_every_cell_fault_is_also_a_flag() -> None:
    texts = catalogue("ja")
    essential = {"not_a_coordinate", "no_such_angle", "no_such_zone", "not_a_geometry"}
    cells = set(re.findall(r'Fault\("(\w+)", values=\{"text"', SOURCES)) - essential
    assert cells <= set(texts["flags"])


def test_every_field_has_a_name() -> None:
    for language in ("ja", "en"):
        assert {item.name for item in COMMON} <= set(catalogue(language)["fields"])
