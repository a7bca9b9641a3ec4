"""How owners work together in the plan: groups, lots, bundles and shared engineers, as proposed and as people set it.

Every sum of the joint columns is computed with what holds here, so that an override of any of these decisions changes
contracts, hours and savings, and its effect can be told beside the proposal.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs

from gunmane.core.plan import contracts
from gunmane.core.plan.bundles import Bundles, bundles
from gunmane.core.plan.contracts import FIELDS, STEPS, Task, Way, Work, chosen_joint, lettings, sets_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.overrides import Override, groups_of
from gunmane.core.plan.partition import Division
from gunmane.core.plan.programme import Programme
from gunmane.core.plan.staffing import Staffing, needed_of_members, share_engineers, there_by_year
from gunmane.core.stock import Floats, Stock
from gunmane.core.words import AssetClass

OF_GROUPS, OF_TASKS, OF_ENGINEERS, OF_LOTS, OF_WORKS = "groups", "tasks", "engineers", "lots.", "lots.works."
"""Codes of the decisions on working together; those of lots end with a class."""


class Lot(Struct, frozen=True):
    """A task that owners of a group could let as one: mean yearly contracts and hours, apart and as one.

    `joint` is what takes fewer hours; `cases` the same with the low and the high extra hours of a joint contract.
    """

    task: Task
    contracts: tuple[float, float]
    hours: tuple[float, float]
    joint: bool
    cases: tuple[bool, bool]


class Arrangement(Struct, frozen=True, eq=False):
    """What holds and what is proposed; `conflicts` names what forbids an override, by its code."""

    division: Division
    proposed: Division
    lots: tuple[Lot, ...]
    bundles: Bundles
    bundle_cases: tuple[Bundles, Bundles]
    way: Way
    lends: bool
    conflicts: dict[str, str]

    @property
    def bundled(self) -> bool | None:
        """Whether tasks are bundled whatever a mixed contract takes; None where that turns the answer."""
        said = {bool(one.mixed) for one in (self.bundles, *self.bundle_cases)}
        return said.pop() if len(said) == 1 else None


class Effect(Struct, frozen=True, kw_only=True):
    """What an override changes, all else as it is: contracts and hours a year, yen over the plan, persons lacking in
    the worst year (None where engineers are not known).
    """

    contracts: float = 0.0
    hours: float = 0.0
    yen: float = 0.0
    lacking: float | None = None


def lot_code(task: Task) -> str:
    """Return the code of the decision on a task's lots."""
    return f"{OF_LOTS if task.step == 'inspect' else OF_WORKS}{task.asset_class}"


def task_of(code: str) -> Task | None:
    """Read `bridge.inspect`; None where there is no such task that may be let in a contract with others."""
    name, _, step = code.partition(".")
    known = {one.value: one for one in AssetClass if one in FIELDS}
    return Task(known[name], step) if name in known and step in STEPS else None


def arrange(
    sums: Programme, book: CostBook, division: Division, stock: Stock, others: Sequence[Override]
) -> Arrangement:
    """Return how owners work together after overrides; `division` is the computed one.

    A task's lots follow the groups that hold, bundles follow both.
    """
    wanted = {one.code: one for one in others}
    conflicts: dict[str, str] = {}
    holds = groups_of(division, stock, others)
    if holds is not division:
        holds = structs.replace(holds, hours=contracts.joint(sums, book, holds.groups).hours.mid)
    lots = _lots(sums, book, holds)
    set_joint: dict[Task, bool] = {}
    for one in lots:
        wish = wanted.get(lot_code(one.task))
        if wish is not None:
            set_joint[one.task] = wish.alternative == "change"
    known = {lot_code(one.task) for one in lots}
    for code, wish in wanted.items():
        if code.startswith(OF_LOTS) and wish.alternative == "change" and code not in known:
            conflicts[code] = "nobody_to_join"
    way = Way(joint=set_joint)
    proposed = bundles(sums, book, holds.groups, way=way)
    cases = (bundles(sums, book, holds.groups, 0, way), bundles(sums, book, holds.groups, 2, way))
    found = Arrangement(holds, division, lots, proposed, cases, way, True, conflicts)
    mixed = proposed.mixed if found.bundled else ()
    wish = wanted.get(OF_TASKS)
    if wish is not None:
        mixed, broken = _named(wish, way)
        if broken:
            conflicts[OF_TASKS] = broken
            mixed = proposed.mixed if found.bundled else ()
    lends = OF_ENGINEERS not in wanted or wanted[OF_ENGINEERS].alternative == "change"
    return structs.replace(found, way=Way(joint=set_joint, bundles=mixed), lends=lends)


