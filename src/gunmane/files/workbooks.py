"""Schedules, lots and due dates as XLSX workbooks; equal values give equal bytes."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from msgspec import Struct

from gunmane.core.calendar import fiscal_year_text
from gunmane.core.duties.outlook import Ahead
from gunmane.core.schedule.lots import Comparison, Item, LotRules, Lots
from gunmane.core.schedule.roster import DayPlan, Roster
from gunmane.core.schedule.wording import Texts, clock, note_text, remedy_text, travel_text
from gunmane.files.writing import FIXED_DAY

MOST_ROWS = 1_000_000
"""Rows of a sheet; XLSX holds 1,048,576."""


class Sheet(Struct, frozen=True):
    """One sheet: name, heads, rows of plain cells, and a first line (a warning, an assumption) where there is one."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    note: str = ""


def schedule_book(roster: Roster, plan: DayPlan, texts: Texts, duties: Mapping[str, str], language: str) -> bytes:
    """Visits in order of day and team, and what is left out with its reason."""
    c, works = texts.columns, {work.id: work for work in roster.work}
    names = {person.code: person.name or person.code for person in roster.people}
    visits = [
        [
            tour.day, texts.sheet["by_night" if tour.night else "by_day"],
            "、".join(names[code] for code in tour.people), "、".join(tour.cars), number,
            clock(stop.arrive), clock(stop.leave), works[code].asset, works[code].name,
            roster.owners.get(works[code].owner, works[code].owner),
            works[code].asset_class,
            duties.get(works[code].duty, works[code].duty), works[code].last, (works[code].last - tour.day).days,
            note_text(works[code], texts, tour.day), works[code].basis,
        ]
        for tour in plan.tours
        for number, stop in enumerate(tour.stops, 1)
        for code in stop.works
    ]  # fmt: skip
    left = [
        [
            works[one.work].asset, works[one.work].name,
            roster.owners.get(works[one.work].owner, works[one.work].owner), works[one.work].asset_class,
            duties.get(works[one.work].duty, works[one.work].duty), works[one.work].last,
            remedy_text(one, roster, texts, language),
        ]
        for one in plan.left
    ]  # fmt: skip
    note = texts.sheet["simulated"] if roster.simulated else ""
    return _book(
        [
            Sheet(
                texts.sheets["visits"],
                (c["day"], c["shift"], c["people"], c["car"], c["order"], c["arrive"], c["leave"], c["id"],
                 c["asset"], c["owner"], c["class"], c["duty"], c["last"], c["slack"], c["note"], c["basis"]),
                visits, note,
            ),
            Sheet(
                texts.sheets["left"],
                (c["id"], c["asset"], c["owner"], c["class"], c["duty"], c["last"], c["reason"]),
                left, note,
            ),
            Sheet(texts.sheets["assumptions"], ("", ""), _assumed(roster, texts), note),
        ]
    )  # fmt: skip


def _assumed(roster: Roster, texts: Texts) -> list[list[Any]]:
    """Settings of the plan, with status and source where they come from outside."""
    rules, night = roster.rules, roster.rules.night
    names = ("speed_km_h", "detour", "bundle_m", "setup_min", "stay_min", "must_prize", "overdue_prize")
    rows: list[list[Any]] = [[name, getattr(rules, name)] for name in names]
    rows += [[texts.sheet["by_night"], f"{clock(night.start_min)}–{clock(night.end_min)}"]]
    for name in ("break_min", "break_over_min", "rest_min", "most_in_7_days"):
        rows.append([f"night.{name}", getattr(night, name)])
    return [
        *rows,
        ["night.status", night.status.value],
        ["night.source", night.source],
        ["", travel_text(roster, texts)],
    ]


def lots_book(
    items: Sequence[Item], made: Lots, rules: LotRules, texts: Texts, *, simulated: bool,
    assumptions: Sequence[Sequence[Any]] = (),
) -> bytes:  # fmt: skip
    """Lots, their works, each owner alone beside all together, and what was assumed."""
    c, known = texts.columns, {item.id: item for item in items}
    note = texts.sheet["simulated"] if simulated else ""
    lots = [
        [lot.code, lot.fiscal_year, "、".join(lot.owners), len(lot.items), lot.yen, lot.minutes / 60, lot.km]
        for lot in made.lots
    ]
    rows = [
        [lot.code, lot.fiscal_year, code, known[code].name, known[code].owner, known[code].asset_class,
         known[code].yen, known[code].minutes / 60, *known[code].place]
        for lot in made.lots
        for code in lot.items
    ]  # fmt: skip
    pairs: dict[int, dict[str, Comparison]] = {}
    for row in made.comparison:
        pairs.setdefault(row.fiscal_year, {})[row.way] = row
    compared: list[list[Any]] = []
    for year, ways in sorted(pairs.items()):
        one, two = _figures(ways["alone"]), _figures(ways["together"])
        compared += [[year, c[key], one[key], two[key], round(two[key] - one[key], 3)] for key in one]
    assumed = [[name, getattr(rules, name)] for name in ("least_yen", "most_yen", "contract_yen", "even", "detour")]
    assumed += [["status", rules.status.value], ["source", rules.source]]
    assumed += [[f"scheme {name}", "、".join(owners)] for name, owners in rules.schemes.items()]
    assumed += [["too large", "、".join(made.too_large)], *(list(row) for row in assumptions)]
    return _book(
        [
            Sheet(texts.sheets["lots"],
                  (c["lot"], c["year"], c["owner"], c["works"], c["value"], c["minutes"], c["travel"]), lots, note),
            Sheet(texts.sheets["items"],
                  (c["lot"], c["year"], c["id"], c["asset"], c["owner"], c["class"], c["value"], c["minutes"],
                   c["longitude"], c["latitude"]), rows, note),
            Sheet(texts.sheets["compare"], (c["year"], "", c["alone"], c["together"], c["saving"]), compared, note),
            Sheet(texts.sheets["assumptions"], ("", ""), assumed, note),
        ]
    )  # fmt: skip


