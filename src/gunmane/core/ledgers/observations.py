"""Inspections that stand in a ledger's rows: a date and a grade column, or a grade column per year."""

from datetime import date
from typing import Any

from gunmane.core.errors import Fault
from gunmane.core.ledgers.cells import memoised, texts
from gunmane.core.ledgers.columns import InspectionColumns, flag
from gunmane.core.ledgers.eras import When, start
from gunmane.core.ledgers.recognise import Use
from gunmane.core.ledgers.rows import Rows
from gunmane.core.ledgers.text import one_line
from gunmane.core.words import Precision

PRECISIONS = {precision.value: precision for precision in Precision}


def read_inspections(rows: Rows, numbers: list[str]) -> InspectionColumns:
    """Read the inspections of a chunk.

    A row's latest inspection needs a date; a grade without one cannot be placed in time and becomes a flag of the
    asset (`grade_without_date`), in a file of inspections a rejected row. Inspections in the future are treated
    alike.
    """
    found = InspectionColumns()
    if not len(rows):
        return found
    _dated(rows, numbers, found)
    for use in rows.reading.uses:
        if use.year is not None:
            _of_year(rows, use, use.year, numbers, found)
    return found


def _dated(rows: Rows, numbers: list[str], found: InspectionColumns) -> None:
    """Read the inspections of rows with a date column and perhaps a grade column."""
    reading, context = rows.reading, rows.context
    when, grade = reading.use_of("inspected"), reading.use_of("grade")
    if when is None and grade is None:
        return
    nothing: list[Any] = [None] * len(rows)
    dates = [_when(*value) for value in memoised(rows, when)] if when else nothing
    grades = memoised(rows, grade) if grade else nothing
    inspectors = texts(rows, reading.use_of("inspector"))
    for position, (day, value) in enumerate(zip(dates, grades, strict=True)):
        if position in rows.faults or (day is None and value is None):
            continue
        problem = _problem(day, context.as_of)
        if problem or day is None:
            _refuse(rows, position, problem, when or grade)
            continue
        if (
            value is None
            and reading.rows != "inspection"
            and grade is not None
            and _written_unknown(rows, grade, position)
        ):
            continue
        scale = grade.scale if grade and value is not None else None
        _add(found, rows.rows[position], numbers[position], day, scale, value, inspectors[position])


def _when(year: int | None, on: date | None, precision: str) -> When | None:
    return When(year, on, PRECISIONS[precision]) if year is not None else None


def _problem(day: When | None, as_of: date) -> str:
    if day is None:
        return "grade_without_date"
    return "inspected_in_future" if start(day) > as_of else ""


def _written_unknown(rows: Rows, grade: Use, position: int) -> bool:
    """Tell whether the grade's cell says 未点検: then the date beside it is no inspection."""
    return rows.cells(grade)[position].strip() in ("未点検", "未実施", "未判定")


def _refuse(rows: Rows, position: int, problem: str, use: Use | None) -> None:
    text = one_line(rows.cells(use)[position]) if use else ""
    if rows.reading.rows == "inspection":
        rows.reject(position, Fault(problem, at=use.header if use else "", values={"text": text}))
    else:
        rows.note(position, flag(problem, "grade" if problem == "grade_without_date" else "inspected", text))


def _of_year(rows: Rows, use: Use, year: int, numbers: list[str], found: InspectionColumns) -> None:
    """Read a grade column that stands for one year."""
    precision = Precision.YEAR if rows.reading.asset_class.value == "water_pipe" else Precision.FISCAL_YEAR
    day = When(year, None, precision)
    if start(day) > rows.context.as_of:
        return
    for position, value in enumerate(memoised(rows, use)):
        if value is not None and position not in rows.faults:
            _add(found, rows.rows[position], numbers[position], day, use.scale, value, None)


def _add(
    found: InspectionColumns,
    row: int,
    number: str,
    day: When,
    scale: str | None,
    grade: str | None,
    inspector: str | None,
) -> None:
    found.rows.append(row)
    found.numbers.append(number)
    found.inspected_on.append(start(day))
    found.precisions.append(day.precision.value)
    found.scales.append(scale)
    found.grades.append(grade)
    found.inspectors.append(inspector)
    found.findings.append(None)
    found.flags.append(() if day.precision is Precision.DAY else (flag(f"date_by_{day.precision.value}"),))
