"""Plain tables as models take them: columns of text and settings in, intervals with their grades and owners out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct, field, structs

from gunmane.core.deterioration.chain import ChainPrior
from gunmane.core.deterioration.design import Design, design, is_missing, levels, moments, numbers, ranks
from gunmane.core.deterioration.histories import from_histories
from gunmane.core.deterioration.intervals import Intervals
from gunmane.core.deterioration.lifetimes import LifetimePrior
from gunmane.core.errors import Fault, GunmaneError

Table = dict[str, list[str]]


class Settings(Struct, kw_only=True):
    """What the command line can ask for; names as there. `class_prior` is the prior of the class, if asked for."""

    kind: str = "chain"
    id: str | None = None
    time: str | None = None
    state: str | None = None
    states: str = "4"
    covariates: str = ""
    group: str | None = None
    exits: str | None = None
    drift: bool = False
    jumps: bool = False
    missing: str = "level"
    repeats: float = 0.0
    taken_back: float | None = None
    begin: str | None = None
    end: str | None = None
    interval: str | None = None
    start: str | None = None
    weights: str | None = None
    common: bool = False
    equal: bool = False
    cuts: str | None = None
    misclassification: str | None = None
    allow: str | None = None
    exact: str | None = None
    certain: str | None = None
    entry: str | None = None
    lower: str | None = None
    upper: str | None = None
    family: str = "weibull"
    count: str | None = None
    length: str | None = None
    memory: str = "mixed"
    origins: str = ""
    horizon: float = 5.0
    bad: str | None = None
    half_life: float | None = None
    no_exits: bool = False
    by_assets: int = 0
    seed: int = 1
    class_prior: ChainPrior | None = None
    life_prior: LifetimePrior | None = None
    extra: dict[str, Any] = field(default_factory=dict[str, Any])


def settings_of(given: dict[str, Any]) -> Settings:
    """Pick the settings out of what the command line gives."""
    known = set(Settings.__struct_fields__)
    return Settings(**{k: v for k, v in given.items() if k in known})


def need(table: Table, names: Mapping[str, str | None]) -> None:
    """Raise `missing_columns` with every option not given and every column not there."""
    faults = [Fault("option_missing", f"--{option}") for option, name in names.items() if not name]
    for name in names.values():
        if name and name not in table:
            faults.append(Fault("column_missing", name, {"columns": list(table)}))
    if faults:
        raise GunmaneError("missing_columns", faults)


def listed(text: str) -> list[str]:
    """Split a list of names at its commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _pick(table: Table, keep: "np.ndarray[Any, np.dtype[np.bool_]]") -> Table:
    rows = np.flatnonzero(keep).tolist()
    return {name: [column[r] for r in rows] for name, column in table.items()}


