"""Loads the rules of law, their texts and the public holidays."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import holidays
import msgspec

from gunmane.core.calendar import WorkingDays
from gunmane.core.duties.mistakes import mistakes
from gunmane.core.duties.rules import Rule, RuleBook, Texts
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.year import Workbook
from gunmane.resources import DATA

FIRST_HOLIDAYS, LAST_HOLIDAYS = 1985, 2075
"""Years with holidays; the law on public holidays is younger than the oldest rule needs, later years follow the
present law with computed equinoxes."""


@cache
def working_days() -> WorkingDays:
    """Return the working days of public offices with Japan's public holidays (package `holidays`)."""
    known = holidays.country_holidays("JP", years=range(FIRST_HOLIDAYS, LAST_HOLIDAYS + 1))
    return WorkingDays(holidays=frozenset(known))


def texts(language: str) -> Texts:
    """Return the sentences of duties in one language."""
    return msgspec.toml.decode((DATA / "texts" / language / "duties.toml").read_bytes(), type=Texts)


@cache
def rule_book() -> RuleBook:
    """Return the rules that ship with the program."""
    return load_rules([DATA / "duty_rules.toml"])


@cache
def workbook() -> Workbook:
    """Return how long the work of each duty takes and how a year is planned (data/schedule.toml)."""
    return msgspec.toml.decode((DATA / "schedule.toml").read_bytes(), type=Workbook)


def load_rules(paths: Iterable[Path]) -> RuleBook:
    """Read rule files into one book; files read first win within a duty unless a row is local.

    Raises GunmaneError `bad_rules` with every mistake and its row.
    """
    rules: list[Rule] = []
    faults: list[Fault] = []
    for path in paths:
        found, wrong = _read(path)
        rules += found
        faults += wrong
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            faults.append(Fault("rule_twice", rule.id, {"rule": rule.id}))
        seen.add(rule.id)
    if faults:
        raise GunmaneError("bad_rules", faults)
    return RuleBook(tuple(rules), texts("ja"), texts("en"), working_days())


def _read(path: Path) -> tuple[list[Rule], list[Fault]]:
    """Read one file: `[[duties]]` with what the rows share, `[[duties.rows]]` with what differs."""
    rules: list[Rule] = []
    faults: list[Fault] = []
    try:
        document: dict[str, Any] = msgspec.toml.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        return [], [Fault("rule_file", path.name, {"message": str(error)})]
    for key in document:
        if key != "duties":
            faults.append(Fault("unknown_key", f"{path.name}/{key}", {"key": key, "known": "duties"}))
    for shared in document.get("duties", []):
        rows = shared.pop("rows", [])
        for row in rows:
            merged = {**shared, **row}
            at = f"{path.name}/{merged.get('id', merged.get('duty', '?'))}"
            try:
                rule = msgspec.convert(merged, Rule)
            except msgspec.ValidationError as error:
                faults.append(Fault("rule_invalid", at, {"message": str(error)}))
                continue
            rules.append(rule)
            faults += [Fault("rule_invalid", at, {"message": text}) for text in mistakes(rule)]
    return rules, faults
