"""What people set against proposals: kept through recomputation, hard where it is optimised, refused by duties.

An override of an asset fixes its measure, and its year where one is named, before anything else is chosen: its money
is taken out of the owner's budget first, and the optimiser works with what is left. An override of another decision
takes its verdict's place. What would break a duty has no effect; the plan says so and names the duty.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.plan.costs import CostBook, Deadline, Prices
from gunmane.core.plan.needs import Needs, Reason
from gunmane.core.plan.options import DOWNSIZE, KEEP, MEASURES, MERGE, REMOVE, Options, values_of
from gunmane.core.plan.partition import Division
from gunmane.core.plan.schedules import Schedule, schedule
from gunmane.core.plan.sewage import District, PlantMove
from gunmane.core.plan.sheet import Verdict
from gunmane.core.stock import CLASSES, Array, Flags, Floats, Stock
from gunmane.core.words import AssetClass

ALTERNATIVES = {"keep": KEEP, **{str(measure): place for place, measure in enumerate(MEASURES) if place}}
"""What can be set for an asset: the words of measures, and `keep` for none."""

VERDICTS = {"change": Verdict.CHANGE, "keep": Verdict.KEEP}
"""What can be set for any other decision."""


class Override(Struct, frozen=True, kw_only=True):
    """What a person set: for an asset (class and number) a measure and perhaps its fiscal year, else a verdict.

    For the groups of owners (`code` "groups") `groups` names the codes of each group, alone ones left out.
    """

    code: str
    owner: str = ""
    asset_class: AssetClass | None = None
    number: str | None = None
    asset_id: str | None = None
    alternative: str
    year: int | None = None
    groups: tuple[tuple[str, ...], ...] = ()
    reason: str
    note: str = ""
    by: str
    on: date


class Pin(Struct, frozen=True, kw_only=True):
    """An override of an asset in the terms of a stock: its row, the measure, the plan year, None for the best one."""

    override: Override
    row: int
    measure: int
    year: int | None = None


class Pinned(Struct, frozen=True, kw_only=True):
    """What became of a pin: `conflict` is the key of the duty that it breaks; what is proposed without it."""

    pin: Pin
    conflict: str = ""
    year: int = -1
    yen: float = 0.0
    value: float = np.nan  # present value of the asset's measure and all that follows, yen
    proposed: int | None = None
    proposed_year: int = -1
    proposed_yen: float = 0.0
    later: int | None = None  # fiscal year beyond the plan in which a plant is linked


class Wishes(Struct, frozen=True, kw_only=True):
    """All overrides of a region: those of assets that are in the stock, the others, and those of assets that went."""

    pins: tuple[Pin, ...] = ()
    others: tuple[Override, ...] = ()
    lost: tuple[Override, ...] = ()


def wishes_of(overrides: Sequence[Override], rows: Sequence[int | None], stock: Stock) -> Wishes:
    """Sort overrides by what they are about; `rows` gives the stock's row of each, None where there is none."""
    pins: list[Pin] = []
    others: list[Override] = []
    lost: list[Override] = []
    for one, row in zip(overrides, rows, strict=True):
        if one.asset_class is None or one.number is None:
            others.append(one)
        elif row is None:
            lost.append(one)
        else:
            year = None if one.year is None else one.year - stock.first_fy
            pins.append(Pin(override=one, row=row, measure=ALTERNATIVES[one.alternative], year=year))
    return Wishes(pins=tuple(pins), others=tuple(others), lost=tuple(lost))


def duty_broken(deadlines: Sequence[Deadline], scale: str, grade: str, alternative: str) -> Deadline | None:
    """Return the rule that forbids to leave an asset of this grade as it is; None where none does."""
    if alternative != "keep":
        return None
    return next((one for one in deadlines if one.hard and (one.scale, one.grade) == (scale, grade)), None)


_DUTIES = {
    int(Reason.AT_ONCE): "keep_at_once",
    int(Reason.BEFORE_NEXT): "keep_before_next",
    int(Reason.WITHIN_YEARS): "keep_within_years",
}