def timed(texts: list[str]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Read a column of times (see `design.moment`); raises `bad_option` if no cell is one."""
    found = moments(texts)
    known = [text.strip() for text in texts if not is_missing(text)]
    if known and not np.isfinite(found).any():
        raise GunmaneError(
            "bad_option", [Fault("no_time_known", "--time", {"seen": ", ".join(sorted(set(known))[:6])})]
        )
    return found


def unnamed(texts: list[str], rank: "np.ndarray[Any, np.dtype[np.int64]]") -> dict[str, int]:
    """Cells that name no grade of the order, with how often; raises `bad_option` if no cell names one."""
    found: dict[str, int] = {}
    for row in np.flatnonzero(rank < 0).tolist():
        if not is_missing(texts[row]):
            found[texts[row].strip()] = found.get(texts[row].strip(), 0) + 1
    if found and not (rank >= 0).any():
        seen = ", ".join(sorted(found)[:12])
        raise GunmaneError("bad_option", [Fault("no_grade_known", "--states", {"seen": seen})])
    return found


class ChainRows(Struct):
    """Intervals of a table with the names of their grades, covariates and owners, and what was left out.

    `unnamed` counts cells that name no grade of the order, `warnings` are codes of what looks wrong.
    """

    intervals: Intervals
    grades: tuple[str, ...]
    covariates: Design
    owners: tuple[str, ...]
    counted: dict[str, int]
    unnamed: dict[str, int]
    warnings: list[str]


def chain_rows(table: Table, settings: Settings) -> ChainRows:
    """Read intervals, from pairs or from histories."""
    wanted = listed(settings.covariates)
    optional = {"group": settings.group, "weights": settings.weights, "start": settings.start}
    need(table, {c: c for c in wanted} | {k: v for k, v in optional.items() if v} | (
        {"exits": settings.exits} if settings.exits else {}
    ))  # fmt: skip
    counted: dict[str, int] = {"rows": len(next(iter(table.values()), []))}
    if wanted and settings.missing == "drop":
        keep = np.array([not any(is_missing(table[c][r]) for c in wanted) for r in range(counted["rows"])], bool)
        counted["covariate_missing"] = int((~keep).sum())
        table = _pick(table, keep)
    group, owners = levels(table[settings.group]) if settings.group else (None, ())
    made = design({c: table[c] for c in wanted})
    x = made.values if wanted else None
    if settings.begin:
        need(table, {"from": settings.begin, "to": settings.end, "interval": settings.interval})
        begin, grades = ranks(table[settings.begin], settings.states)
        end, _ = ranks(table[str(settings.end)], settings.states)
        other = unnamed(table[settings.begin] + table[str(settings.end)], np.concatenate([begin, end]))
        years = numbers(table[str(settings.interval)])
        exited = end < begin
        if settings.exits:
            exited = exited | (numbers(table[settings.exits]) > 0)
        data = Intervals(
            from_rank=begin, to_rank=end, years=years, group=group, covariates=x, exited=exited,
            weight=numbers(table[settings.weights]) if settings.weights else None,
            start=timed(table[settings.start]) if settings.start else None,
        )  # fmt: skip
        good = (begin >= 0) & ((end >= 0) | exited) & np.isfinite(years) & (years > 0)
        counted["not_judged"] = int(((begin < 0) | (end < 0)).sum())
        counted["years_not_positive"] = int((~(years > 0)).sum())
    else:
        need(table, {"id": settings.id, "time": settings.time, "state": settings.state})
        asset, names = levels(table[str(settings.id)])
        rank, grades = ranks(table[str(settings.state)], settings.states)
        other = unnamed(table[str(settings.state)], rank)
        history = from_histories(
            asset, timed(table[str(settings.time)]), rank, assets=len(names), repeat_years=settings.repeats,
            taken_back_years=settings.taken_back or 0.0,
        )  # fmt: skip
        data = structs.replace(
            history.intervals,
            group=None if group is None else group[history.row],
            covariates=None if x is None else x[history.row],
        )
        counted |= history.counted
        good = np.ones(data.years.size, bool)
    assert data.exited is not None
    if settings.exits is None:
        counted["improved_left_out"] = int((good & data.exited).sum())
        good &= ~data.exited
    kept = take(data, good)
    better, worse = int(data.exited.sum()), int((good & (data.to_rank > data.from_rank)).sum())
    warnings = ["more_rises_than_falls"] if better > worse else []
    return ChainRows(kept, grades, made, owners, counted, other, warnings + _never_left(kept, len(grades)))


def _never_left(data: Intervals, states: int) -> list[str]:
    """Grades without a move out of them: their hazard rests on the prior alone, or is 0."""
    left = np.zeros(states - 1, bool)
    for s in range(states - 1):
        left[s] = bool(((data.from_rank <= s) & (data.to_rank > s)).any())
    return [f"never_left {s + 1}" for s in np.flatnonzero(~left).tolist()] if data.years.size else []


def take(data: Intervals, keep: "np.ndarray[Any, np.dtype[np.bool_]]") -> Intervals:
    """Keep some rows."""
    columns = {n: None if (c := getattr(data, n)) is None else c[keep] for n in data.__struct_fields__}
    return structs.replace(data, **columns)