def _lots(sums: Programme, book: CostBook, division: Division) -> tuple[Lot, ...]:
    """Return the tasks that at least two members of one group have work in."""
    groups = tuple(members for members in division.groups if len(members) > 1)
    owners = sums.count.shape[0]
    found = lettings(sums, book, sets_of(groups, owners))
    own = lettings(sums, book, np.eye(owners, dtype=np.bool_)).apart.sum(axis=2) > 0
    cases = [chosen_joint(found, book, Way(), case) for case in range(3)]
    extra, per_contract = book.value("joint_extra_hours"), book.value("hours_per_contract")
    result: list[Lot] = []
    for place, task in enumerate(found.tasks):
        if not any(own[list(members), place].sum() > 1 for members in groups):
            continue
        apart, joint = (float(lots[:, place].mean(axis=1).sum()) for lots in (found.apart, found.joint))
        result.append(
            Lot(
                task,
                (apart, joint),
                (apart * per_contract, joint * per_contract * (1 + extra)),
                bool(cases[1][:, place].any()),
                (bool(cases[0][:, place].any()), bool(cases[2][:, place].any())),
            )
        )
    return tuple(result)


def _named(wish: Override, way: Way) -> tuple[tuple[tuple[Task, ...], ...], str]:
    """Return the bundles that an override names, or the key of what forbids them."""
    if wish.alternative != "change":
        return (), ""
    found: list[tuple[Task, ...]] = []
    for names in wish.groups:
        part = [task for name in names if (task := task_of(name)) is not None]
        if len(part) < len(names):
            return (), "no_such_task"
        if any(not way.joint.get(task, True) for task in part):
            return (), "lots_kept_apart"
        found.append(tuple(part))
    return tuple(found), ""


def work_of(sums: Programme, book: CostBook, given: Arrangement) -> Work:
    """Return the work of a column in which owners work together."""
    return contracts.joint(sums, book, given.division.groups, given.way)


def staffed(
    sums: Programme, book: CostBook, given: Arrangement | None, stock: Stock, apart: Floats
) -> Staffing | None:
    """Return who lends and lacks engineers in a column, each alone without an arrangement; None where not known."""
    have = there_by_year(stock.owners, stock.years)
    if not len(have) or np.isnan(have).any():
        return None
    groups = tuple((k,) for k in range(len(stock.owners))) if given is None else given.division.groups
    needed = needed_of_members(sums, book, groups, Way() if given is None else given.way)
    away = book.value("engineers_away") if given is not None and given.lends else 0.0
    return share_engineers(needed, have, apart, book.value("group_travel_km"), away)


def worst_lack(found: Staffing | None) -> float | None:
    """Return the persons lacking in the worst year; None where engineers are not known."""
    return None if found is None else float(found.lacking.sum(axis=0).max(initial=0.0))


def effects(
    sums: Programme, book: CostBook, given: Arrangement, stock: Stock, others: Sequence[Override], apart: Floats
) -> dict[str, Effect]:
    """Return by code what each override of working together changes against the plan without it alone."""
    now, lack = work_of(sums, book, given), worst_lack(staffed(sums, book, given, stock, apart))
    found: dict[str, Effect] = {}
    for one in others:
        if one.code not in (OF_GROUPS, OF_TASKS, OF_ENGINEERS) and not one.code.startswith(OF_LOTS):
            continue
        rest = arrange(sums, book, given.proposed, stock, [other for other in others if other is not one])
        before, lacked = work_of(sums, book, rest), worst_lack(staffed(sums, book, rest, stock, apart))
        found[one.code] = Effect(
            contracts=now.contracts - before.contracts,
            hours=now.hours.mid - before.hours.mid,
            yen=before.saved_yen.mid - now.saved_yen.mid,
            lacking=None if lack is None or lacked is None else lack - lacked,
        )
    return found
