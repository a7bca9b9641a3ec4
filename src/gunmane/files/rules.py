"""Loads the rules of law, their texts and the public holidays."""

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast

import holidays
import msgspec

from gunmane.core.calendar import WorkingDays
from gunmane.core.duties.mistakes import mistakes
from gunmane.core.duties.rules import Rule, RuleBook, Texts
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.year import Workbook
from gunmane.resources import DATA

SHIPPED = DATA / "duty_rules.toml"
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


_local: list[Path] = []


def use(paths: Iterable[Path]) -> None:
    """Let the rule book begin with the rows of these files, the local practice of an installation.

    The roots call this once, before anything is asked. Raises GunmaneError `bad_rules` with every mistake.
    """
    chosen = list(paths)
    load_rules([*chosen, SHIPPED])
    _local[:] = chosen
    rule_book.cache_clear()


def named(paths: str) -> tuple[Path, ...]:
    """Split the setting GUNMANE_RULES: files joined like PATH."""
    return tuple(Path(path) for path in paths.split(os.pathsep) if path)


def local_files() -> tuple[Path, ...]:
    """Return the files of local practice in use."""
    return tuple(_local)


def local_digest() -> tuple[str, ...]:
    """Return a digest of the local practice in use, none without any."""
    if not _local:
        return ()
    found = hashlib.sha256()
    for path in _local:
        found.update(path.read_bytes())
    return (found.hexdigest(),)


@cache
def rule_book() -> RuleBook:
    """Return the rules that ship with the program, after those of local practice."""
    return load_rules([*_local, SHIPPED])


@cache
def workbook() -> Workbook:
    """Return how long the work of each duty takes and how a year is planned (data/schedule.toml)."""
    return msgspec.toml.decode((DATA / "schedule.toml").read_bytes(), type=Workbook)


def load_rules(paths: Iterable[Path]) -> RuleBook:
    """Read rule files into one book; files read first win within a duty unless a row is local.

    An override takes over the row it names, of any of the files, and says only what differs and for whom.
    Raises GunmaneError `bad_rules` with every mistake and its row.
    """
    tables: list[tuple[str, dict[str, Any]]] = []
    overrides: list[tuple[str, dict[str, Any]]] = []
    faults: list[Fault] = []
    for path in paths:
        rows, own, wrong = _read(path)
        tables += rows
        overrides += own
        faults += wrong
    known = {str(row.get("id")): row for _, row in tables}
    rules: list[Rule] = []
    for at, row in [*_overriding(overrides, known, faults), *tables]:
        try:
            rule = msgspec.convert(row, Rule)
        except msgspec.ValidationError as error:
            faults.append(Fault("rule_invalid", at, {"message": str(error)}))
            continue
        rules.append(rule)
        faults += [Fault("rule_invalid", at, {"message": text}) for text in mistakes(rule)]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            faults.append(Fault("rule_twice", rule.id, {"rule": rule.id}))
        seen.add(rule.id)
    if faults:
        raise GunmaneError("bad_rules", faults)
    return RuleBook(tuple(rules), texts("ja"), texts("en"), working_days())


Row = tuple[str, dict[str, Any]]
"""Where a row stands, and what it says."""


def _read(path: Path) -> tuple[list[Row], list[Row], list[Fault]]:
    """Read one file: `[[duties]]` with what the rows share, `[[duties.rows]]` with what differs, `[[overrides]]`."""
    faults: list[Fault] = []
    try:
        document: dict[str, Any] = msgspec.toml.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        return [], [], [Fault("rule_file", path.name, {"message": str(error)})]
    for key, tables in document.items():
        if key not in ("duties", "overrides"):
            faults.append(Fault("unknown_key", f"{path.name}/{key}", {"key": key, "known": "duties, overrides"}))
        elif not _tables(tables):
            faults.append(Fault("rule_invalid", f"{path.name}/{key}", {"message": f"write [[{key}]]"}))
    rows: list[Row] = []
    for shared in _tables(document.get("duties")):
        own = shared.pop("rows", [])
        if not _tables(own):
            at = f"{path.name}/{shared.get('duty', '?')}"
            faults.append(Fault("rule_invalid", at, {"message": "a duty needs [[duties.rows]]"}))
        for row in _tables(own):
            merged = {**shared, **row}
            rows.append((f"{path.name}/{merged.get('id', merged.get('duty', '?'))}", merged))
    own = _tables(document.get("overrides"))
    overrides = [(f"{path.name}/{row.get('id', row.get('like', '?'))}", row) for row in own]
    return rows, overrides, faults


def _tables(given: Any) -> list[dict[str, Any]]:
    """Return an array of tables, nothing for anything else."""
    whole = cast("list[Any]", given) if isinstance(given, list) else []
    return [cast("dict[str, Any]", row) for row in whole if isinstance(row, dict)]


def _overriding(overrides: list[Row], known: dict[str, dict[str, Any]], faults: list[Fault]) -> list[Row]:
    """Complete overrides from the rows they are like; each must say for whom it holds."""
    found: list[Row] = []
    for at, row in overrides:
        like = known.get(str(row.get("like")))
        if like is None:
            values = {"like": row.get("like"), "known": ", ".join(sorted(known))}
            faults.append(Fault("rule_like_unknown", at, values))
        elif not any(row.get(key) for key in ("owners", "prefectures", "agencies")):
            faults.append(Fault("rule_for_nobody", at))
        else:
            own = {key: value for key, value in row.items() if key != "like"}
            found.append((at, {**like, "kind": "local", "status": "local", **own}))
    return found
