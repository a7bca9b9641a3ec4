"""The plan: four columns computed by the same functions, the chosen schedule, and what each owner gains or loses."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np
from msgspec import Struct

from gunmane.core.money import Range
from gunmane.core.plan import contracts
from gunmane.core.plan.adopted import Adopted, Stability, near, stability
from gunmane.core.plan.arrangement import Arrangement, Effect, arrange, effects, staffed, work_of, worst_lack
from gunmane.core.plan.contracts import Work
from gunmane.core.plan.costs import CostBook, Prices, prices
from gunmane.core.plan.crossings import Crossings, crossings
from gunmane.core.plan.homes import Counted
from gunmane.core.plan.needs import Needs, needs
from gunmane.core.plan.options import DOWNSIZE, MERGE, REMOVE, REPLACE, Options, measure_costs, options, removable
from gunmane.core.plan.overrides import (
    Pinned,
    Wishes,
    compared,
    districts_with,
    links_of,
    pin_down,
    plants_wanted,
    schedule_with,
    without_sewer,
)
from gunmane.core.plan.partition import Division, apart_km, centres, divide
from gunmane.core.plan.pooling import Pooling, pooling
from gunmane.core.plan.programme import Programme, programme, taken
from gunmane.core.plan.renewal import RenewalNeed, renewal_need
from gunmane.core.plan.roads import Roads
from gunmane.core.plan.schedules import Schedule, schedule
from gunmane.core.plan.sewage import District, PlantMove, districts, plant_moves
from gunmane.core.plan.sheet import Verdict
from gunmane.core.plan.variants import Variant, variants, with_budgets
from gunmane.core.stock import Flags, Floats, Stock, tally
from gunmane.core.words import Scale

TRAVEL_KM = (10.0, 20.0, 30.0, 40.0)
"""Travel limits that groups of owners are shown for, beside the one that holds."""


BUDGET_SHARES = (0.8, 1.0, 1.2)
"""Shares of the budgets that are computed side by side."""


MOST_COMPARED = 300_000
"""Assets with options up to which budgets that nobody gave are varied: above, that would double a build's time."""


class Scenario(Struct, frozen=True, eq=False):
    """One computed column: its schedule, its sums and its work."""

    plan: Schedule
    sums: Programme
    work: Work
    lacking: float | None = None  # engineers lacking in the worst year, None where they are not known

    @property
    def total(self) -> Range:
        """Owners' yen over the plan at base-year prices, savings of joint contracts taken off."""
        low, mid, high = self.sums.yearly.sum(axis=0)
        saved = self.work.saved_yen
        return Range(float(low) - saved.low, float(mid) - saved.mid, float(high) - saved.high)


class RegionPlan(Struct, frozen=True, eq=False):
    """Everything computed for a region; `alone`, `joint` and `merged` are columns 2 to 4 of every comparison.

    `joint` has the measures of `alone`: working together changes contracts and hours, never what the law asks for.
    `long_run` is the present value, in yen over the outlook, that removing and downsizing saves against the measures
    of `alone`, users' detours counted, and that merging plants saves. `candidates` bridges could be removed, for
    `not_judged` a fact is missing.
    """

    stock: Stock
    prices: Prices
    needs: Needs
    alone: Scenario
    joint: Scenario
    merged: Scenario
    renewal: RenewalNeed
    long_run: float
    candidates: int
    not_judged: int
    discount_rate: float
    divisions: tuple[Division, ...]  # by rising travel limit
    way: Arrangement  # how owners work together in columns 3 and 4
    sewage: tuple[District, ...]
    plants: tuple[PlantMove, ...]
    on_network: Flags | None
    crossings: Crossings | None  # removable bridges judged together, None without a road network
    budget_cases: tuple[tuple[float, Schedule], ...]  # share of the budgets → schedule; empty where one is not given
    risk_after: tuple[float, float]  # share of the risk left after repair and after replacement
    variants: tuple[Variant, ...] = ()  # the plan without each of its measures
    wishes: Wishes = Wishes()
    pinned: tuple[Pinned, ...] = ()  # what became of the overrides of assets
    effects: dict[str, Effect] = {}  # by code, what overrides of working together change
    pooling: Pooling | None = None  # what keeping owners' money apart costs
    stability: Stability | None = None  # what became of the adopted plan's measures
    homes: Counted | None = None  # how homes without another way were counted

    @property
    def division(self) -> Division:
        """The groups that columns 3 and 4 work in."""
        return self.way.division


