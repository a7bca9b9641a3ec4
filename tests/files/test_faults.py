"""Faults in words: one code, one sentence with the same blanks, whichever catalogue it stands in."""

import re

from gunmane.files.reference import texts
from gunmane.resources import DATA

BLANK = re.compile(r"\{(\w+)")
KNOWN = {
    "bad_date",
    "twice",
    "no_such_field",
    "asset_unknown",
    "not_whole",
    "out_of_range",
    "bad_mapping",
    "crs_unknown",
}
"""Codes that two rooms use with values of their own; each finds its own catalogue's sentence. Add none."""


def test_no_further_code_stands_in_two_catalogues_with_different_blanks() -> None:
    found: dict[str, set[frozenset[str]]] = {}
    for path in sorted((DATA / "texts" / "ja").glob("*.toml")):
        for code, text in texts(path.stem).get("faults", {}).items():
            found.setdefault(code, set()).add(frozenset(BLANK.findall(text.ja)))
    assert {code for code, blanks in found.items() if len(blanks) > 1} <= KNOWN
