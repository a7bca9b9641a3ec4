"""Inspections that stand in a ledger's rows: a date and a grade column, or a grade column per year."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from gunmane.core.errors import Fault
from gunmane.core.ledgers.cells import memoised, texts
from gunmane.core.ledgers.columns import InspectionColumns, flag
from gunmane.core.ledgers.eras import When, start, when
from gunmane.core.ledgers.recognise import Use
from gunmane.core.ledgers.rows import Rows
from gunmane.core.ledgers.text import fold, one_line
from gunmane.core.ledgers.values import Doubt
from gunmane.core.words import AssetClass, Precision

ARTICLE_7 = "septic.article7"
"""Duty of the inspection after the start of use (浄化槽法第7条)."""

USUAL_DUTIES = {AssetClass.SEPTIC: "septic.article11"}
"""What an inspection fulfils where neither its row nor the person who imports it says so; other classes' rules take
inspections without a named duty."""

NOT_DONE = frozenset(("未点検", "未実施", "未調査", "点検予定", "対象外", "点検対象外"))
"""Words of a grade column that say that the date beside it is no inspection."""


class _Day:
    """The day that a date cell stands for; `problem` is the code of what is wrong with it, "" for nothing."""

    __slots__ = ("flags", "on", "precision", "problem")

    def __init__(self, found: Any, as_of: date) -> None:
        self.on: date | None = None
        self.precision = Precision.UNKNOWN.value
        self.flags: tuple[str, ...] = ()
        self.problem = "grade_without_date"
        if found[0] is not None:
            day = When(found[0], found[1], Precision(found[2]))
            self.on = start(day)
            self.precision = found[2]
            self.problem = "inspected_in_future" if self.on > as_of else ""
            if day.precision is not Precision.DAY:
                self.flags = (flag(f"date_by_{day.precision.value}"),)
            if day.precision is Precision.ABOUT:  # an inspection's day is kept with what is known of it, not guessed
                self.precision = Precision.YEAR.value


def read_inspections(rows: Rows, numbers: Sequence[str]) -> InspectionColumns:
    """Read the inspections of a chunk.

    A row's latest inspection needs a date; a grade without one cannot be placed in time and becomes a flag of the
    asset (`grade_without_date`), in a file of inspections a rejected row. Inspections in the future are treated
    alike. In a panel of assets and years a row is an inspection only when it has a grade, and a grade that repeats
    the one before is flagged `rating_may_be_carried_over`.
    """
    found = InspectionColumns()
    if len(rows):
        reading = rows.reading
        uses = reading.use_of("inspected"), reading.use_of("grade")
        duty = reading.use_of("duty")
        _dated(rows, numbers, found, *uses, memoised(rows, duty) if duty else None)
        uses = reading.use_of("article7_on"), reading.use_of("article7_grade")
        _dated(rows, numbers, found, *uses, [ARTICLE_7] * len(rows))
        groups: dict[tuple[int, str | None], list[Use]] = {}
        dates: dict[int, Use] = {}
        for use in rows.reading.uses:
            if use.year is not None and use.field.name == "inspected":
                dates.setdefault(use.year, use)
            elif use.year is not None:
                groups.setdefault((use.year, use.scale), []).append(use)
        for (year, scale), uses in groups.items():
            _of_year(rows, uses, dates.get(year), year, scale, numbers, found)
    return found


def _dated(
    rows: Rows,
    numbers: Sequence[str],
    found: InspectionColumns,
    use: Use | None,
    grade: Use | None,
    duties: Sequence[str | None] | None,
) -> None:
    """Read the inspections of a date column and perhaps a grade column.

    Long because each step narrows the same positions: dated, not denied, observed; then the columns are gathered.
    """
    reading = rows.reading
    constant = reading.constants.get("inspected")
    if use is None and grade is None:
        return
    days = _days(rows, use, constant)
    grades: list[Any] = memoised(rows, grade) if grade else [None] * len(rows)
    bare = reading.rows == "asset"  # a date without a grade is an inspection all the same, unless the cell denies it
    positions: list[int] = []
    trouble: list[int] = []
    for position, (day, value) in enumerate(zip(days, grades, strict=True)):
        if day.problem:
            if value is not None or day.on is not None:
                trouble.append(position)
        elif value is not None or bare or reading.rows == "inspection":
            positions.append(position)
    odd = rows.context.memo(use).odd if use else {}
    for position in trouble:
        cell = rows.cells(use)[position] if use else ""
        if days[position].on is None and isinstance(fault := odd.get(cell), Fault) and reading.rows == "inspection":
            rows.reject(position, Fault(fault.code, at=use.header if use else "", values=fault.values))
        else:
            _refuse(rows, position, days[position].problem, grade if days[position].on is None else use)
    if rows.faults:
        positions = [position for position in positions if position not in rows.faults]
    if bare and grade:
        cells = rows.cells(grade)
        denied = {text for text in set(cells) if fold(text) in NOT_DONE}
        if denied:
            positions = [position for position in positions if cells[position] not in denied]
    positions = _observed(rows, positions)
    scale = grade.scale if grade else None
    values = [grades[position] for position in positions]
    found.rows += [rows.rows[position] for position in positions]
    found.numbers += [numbers[position] for position in positions]
    found.inspected_on += [days[position].on or date.min for position in positions]
    found.precisions += [days[position].precision for position in positions]
    found.grades += values
    found.scales += [scale if value is not None else None for value in values]
    found.findings += [None] * len(positions)
    inspector = reading.use_of("inspector")
    names = texts(rows, inspector) if inspector else None
    found.inspectors += [names[position] for position in positions] if names else [None] * len(positions)
    found.duties += [duties[position] for position in positions] if duties else [None] * len(positions)
    flags = [days[position].flags for position in positions]
    found.flags += _carried(rows, numbers, positions, values, flags) if reading.rows == "asset_years" else flags


def _days(rows: Rows, use: Use | None, constant: str | int | float | bool | None) -> list[_Day]:
    """Return the day of each row, one object per distinct date."""
    as_of = rows.context.as_of
    if use is None:
        parsed = when(str(constant)) if constant is not None else None
        parsed = parsed.value if isinstance(parsed, Doubt) else parsed
        one = _Day((parsed.year, parsed.on, parsed.precision.value) if isinstance(parsed, When) else (None,), as_of)
        return [one] * len(rows)
    known = rows.context.days
    days: list[_Day] = []
    for value in memoised(rows, use):
        day = known.get(value)
        if day is None:
            day = known[value] = _Day(value, as_of)
        days.append(day)
    return days


def _observed(rows: Rows, positions: list[int]) -> list[int]:
    """Leave out rows whose column of observations says that there was none."""
    use = rows.reading.use_of("observed")
    if use is None:
        return positions
    cells = rows.cells(use)
    nothing = {text for text in set(cells) if fold(text) in ("", "0", "0.0", "no", "なし")}
    return [position for position in positions if cells[position] not in nothing]


def _carried(
    rows: Rows, numbers: Sequence[str], positions: list[int], grades: list[Any], flags: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Flag grades that repeat the one the asset had in the row before."""
    last = rows.context.last_grades
    marked: list[tuple[str, ...]] = []
    for position, grade, own in zip(positions, grades, flags, strict=True):
        number = numbers[position]
        marked.append((*own, "rating_may_be_carried_over") if last.get(number) == grade else own)
        last[number] = grade
    return marked