def conflict(pin: Pin, stock: Stock, needs: Needs, prices: Prices, cost: Floats) -> str:
    """Name what forbids a pin (a key of `conflict` in the labels), "" where nothing does."""
    row = pin.row
    if prices.household[row]:
        return "household"
    if pin.year is not None and not 0 <= pin.year < stock.years:
        return "outside_plan"
    if needs.hard[row]:
        if pin.measure == KEEP:
            return _DUTIES.get(int(needs.reason[row]), "keep_within_years")
        if pin.year is not None and pin.year > needs.latest[row]:
            return "after_deadline"
    if pin.measure == REMOVE and stock.sole_access_homes[row] > 0:
        return "cuts_off_homes"
    if pin.measure == REMOVE and stock.sole_access_homes[row] < 0 and np.isposinf(stock.detour_km[row]):
        return "only_way"
    if pin.measure == REMOVE and stock.emergency[row] == 1:
        return "emergency_route"
    if pin.measure == DOWNSIZE and not np.isfinite(cost[row, DOWNSIZE, 1]):
        return "not_possible"
    return ""


def pin_down(
    pins: Sequence[Pin], stock: Stock, book: CostBook, prices: Prices, needs: Needs, cost: Floats,
    held: Flags | None = None, renewals: Mapping[int, int] = MappingProxyType({}),
) -> tuple[Pinned, ...]:  # fmt: skip
    """Give each pin its year and cost, or the name of what forbids it; the best year where none is named.

    `held` marks bridges that stay because others may go; `renewals` gives the fiscal year in which a plant's link
    falls due: one that is not in there has no plant to go to.
    """
    if not pins:
        return ()
    rows = np.array([pin.row for pin in pins])
    table = cost.copy()
    table[rows, REMOVE] = np.where(np.isfinite(cost[rows, REMOVE]), cost[rows, REMOVE], prices.remove[rows])
    value, keep = values_of(stock, book, prices, needs, table, rows)
    found: list[Pinned] = []
    for place, pin in enumerate(pins):
        forbidden = conflict(pin, stock, needs, prices, cost)
        if not forbidden and pin.measure == REMOVE and held is not None and held[pin.row]:
            forbidden = "cuts_off_together"
        if not forbidden and pin.measure == MERGE and pin.row not in renewals:
            forbidden = "no_room"
        if forbidden or pin.measure == KEEP:
            found.append(Pinned(pin=pin, conflict=forbidden, value=float(keep[place])))
            continue
        if pin.measure == MERGE:
            due = renewals[pin.row] - stock.first_fy
            year = due if pin.year is None else pin.year
            inside = 0 <= year < stock.years
            found.append(
                Pinned(
                    pin=pin, year=year if inside else -1, yen=float(cost[pin.row, MERGE, 1]) if inside else 0.0,
                    value=float(keep[place]), later=None if inside else renewals[pin.row],
                )
            )  # fmt: skip
            continue
        last = int(needs.latest[pin.row]) if needs.hard[pin.row] else stock.years - 1
        best = int(value[place, pin.measure - 1, : last + 1].argmin())
        year = best if pin.year is None else pin.year
        yen = float(np.nan_to_num(table[pin.row, pin.measure, 1]))
        found.append(Pinned(pin=pin, year=year, yen=yen, value=float(value[place, pin.measure - 1, year])))
    return tuple(found)


def schedule_with(
    stock: Stock, needs: Needs, chosen: Options, taken: Floats, pinned: Sequence[Pinned], cost: Floats,
    prices: Prices, *, reorganise: bool,
) -> Schedule:  # fmt: skip
    """Schedule with what people fixed: its money goes first, everything else is chosen as ever.

    Without `reorganise` only what is no reorganising is fixed: removals and the like stay out of that column.
    """
    mine = [one for one in pinned if not one.conflict and (reorganise or one.pin.measure < DOWNSIZE)]
    if not mine:
        return schedule(stock, needs, chosen, taken)
    rows = np.array([one.pin.row for one in mine])
    left = ~np.isin(chosen.rows, rows)
    rest = chosen.part(left)
    spent = taken.copy()
    for one in mine:
        if one.year >= 0:
            spent[int(stock.owner[one.pin.row]), one.year] += one.yen
    plan = schedule(stock, needs, rest, spent)
    measure, year, unlevelled = plan.measure.copy(), plan.year.copy(), plan.unlevelled.copy()
    yen, unpriced, reason = plan.cost.copy(), plan.unpriced.copy(), plan.reason.copy()
    value = plan.value.copy()
    for one in mine:
        row = one.pin.row
        chosen_measure = KEEP if one.pin.measure == MERGE and one.year < 0 else one.pin.measure
        measure[row], year[row], unlevelled[row] = chosen_measure, one.year, one.year
        yen[row] = 0.0 if one.year < 0 else _cases(row, one.pin.measure, cost, prices)
        unpriced[row] = one.year >= 0 and one.yen <= 0
        reason[row], value[row] = Reason.DECIDED, one.value
    return msgspec.structs.replace(
        plan, measure=measure, year=year, unlevelled=unlevelled, cost=yen, unpriced=unpriced, reason=reason,
        value=value, taken=taken,
    )  # fmt: skip


