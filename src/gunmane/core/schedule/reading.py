"""Reads an inspection problem given as plain JSON values, and names every fault with its place."""

from collections.abc import Iterator
from typing import Any, TypeGuard

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.instance import Inspector, Instance, Job

KEYS = ("days", "start_min", "end_min", "travel_min", "offices", "engineers", "jobs")
ENGINEER_KEYS = ("office", "skills")
JOB_KEYS = ("service", "field", "first_day", "last_day", "prize")

LARGEST = 10**9
"""Largest number read: sums of millions of them are still exact."""
MOST_FAULTS = 100
"""Faults listed; a file with more is not of this format."""


def read_instance(document: Any) -> Instance:
    """Check a decoded JSON value and return the problem.

    Raises GunmaneError `bad_instance` with the faults found (at most 100) and their places as JSON Pointers.
    Further keys at the top (a reference plan, notes) are passed over, see `passed_over`; all that belongs to the
    format is required there, so no misspelt key goes unnoticed. In engineers and jobs further keys are refused.
    """
    faults: list[Fault] = []
    for fault in _faults(document):
        faults.append(fault)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise GunmaneError("bad_instance", faults)
    return Instance(
        document["days"],
        document["start_min"],
        document["end_min"],
        tuple(tuple(row) for row in document["travel_min"]),
        document["offices"],
        tuple(Inspector(row["office"], tuple(row["skills"])) for row in document["engineers"]),
        tuple(Job(*(row[key] for key in JOB_KEYS)) for row in document["jobs"]),
    )


def passed_over(document: dict[str, Any]) -> list[str]:
    """Return the keys at the top that are no part of the format."""
    return [key for key in document if key not in KEYS]


def _faults(document: Any) -> Iterator[Fault]:
    if not isinstance(document, dict):
        yield Fault("not_object")
        return
    missing = [key for key in KEYS if key not in document]
    yield from (Fault("needed", f"/{key}", {"key": key}) for key in missing)
    if missing:
        return
    counts = {"days": 1, "offices": 1, "start_min": 0, "end_min": 0}
    wrong = [fault for key, least in counts.items() for fault in _number(document[key], f"/{key}", least)]
    lists = [key for key in ("travel_min", "engineers", "jobs") if not isinstance(document[key], list)]
    wrong += [Fault("not_list", f"/{key}") for key in lists]
    yield from wrong
    if wrong:
        return
    if document["end_min"] < document["start_min"]:
        yield Fault("ends_before", "/end_min", {"start": document["start_min"], "end": document["end_min"]})
    yield from _travel(document["travel_min"], document["offices"] + len(document["jobs"]))
    for index, row in enumerate(document["engineers"]):
        yield from _engineer(row, f"/engineers/{index}", document["offices"])
    for index, row in enumerate(document["jobs"]):
        yield from _job(row, f"/jobs/{index}")


def _travel(rows: list[Any], size: int) -> Iterator[Fault]:
    if len(rows) != size:
        yield Fault("wrong_size", "/travel_min", {"found": len(rows), "wanted": size})
        return
    for index, row in enumerate(rows):
        if not isinstance(row, list):
            yield Fault("not_list", f"/travel_min/{index}")
        elif len(row) != size:
            yield Fault("wrong_size", f"/travel_min/{index}", {"found": len(row), "wanted": size})
        elif not all(type(value) is int and 0 <= value <= LARGEST for value in row):
            for column, value in enumerate(row):
                yield from _number(value, f"/travel_min/{index}/{column}", 0)


def _engineer(row: Any, at: str, offices: int) -> Iterator[Fault]:
    wrong = list(_keys(row, at, ENGINEER_KEYS))
    yield from wrong
    if wrong:
        return
    wrong = list(_number(row["office"], f"{at}/office", 0))
    yield from wrong
    if not wrong and row["office"] >= offices:
        yield Fault("no_office", f"{at}/office", {"office": row["office"], "offices": offices})
    if not isinstance(row["skills"], list):
        yield Fault("not_list", f"{at}/skills")
        return
    for index, value in enumerate(row["skills"]):
        yield from _number(value, f"{at}/skills/{index}", None)


def _job(row: Any, at: str) -> Iterator[Fault]:
    wrong = list(_keys(row, at, JOB_KEYS))
    yield from wrong
    if not wrong:
        for key in JOB_KEYS:
            yield from _number(row[key], f"{at}/{key}", 0 if key in ("service", "prize") else None)


def _keys(row: Any, at: str, wanted: tuple[str, ...]) -> Iterator[Fault]:
    if not _is_object(row):
        yield Fault("not_object", at)
        return
    yield from (
        Fault("unknown_key", f"{at}/{key}", {"key": key, "known": ", ".join(wanted)})
        for key in row
        if key not in wanted
    )
    yield from (Fault("needed", f"{at}/{key}", {"key": key}) for key in wanted if key not in row)


def _is_object(row: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(row, dict)


def _number(value: Any, at: str, least: int | None) -> Iterator[Fault]:
    """A whole number (2.0 is none: minutes are summed exactly), at least `least`, within what can be summed."""
    if type(value) is not int:
        yield Fault("not_whole", at, {"value": repr(value)[:40]})
    elif least is not None and value < least:
        yield Fault("too_small", at, {"value": value, "least": least})
    elif not -LARGEST <= value <= LARGEST:
        yield Fault("too_large", at, {"value": value, "most": LARGEST})
