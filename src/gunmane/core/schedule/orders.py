"""What a region's owners owe in the next fiscal years, and what of it they would order out together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import fiscal_year, fiscal_year_end
from gunmane.core.duties.engine import State
from gunmane.core.duties.outlook import MOST, Ahead
from gunmane.core.duties.rules import Rule
from gunmane.core.duties.windows import window
from gunmane.core.schedule.lots import Item
from gunmane.core.schedule.year import WorkKind


class DueRow(Struct, frozen=True, kw_only=True):
    """An item of the due dates as they are stored, with its asset; `rule` names the row of law it follows from."""

    owner: str
    owner_name: str
    asset_class: str
    number: str
    name: str | None
    duty: str
    state: str
    window_open: date | None
    due_soft: date | None
    due: date | None
    rule: str
    reason_ja: str | None
    reason_en: str | None
    lon: float | None
    lat: float | None


def five_years(rows: Iterable[DueRow], rules: Mapping[str, Rule], on: date, years: int = 5) -> list[Ahead]:
    """List every occurrence until the end of `years` fiscal years, this one included, and what has no date.

    A later occurrence assumes that the one before is fulfilled on its last lawful day. Where the interval or
    the month is an attribute of the asset only the first is listed.
    """
    end = fiscal_year_end(fiscal_year(on) + years - 1)
    found: list[Ahead] = []
    for row in rows:
        rule = rules.get(row.rule)
        dates, number = (row.window_open, row.due_soft, row.due), 1
        while number <= MOST and (dates[2] is None or dates[2] <= end):
            found.append(_ahead(row, rule, number, on, dates))
            timing = rule.repeat if rule is not None and rule.recurring else None
            if dates[2] is None or timing is None:
                break
            again = window(timing, max(dates[2], on), {}, completed=True)
            if again is None or again.due is None or again.due <= dates[2]:
                break
            dates, number = (again.opens, again.due_soft, again.due), number + 1
    found.sort(key=lambda one: (one.due or date.max, one.owner, one.id, one.duty))
    return found


def _ahead(
    row: DueRow, rule: Rule | None, number: int, on: date, dates: tuple[date | None, date | None, date | None]
) -> Ahead:
    due = dates[2]
    return Ahead(
        id=f"{row.name or ''} {row.number}".strip(),
        owner=row.owner_name,
        asset_class=row.asset_class,
        duty=row.duty,
        number=number,
        state=State(row.state) if number == 1 else State.DUE,
        window_open=dates[0],
        due_soft=dates[1],
        due=due,
        fiscal_year=None if due is None else fiscal_year(due),
        slack_days=None if due is None else (due - on).days,
        basis_ja=rule.basis_ja if rule else "",
        basis_en=rule.basis_en if rule else "",
        reason_ja=(row.reason_ja or "") if number == 1 else "",
        reason_en=(row.reason_en or "") if number == 1 else "",
    )


def ordered_out(
    rows: Iterable[DueRow], kinds: Sequence[WorkKind], yen: Mapping[str, float], on: date, years: int = 5
) -> tuple[list[Item], dict[str, int]]:
    """Return the inspections that can be ordered out, and how many cannot be priced or located, by class.

    `yen`: price of one inspection by class. What is overdue is ordered in this fiscal year. Only the next occurrence
    of each duty counts: what follows depends on when it is done.
    """
    minutes = {kind.duty: kind.minutes * kind.crew for kind in kinds if not kind.outside}
    end = fiscal_year_end(fiscal_year(on) + years - 1)
    found: list[Item] = []
    missing: dict[str, int] = {}
    for row in rows:
        if row.duty not in minutes or row.due is None or row.due > end:
            continue
        if row.asset_class not in yen or row.lon is None or row.lat is None:
            missing[row.asset_class] = missing.get(row.asset_class, 0) + 1
            continue
        found.append(
            Item(
                id=f"{row.owner}:{row.number}:{row.duty}", owner=row.owner,
                name=f"{row.name or ''} {row.number}".strip(), asset_class=row.asset_class,
                place=(round(row.lon, 6), round(row.lat, 6)), yen=round(yen[row.asset_class]),
                fiscal_year=max(fiscal_year(row.due), fiscal_year(on)), minutes=minutes[row.duty],
            )
        )  # fmt: skip
    return found, missing
