"""Faults put into tables on purpose, each with its place, so that an import can be proved against the list."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gunmane.core.simulate.cells import FULL, era
from gunmane.core.simulate.parameters import Column

Rows = list[list[str]]

TEXT_KINDS = ("csv", "tsv", "xlsx")
"""File kinds in which any cell can hold any text; columns of the others are typed."""


class Injected(NamedTuple):
    """One fault: its kind, the row of its table (0-based, among the rows of the batch), the column, both texts."""

    kind: str
    row: int
    number: str
    title: str
    written: str
    true: str


class Spoiled(NamedTuple):
    """Rows after the faults, which source row each came from (-1: none), what moved where, and the list."""

    rows: Rows
    source: list[int]
    moved: dict[int, tuple[float, float]]  # source row -> degrees east and north added to its geometry
    faults: list[Injected]


class _Kind(NamedTuple):
    fields: tuple[str, ...]
    change: Callable[[str, int], str]
    anywhere: bool = False  # also possible in typed columns


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _commas(text: str, turn: int) -> str:
    value = _float(text)
    return f"{value:,.1f}" if value >= 1000 else text


def _era_of(text: str, turn: int) -> str:
    return f"{era(int(text))[1]}{era(int(text))[2]}" if text.isdigit() and len(text) == 4 else text


SIZES = ("length_m", "width_m", "diameter_mm", "depth_m")


def _full(text: str, turn: int) -> str:
    return text.translate(FULL)


def _about(text: str, turn: int) -> str:
    return f"{text}年頃" if text.isdigit() else text


def _after(*endings: str) -> Callable[[str, int], str]:
    def change(text: str, turn: int) -> str:
        return text + endings[turn % len(endings)] if text[-1].isdigit() else text

    return change


def _before(beginning: str) -> Callable[[str, int], str]:
    def change(text: str, turn: int) -> str:
        return beginning + text

    return change


def _instead(*words: str) -> Callable[[str, int], str]:
    def change(text: str, turn: int) -> str:
        return words[turn % len(words)]

    return change


CELLS: dict[str, _Kind] = {
    "full_width": _Kind((*SIZES, "built_year"), _full),
    "unit": _Kind(("length_m", "width_m", "depth_m"), _after("m", "ｍ", " m", "メートル")),
    "comma": _Kind(("length_m", "area_m2", "traffic", "capacity"), _commas),
    "unknown": _Kind(("built_year", "material_text", "width_m"), _instead("不明", "不詳", "-", "―", "？")),
    "era": _Kind(("built_year",), _era_of),
    "about": _Kind(("built_year",), _about),
    "planned": _Kind(("built_year",), _instead("R6登録予定", "R7登録予定")),
    "impossible_year": _Kind(("built_year",), _instead("9124", "1024", "2199"), True),
    "impossible_depth": _Kind(("depth_m",), _instead("60557", "-24"), True),
    "negative_length": _Kind(("length_m",), _before("-"), True),
    "negative_triangle": _Kind(("length_m",), _before("△")),
    "no_number": _Kind(("number",), _instead(""), True),
}
"""Faults of one cell: the fields that can have them (one is drawn) and what becomes of the text."""

ROWS = ("duplicate", "ragged", "blank_row", "far_point", "off_point", "swapped_point")
"""Faults of a whole row or its place."""

SHIFTS = {"far_point": (8.0, -25.0), "off_point": (4.5, -3.0)}
"""Degrees east and north: out of Japan altogether; about 530 km off its owner, but still between Japan's corners."""


def spoil(
    generator: np.random.Generator, columns: tuple[Column, ...], rows: Rows, kind: str, rates: dict[str, float]
) -> Spoiled:
    """Put faults into `rows` at `rates` per row; a row gets at most one.

    Raises KeyError for an unknown fault.
    """
    n = len(rows)
    fields = [column.field for column in columns]
    at = fields.index("number") if "number" in fields else 0
    order = generator.permutation(n)
    source, moved, faults = list(range(n)), dict[int, tuple[float, float]](), list[Injected]()
    begin, added = 0, Rows()
    for name, rate in sorted(rates.items()):
        count = min(int(generator.poisson(rate * n)), n - begin)
        chosen = order[begin : begin + count].tolist()
        begin += count
        turns = generator.integers(0, 1 << 30, count).tolist()
        for row, turn in zip(chosen, turns, strict=True):
            number = rows[row][at]
            if name in ROWS:
                extra = _row_fault(name, rows, row, turn, fields, kind, columns, moved, faults, number)
                if extra is not None:
                    source.append(row if name == "duplicate" else -1)
                    added.append(extra)
                    faults.append(Injected(name, n + len(added) - 1, number, "", "", ""))
                continue
            fault = _cell_fault(CELLS[name], rows, row, turn, fields, kind)
            if fault is not None:
                place, written, true = fault
                faults.append(Injected(name, row, number, columns[place].title, written, true))
    return Spoiled([*rows, *added], source, moved, faults)


def _cell_fault(
    fault: _Kind, rows: Rows, row: int, turn: int, fields: list[str], kind: str
) -> tuple[int, str, str] | None:
    """Change one cell in place; None where the layout has no fitting column or nothing would change."""
    fitting = [place for place, field in enumerate(fields) if field in fault.fields]
    if not fitting or (kind not in TEXT_KINDS and not fault.anywhere):
        return None
    place = fitting[turn % len(fitting)]
    true = rows[row][place]
    written = fault.change(true, turn // 8) if true else true
    if written == true:
        return None
    rows[row][place] = written
    return place, written, true


def _row_fault(
    name: str,
    rows: Rows,
    row: int,
    turn: int,
    fields: list[str],
    kind: str,
    columns: tuple[Column, ...],
    moved: dict[int, tuple[float, float]],
    faults: list[Injected],
    number: str,
) -> list[str] | None:
    """Return a row to add, or change the place or the length of a row (and list that)."""
    if name == "duplicate":
        return list(rows[row])
    if name == "blank_row":
        return [""] * len(fields) if kind in TEXT_KINDS else None
    if name == "ragged":
        if kind in ("csv", "tsv") and len(fields) > 4:
            cut = rows[row][-2:]
            del rows[row][-2:]
            faults.append(Injected(name, row, number, columns[-2].title, "", "|".join(cut)))
        return None
    east, north = SHIFTS.get(name, (0.0, 0.0))
    if kind not in TEXT_KINDS:
        if north:
            moved[row] = (east, north)
            faults.append(Injected(name, row, number, "", "", ""))
        return None
    pair = [place for place, field in enumerate(fields) if field in ("lat", "lon")]
    if len(pair) < 2:
        return None
    first, second = pair[0], pair[1]
    true = f"{rows[row][first]}|{rows[row][second]}"
    if name == "swapped_point":
        rows[row][first], rows[row][second] = rows[row][second], rows[row][first]
    elif _float(rows[row][first]) == _float(rows[row][first]):
        for place in pair:
            shift = north if fields[place] == "lat" else east
            rows[row][place] = f"{_float(rows[row][place]) + shift:.6f}"
    elif name == "far_point":
        rows[row][first] = "0"  # degrees and minutes: what a person leaves who did not know the place
    else:
        return None
    written = f"{rows[row][first]}|{rows[row][second]}"
    faults.append(Injected(name, row, number, columns[first].title, written, true))
    return None