def _cases(row: int, measure: int, cost: Floats, prices: Prices) -> Array:
    """Return what a measure costs in the price cases, 0 where unknown."""
    given = cost[row, measure]
    if measure == REMOVE and not np.isfinite(given).all():
        given = prices.remove[row]
    return np.nan_to_num(given)


def compared(pinned: Sequence[Pinned], without: Schedule) -> tuple[Pinned, ...]:
    """Add to each pin what the plan does with the asset without any override."""
    return tuple(
        msgspec.structs.replace(
            one,
            proposed=int(without.measure[one.pin.row]),
            proposed_year=int(without.year[one.pin.row]),
            proposed_yen=float(without.cost[one.pin.row, 1]),
        )
        for one in pinned
    )


def plants_wanted(pins: Sequence[Pin], stock: Stock) -> tuple[set[int], set[int]]:
    """Return the rows of plants that people want linked to another plant, and of those that they want to go on."""
    plants = [pin for pin in pins if CLASSES[int(stock.asset_class[pin.row])] is AssetClass.TREATMENT_PLANT]
    return ({pin.row for pin in plants if pin.measure == MERGE}, {pin.row for pin in plants if pin.measure != MERGE})


def links_of(pins: Sequence[Pin], moves: Sequence[PlantMove], cost: Floats) -> tuple[Floats, dict[int, int]]:
    """Return the table of costs with the links that pins ask for, and the year of each by row of the stock.

    The year is the fiscal year of the plant's next renewal; a pin without a year takes it.
    """
    wanted = {pin.row for pin in pins if pin.measure == MERGE}
    found, years = cost, dict[int, int]()
    for move in moves:
        if move.plant in wanted and move.verdict is Verdict.CHANGE:
            found = cost.copy() if found is cost else found
            found[move.plant, MERGE] = move.link
            years[move.plant] = move.year
    return found, years


def districts_with(districts: Sequence[District], stock: Stock, others: Sequence[Override]) -> tuple[District, ...]:
    """Let overrides decide between sewer and septic systems."""
    wanted = {one.code: VERDICTS[one.alternative] for one in others if one.code.startswith("sewage.")}
    broken = without_sewer(districts, stock, others)
    return tuple(
        msgspec.structs.replace(one, verdict=wanted.get(code_of(one, stock), one.verdict))
        if code_of(one, stock) not in broken
        else one
        for one in districts
    )


def without_sewer(districts: Sequence[District], stock: Stock, others: Sequence[Override]) -> dict[str, str]:
    """Return the overrides by code that would join a district to a sewer though none is known (key of `conflict`)."""
    joining = {one.code for one in others if one.alternative == "change"}
    codes = [code_of(one, stock) for one in districts if not np.isfinite(one.needed)]
    return {code: "no_sewer" for code in codes if code in joining}


def code_of(district: District, stock: Stock) -> str:
    """Return the code of a district's decision."""
    return f"sewage.{stock.owners[district.owner].code}.{district.mesh}"


def groups_of(division: Division, stock: Stock, others: Sequence[Override]) -> Division:
    """Return the division that an override of the groups sets (its hours are still those of the computed one).

    Owners that no group names work alone; names of owners that are no members any more fall out.
    """
    wish = next((one for one in others if one.code == "groups"), None)
    if wish is None:
        return division
    places = {owner.code: place for place, owner in enumerate(stock.owners)}
    named = [tuple(sorted(places[code] for code in group if code in places)) for group in wish.groups]
    groups = [group for group in named if group]
    inside = {place for group in groups for place in group}
    groups += [(place,) for place in range(len(stock.owners)) if place not in inside]
    return msgspec.structs.replace(division, groups=tuple(sorted(groups)))