def plan_region(
    stock: Stock,
    book: CostBook,
    scales: Mapping[str, Scale],
    on_network: Flags | None = None,
    roads: Roads | None = None,
    wishes: Wishes = Wishes(),  # noqa: B008 (frozen)
    adopted: Adopted | None = None,
    counted: Counted | None = None,
) -> RegionPlan:
    """Compute the plan of a region.

    Every column includes every legal duty: inspections as they fall due, action on grades by its deadline. `scales`
    maps the codes of `stock.scales` to their scales. `on_network` marks bridges whose detour was computed on a road
    network, None where there was none; with `roads` the removable ones are judged together (`crossings`). `wishes`
    are what people set against proposals; the plan stays near an `adopted` one. `counted` tells for
    which bridges homes without another way were counted.
    """
    priced = prices(stock, book)
    wanted = needs(stock, book, scales)
    cost = measure_costs(stock, book, priced)
    spent = taken(stock, priced, wanted, book)
    jointly = None if roads is None else crossings(stock, book, priced, wanted, cost, roads)
    if jointly is not None:
        cost[jointly.held, REMOVE] = np.nan

    held = None if jointly is None else jointly.held
    free_moves = plant_moves(stock, book, priced)
    linked, going_on = plants_wanted(wishes.pins, stock)
    moves = plant_moves(stock, book, priced, linked, going_on) if linked or going_on else free_moves
    with_links, renewals = links_of(wishes.pins, moves, cost)
    pinned = pin_down(wishes.pins, stock, book, priced, wanted, with_links, held, renewals)

    def fixed(stock: Stock, chosen: Options, reorganise: bool = True) -> Schedule:
        return schedule_with(stock, wanted, chosen, spent, pinned, with_links, priced, reorganise=reorganise)

    plan = fixed(
        stock, near(options(stock, book, priced, wanted, cost, reorganise=False), adopted, stock, book), False
    )
    sums = programme(stock, priced, wanted, plan, book)
    free_options = options(stock, book, priced, wanted, cost, reorganise=True)
    all_options = near(free_options, adopted, stock, book)
    unmerged = fixed(stock, all_options)
    new_plan = _merged_plants(unmerged, moves)
    new_sums = programme(stock, priced, wanted, new_plan, book)
    if pinned:
        pinned = compared(pinned, _merged_plants(schedule(stock, wanted, all_options, spent), free_moves))
    can_go, unknown = removable(stock, book)
    steady = None
    if adopted is not None:
        steady = stability(adopted, new_plan, _merged_plants(fixed(stock, free_options), moves))
    fixed_rows = [one.pin.row for one in pinned if not one.conflict]
    apart = apart_km(centres(stock))
    limits = sorted({*TRAVEL_KM, book.value("group_travel_km")})
    divisions = tuple(divide(sums, book, apart, limit) for limit in (*limits, np.inf))
    division = next(one for one in divisions if one.limit_km == book.value("group_travel_km"))
    way = arrange(sums, book, division, stock, wishes.others)
    treated = districts(stock, book, priced)
    broken = {**way.conflicts, **without_sewer(treated, stock, wishes.others)}
    way = msgspec.structs.replace(way, conflicts=broken)

    def column(plan: Schedule, sums: Programme, given: Arrangement | None) -> Scenario:
        work = contracts.alone(sums, book) if given is None else work_of(sums, book, given)
        return Scenario(plan, sums, work, worst_lack(staffed(sums, book, given, stock, apart)))

    by_budget = _budget_cases(
        stock,
        len(all_options.rows),
        new_plan,
        new_sums.by_owner[..., 1],
        lambda owners: _merged_plants(fixed(owners, all_options), moves),
    )
    changed = (new_plan.measure >= DOWNSIZE) & (new_plan.measure != MERGE)  # what merging saves is in its moves
    gone = float(np.nansum((plan.value - new_plan.value)[changed]))
    return RegionPlan(
        stock=stock,
        prices=priced,
        needs=wanted,
        alone=column(plan, sums, None),
        joint=column(plan, sums, way),
        merged=column(new_plan, new_sums, way),
        renewal=renewal_need(stock, book, priced),
        long_run=gone + sum(move.saves[1] for move in moves if move.verdict is Verdict.CHANGE),
        candidates=int(can_go.sum()),
        not_judged=int(unknown.sum()),
        discount_rate=book.value("discount_rate"),
        divisions=divisions,
        way=way,
        effects=effects(new_sums, book, way, stock, wishes.others, apart),
        sewage=districts_with(treated, stock, wishes.others),
        plants=moves,
        on_network=on_network,
        crossings=jointly,
        budget_cases=by_budget,
        variants=variants(
            stock, wanted, all_options, new_plan, unmerged, lambda chosen: _merged_plants(fixed(stock, chosen), moves)
        ),
        risk_after=(book.value("risk_after_repair"), book.value("risk_after_replacement")),
        wishes=wishes,
        pinned=pinned,
        pooling=_pooling(stock, wanted, free_options, fixed_rows, new_sums, by_budget),
        stability=steady,
        homes=counted,
    )