def _figures(row: Comparison) -> dict[str, float]:
    return {
        "contracts": row.contracts,
        "travel": row.km,
        "balance": row.largest_share,
        "overhead": row.contract_yen,
    }


def due_book(
    rows: Sequence[Ahead], years: Sequence[int], texts: Texts, duties: Mapping[str, str], states: Mapping[str, str],
    language: str, *, simulated: bool = False,
) -> bytes:  # fmt: skip
    """Every due date of the years with its last lawful day and slack, and how many fall into each year.

    Where they are more than a sheet holds, later occurrences are only counted.
    """
    c, ja = texts.columns, language == "ja"
    note = texts.sheet["simulated"] if simulated else ""
    listed = rows if len(rows) <= MOST_ROWS else [row for row in rows if row.number == 1][:MOST_ROWS]
    if len(listed) < len(rows):
        note = f"{note} {texts.sheet['counted']}".strip()
    lines = [
        [row.id, row.owner, row.asset_class, duties.get(row.duty, row.duty), row.number, states[row.state.value],
         row.window_open, row.due_soft, row.due, row.slack_days,
         "" if row.fiscal_year is None else fiscal_year_text(row.fiscal_year, language),
         row.basis_ja if ja else row.basis_en, row.reason_ja if ja else row.reason_en]
        for row in listed
    ]  # fmt: skip
    kinds = sorted({(row.asset_class, row.duty) for row in rows})
    counts: list[list[Any]] = []
    for kind in kinds:
        mine = [row for row in rows if (row.asset_class, row.duty) == kind]
        past = sum(row.fiscal_year is not None and row.fiscal_year < years[0] for row in mine)
        each = [sum(row.fiscal_year == year for row in mine) for year in years]
        unknown = sum(row.due is None for row in mine)
        counts.append([kind[0], duties.get(kind[1], kind[1]), past, *each, unknown])
    heads = (c["class"], c["duty"], f"< {years[0]}", *(fiscal_year_text(year, language) for year in years), "?")
    return _book(
        [
            Sheet(texts.sheets["due"],
                  (c["id"], c["owner"], c["class"], c["duty"], c["next"], c["state"], c["opens"],
                   c["anniversary"], c["last"], c["slack"], c["year"], c["basis"], c["why"]), lines, note),
            Sheet(texts.sheets["counts"], heads, counts, note),
        ]
    )  # fmt: skip


def _book(sheets: Sequence[Sheet]) -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": FIXED_DAY.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bg_color": "#E4EBF1", "border": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    number = book.add_format({"num_format": "#,##0", "valign": "top"})
    fraction = book.add_format({"num_format": "#,##0.0##", "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    warn = book.add_format({"bold": True, "font_color": "#B3261E"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        top = 0
        if sheet.note:
            page.write_string(0, 0, sheet.note, warn)
            top = 1
        for column, title in enumerate(sheet.heads):
            page.write_string(top, column, title, head)
            page.set_column(column, column, _width(title, [row[column] for row in sheet.rows[:200]]))
        for at, row in enumerate(sheet.rows, top + 1):
            for column, value in enumerate(row):
                if value is None or value == "":
                    continue
                if isinstance(value, date):
                    page.write_datetime(at, column, value, day)  # pyright: ignore[reportArgumentType]
                elif isinstance(value, bool | str):
                    page.write_string(at, column, str(value), text)
                else:
                    page.write_number(at, column, value, number if isinstance(value, int) else fraction)
        page.freeze_panes(top + 1, 0)
        page.autofilter(top, 0, top + max(len(sheet.rows), 1), len(sheet.heads) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(top)
    book.close()
    return output.getvalue()


def _width(title: str, values: Sequence[Any]) -> float:
    """Width of a column in characters; Japanese ones count double."""

    def of(value: Any) -> int:
        return sum(2 if ord(char) > 0xFF else 1 for char in ("0000-00-00" if isinstance(value, date) else str(value)))

    return min(60.0, max([of(title), *(of(value) for value in values if value is not None)], default=8) + 2.0)