def _refuse(rows: Rows, position: int, problem: str, use: Use | None) -> None:
    """Note an inspection that cannot be used."""
    text = one_line(rows.cells(use)[position]) if use else ""
    if rows.reading.rows == "inspection":
        rows.reject(position, Fault(problem, at=use.header if use else "", values={"text": text}))
    else:
        rows.note(position, flag(problem, use.field.name if use else "", text))


def _of_year(
    rows: Rows,
    uses: list[Use],
    dates: Use | None,
    year: int,
    scale: str | None,
    numbers: Sequence[str],
    found: InspectionColumns,
) -> None:
    """Read the grade columns that stand for one year: a fiscal year unless a name is plain ASCII.

    A column of that year's days says the day where it has one; a day in the future is noted and none.

    Where a year has several columns (deck, superstructure, …) the asset's grade is the worst of them, as the National
    Bridge Inventory rates a bridge; each stays in the findings under its column's name.
    """
    precision = Precision.YEAR if uses[0].header.isascii() else Precision.FISCAL_YEAR
    day = _Day((year, None, precision.value), rows.context.as_of)
    if day.problem or day.on is None:
        return
    columns = [memoised(rows, use) for use in uses]
    values: list[Any] = columns[0]
    findings: list[str | None] = [None] * len(rows)
    if len(columns) > 1:
        rank = {grade: index for index, grade in enumerate(rows.context.scales[scale].grades)} if scale else {}
        values = []
        for position, parts in enumerate(zip(*columns, strict=True)):
            known = {use.header: part for use, part in zip(uses, parts, strict=True) if part is not None}
            values.append(max(known.values(), key=lambda grade: rank.get(grade, -1), default=None))
            findings[position] = msgspec.json.encode(known).decode() if known else None
    positions = [i for i, value in enumerate(values) if value is not None and i not in rows.faults]
    days = [day] * len(rows)
    if dates is not None:
        days = [told if told.on is not None else day for told in _days(rows, dates, None)]
        for i in positions:
            if days[i].problem:
                _refuse(rows, i, days[i].problem, dates)
        positions = [i for i in positions if not days[i].problem]
    count = len(positions)
    found.rows += [rows.rows[position] for position in positions]
    found.numbers += [numbers[position] for position in positions]
    found.inspected_on += [days[i].on or date.min for i in positions]
    found.precisions += [days[i].precision for i in positions]
    found.scales += [scale] * count
    found.grades += [values[position] for position in positions]
    found.inspectors += [None] * count
    found.findings += [findings[position] for position in positions]
    found.flags += [days[i].flags for i in positions]
    found.duties += [None] * count
