"""The due dates of some fiscal years ahead, if each is kept on its last lawful day."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import fiscal_year, fiscal_year_end
from gunmane.core.duties.engine import PENDING, DueItem, State, due_items
from gunmane.core.duties.facts import AssetFacts
from gunmane.core.duties.rules import RuleBook
from gunmane.core.duties.windows import window

MOST = 60
"""Occurrences of one duty listed; weekly work is counted in the year, not listed by the week."""


class Ahead(Struct, frozen=True, kw_only=True):
    """One occurrence of a duty: its window, fiscal year, and the days left from the day asked about (negative: over).

    `due` is None where a duty has no date (then `state` says why); `number` counts from 1.
    """

    id: str
    owner: str
    asset_class: str
    duty: str
    number: int
    state: State
    window_open: date | None
    due_soft: date | None
    due: date | None
    fiscal_year: int | None
    slack_days: int | None
    basis_ja: str
    basis_en: str
    reason_ja: str
    reason_en: str


def outlook(stories: Sequence[AssetFacts], on: date, book: RuleBook, years: int = 5) -> list[Ahead]:
    """Return what falls due until the end of `years` fiscal years, the present one included, and what has no date.

    Done, waived and suspended duties are left out. A later occurrence assumes that the one before is fulfilled on
    its last lawful day; the true date is never later than what follows from earlier work.
    """
    end = fiscal_year_end(fiscal_year(on) + years - 1)
    rules = {rule.id: rule for rule in book.rules}
    found: list[Ahead] = []
    for facts in stories:
        for item in due_items(facts, on, book):
            if item.state is State.UNKNOWN_ANCHOR or (item.state in PENDING and item.due is None):
                found.append(_row(facts, item, 1, on, (item.window_open, item.due_soft, None)))
            elif item.state in PENDING:
                rule, dates, number = rules[item.rule], (item.window_open, item.due_soft, item.due), 1
                while dates[2] is not None and dates[2] <= end and number <= MOST:
                    found.append(_row(facts, item, number, on, dates))
                    timing = rule.repeat
                    if not rule.recurring or timing is None:
                        break
                    again = window(timing, max(dates[2], on), facts.attributes, completed=True)
                    if again is None or again.due is None or again.due <= dates[2]:
                        break
                    dates, number = (again.opens, again.due_soft, again.due), number + 1
    found.sort(key=lambda row: (row.due or date.max, row.id, row.duty))
    return found


def _row(
    facts: AssetFacts, item: DueItem, number: int, on: date, dates: tuple[date | None, date | None, date | None]
) -> Ahead:
    opens, soft, due = dates
    return Ahead(
        id=facts.id,
        owner=facts.owner,
        asset_class=facts.asset_class.value,
        duty=item.duty,
        number=number,
        state=item.state if number == 1 else State.DUE,
        window_open=opens,
        due_soft=soft,
        due=due,
        fiscal_year=None if due is None else fiscal_year(due),
        slack_days=None if due is None else (due - on).days,
        basis_ja=item.basis_ja,
        basis_en=item.basis_en,
        reason_ja=item.reason_ja if number == 1 else "",
        reason_en=item.reason_en if number == 1 else "",
    )