def _merged_plants(plan: Schedule, moves: tuple[PlantMove, ...]) -> Schedule:
    """Return the schedule with links instead of the renewals of plants whose flow goes to another.

    A plant that is not renewed inside the plan is linked later: nothing of it is paid here.
    """
    measure, cost = plan.measure.copy(), plan.cost.copy()
    for move in moves:
        if move.verdict is Verdict.CHANGE and plan.year[move.plant] >= 0 and measure[move.plant] == REPLACE:
            measure[move.plant], cost[move.plant] = MERGE, move.link
    return msgspec.structs.replace(plan, measure=measure, cost=cost)


def _pooling(
    stock: Stock, wanted: Needs, chosen: Options, pinned: list[int], sums: Programme,
    cases: tuple[tuple[float, Schedule], ...],
) -> Pooling | None:  # fmt: skip
    """Return what keeping money apart costs: of the budgets, or a part of what the plan spends where none is given.

    With the plan's whole spending nobody lacks anything: what it means shows only where money is short.
    """
    share = 1.0 if any(facts.budgets for facts in stock.owners) else BUDGET_SHARES[0]
    plan = next((case for part, case in cases if part == share), None)
    if plan is None:
        return None
    tight = with_budgets(stock, share, sums.by_owner[..., 1])
    given = all(facts.budgets for facts in stock.owners)
    return pooling(tight, wanted, chosen, plan, pinned, plan.budget, share, given=given)


def _budget_cases(
    stock: Stock, choices: int, level: Schedule, spent: Floats, scheduled: Callable[[Stock], Schedule]
) -> tuple[tuple[float, Schedule], ...]:
    """Return the schedules under shares of the budgets; of what the plan spends [G, T], where an owner gave none.

    Where nobody gave a budget the plan fits into what it spends and into more: with more money it stays the plan.
    """
    if not stock.owners:
        return ()
    given = all(facts.budgets for facts in stock.owners)
    if not given and choices > MOST_COMPARED:
        return ()
    free = not any(facts.budgets for facts in stock.owners)
    return tuple(
        (share, level if share == 1 or (share > 1 and free) else scheduled(owners))
        for share, owners in ((share, with_budgets(stock, share, spent)) for share in BUDGET_SHARES)
    )


def present_value(yearly: Floats, rate: float) -> Floats:
    """Return the present value of yearly amounts [T, …] paid in the years 0, 1, …"""
    factors = (1 + rate) ** -np.arange(len(yearly), dtype=np.float64)
    return np.tensordot(factors, yearly, axes=1)


def unlevelled(stock: Stock, scenario: Scenario, owner: int | None = None) -> Floats:
    """Return yen by year if every measure were done in the year in which it falls due (middle price)."""
    rows = np.flatnonzero(scenario.plan.year >= 0)
    if owner is not None:
        rows = rows[stock.owner[rows] == owner]
    cost = scenario.plan.cost[rows, 1]
    horizon = stock.years
    moved = tally(scenario.plan.unlevelled[rows], cost, horizon)
    placed = tally(scenario.plan.year[rows], cost, horizon)
    table = scenario.sums.yen if owner is None else scenario.sums.yen[owner : owner + 1]
    return table[..., 1].sum(axis=(0, 1, 2)) - placed + moved
