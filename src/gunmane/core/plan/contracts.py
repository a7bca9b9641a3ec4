"""Contracts and staff hours, each alone and together.

A task is one step (inspection or works) of one class. Alone, an owner lets ceil(jobs / lot) contracts for each task
(works by kind) in a fiscal year; together a group lets ceil(all jobs / larger lot) where that takes fewer hours, else
its members go on alone with that task. Tasks let in one contract (`Way.bundles`) share what remains over. A joint
contract takes `joint_extra_hours` more, a mixed one more for every further class, step and field, and every member
spends hours on coordination, so that working together can cost more hours than it saves: then the plan says so.
Works that are only expected (assets that turn bad, renewals of assets of unknown age) have no asset and no day yet:
they count as full contracts, jobs / lot, so that pooling is credited with no more than the larger lot. No yen are
claimed unless `mobilisation_yen` or `scale_discount` were set from evidence.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from gunmane.core.money import Range
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT, PROVISION, SPREAD, Programme
from gunmane.core.stock import CLASS_AT, CLASSES, Flags, Floats
from gunmane.core.words import AssetClass

FIELDS: dict[AssetClass, str] = {
    AssetClass.BRIDGE: "roads",
    AssetClass.TUNNEL: "roads",
    AssetClass.ROAD_STRUCTURE: "roads",
    AssetClass.PAVEMENT: "roads",
    AssetClass.SEWER_PIPE: "sewage",
    AssetClass.MANHOLE: "sewage",
    AssetClass.TREATMENT_PLANT: "sewage",
    AssetClass.WATER_PIPE: "water",
}
"""The field of each class whose tasks may be let in one contract; septic systems are left out: households let their
upkeep, and statutory inspections are for the designated bodies (浄化槽法)."""

STEPS = ("inspect", "works")

Groups = tuple[tuple[int, ...], ...]
"""Owners by their places; every owner belongs to one group, a group of one works alone."""


class Task(Struct, frozen=True, order=True):
    """One step of one class: `step` is inspect or works."""

    asset_class: AssetClass
    step: str

    @property
    def code(self) -> str:
        """The task's name in decisions: `bridge.inspect`."""
        return f"{self.asset_class}.{self.step}"


class Way(Struct, frozen=True):
    """How tasks are let: `joint` says which tasks groups let as one, what it leaves out is let as takes fewer hours.

    `bundles` are tasks let in one contract by every group, each task in one bundle at most; a task that groups may
    not let as one (`joint` False) stays out of its bundle.
    """

    joint: dict[Task, bool] = {}
    bundles: tuple[tuple[Task, ...], ...] = ()


class Work(Struct, frozen=True):
    """Mean yearly work of a scenario; `saved_yen` is over the whole plan."""

    contracts: float
    hours: Range
    engineers: Range
    saved_yen: Range


class Load(Struct, frozen=True, eq=False):
    """Contracts and hours of some sets of owners, each working together, by year, and yen saved over the plan."""

    yearly_contracts: Floats  # [S, T]
    yearly_hours: Floats  # [S, T, 3] price cases
    saved: Floats  # [S, 3]

    @property
    def contracts(self) -> Floats:
        """Contracts in a mean year, [S]."""
        return self.yearly_contracts.mean(axis=1)

    @property
    def hours(self) -> Floats:
        """Hours in a mean year, [S, 3]."""
        return self.yearly_hours.mean(axis=1)


class Lettings(Struct, frozen=True, eq=False):
    """What sets of owners let: contracts of each task by year, as one or each member alone, [S, N, T].

    `shares` are those let as one before rounding up; `together` marks sets of more than one [S].
    """

    tasks: tuple[Task, ...]
    joint: Floats
    apart: Floats
    shares: Floats
    together: Flags


def lettings(result: Programme, book: CostBook, sets: Flags) -> Lettings:
    """Count the contracts of each task with work in the plan, for sets of owners [S, G]."""
    owners, years = result.count.shape[0], result.count.shape[3]
    together = sets.sum(axis=1) > 1
    mine = sets.astype(np.float64)
    works = np.where(together, book.value("joint_works_per_contract"), book.value("works_per_contract"))
    tasks: list[Task] = []
    found: list[tuple[Floats, Floats, Floats]] = []
    for k, asset_class in enumerate(CLASSES):
        for step in STEPS:
            if step == "works":
                jobs, alone, size = result.count[:, k, FIRST_MEASURE:], book.value("works_per_contract"), works
            elif asset_class is AssetClass.SEPTIC:
                continue
            else:
                jobs, alone = result.count[:, k, INSPECT : INSPECT + 1], book.value("inspections_per_contract")
                size = np.full(len(sets), alone)
            expected = np.zeros((owners, years))
            if step == "works":
                expected = result.count[:, k, [PROVISION, SPREAD]].sum(axis=1)
            if jobs.sum() + expected.sum() <= 0:
                continue
            whole = mine @ expected
            share = (mine @ jobs.reshape(owners, -1)).reshape(len(sets), jobs.shape[1], years) / size[:, None, None]
            tasks.append(Task(asset_class, step))
            apart = mine @ np.ceil(jobs / alone - 1e-9).sum(axis=1) + whole / alone
            more = whole / size[:, None]
            found.append((np.ceil(share - 1e-9).sum(axis=1) + more, apart, share.sum(axis=1) + more))
    if not tasks:
        nothing = np.zeros((len(sets), 0, years))
        return Lettings((), nothing, nothing, nothing, together)
    joint, alone_lots, shares = (np.stack([one[k] for one in found], axis=1) for k in range(3))
    return Lettings(tuple(tasks), joint, alone_lots, shares, together)


def chosen_joint(found: Lettings, book: CostBook, way: Way, case: int = 1) -> Flags:
    """Return which tasks each set lets as one, [S, N]: as `way` says, else where it takes fewer hours (and yen)."""
    per_contract, fixed = book.value("hours_per_contract"), book.parameters["mobilisation_yen"].cases()[case]
    extra = book.parameters["joint_extra_hours"].cases()[case]
    whole, each = found.joint.sum(axis=2), found.apart.sum(axis=2)
    pays = whole * (per_contract * (1 + extra) + fixed) < each * (per_contract + fixed) - 1e-9
    for place, task in enumerate(found.tasks):
        if task in way.joint:
            pays[:, place] = way.joint[task]
    return pays & found.together[:, None]


def bundle_extra(bundle: Sequence[Task], book: CostBook, case: int = 1) -> float:
    """Return by which share a contract for several tasks takes more hours than one for a single task."""
    kinds = (
        ("bundle_extra_class", {task.asset_class for task in bundle}),
        ("bundle_extra_step", {task.step for task in bundle}),
        ("bundle_extra_field", {FIELDS.get(task.asset_class, "") for task in bundle}),
    )
    return sum(book.parameters[name].cases()[case] * (len(several) - 1) for name, several in kinds)


def bundle_lots(found: Lettings, places: Sequence[int]) -> Floats:
    """Return the contracts by year of tasks let in one contract, [S, T]."""
    return np.ceil(found.shares[:, list(places)].sum(axis=1) - 1e-9)


def load(result: Programme, book: CostBook, sets: Flags, way: Way = Way(), case: int = 1) -> Load:  # noqa: B008
    """Return contracts and hours of each set of owners [S, G]; a set of one works alone, bundling what `way` bundles.

    What is let as one follows from the hours of price case `case` where `way` leaves it open.
    """
    found = lettings(result, book, sets)
    as_one = chosen_joint(found, book, way, case)
    place_of = {task: place for place, task in enumerate(found.tasks)}
    extra = np.array(book.parameters["joint_extra_hours"].cases())
    lots = np.where(as_one[:, :, None], found.joint, found.apart)
    effort = lots[..., None] * (1 + as_one[:, :, None, None] * extra)
    for bundle in way.bundles:
        places = [place_of[task] for task in bundle if task in place_of and way.joint.get(task, True)]
        if len(places) < 2:
            continue
        whole = bundle_lots(found, places)
        mixed = np.array([bundle_extra([found.tasks[k] for k in places], book, one) for one in range(3)])
        lots[:, places] = 0.0
        effort[:, places] = 0.0
        lots[:, places[0]] = whole
        effort[:, places[0]] = whole[..., None] * (1 + found.together[:, None, None] * extra + mixed)
    return _loaded(result, book, sets, found, lots.sum(axis=1), effort.sum(axis=1))


def _loaded(
    result: Programme, book: CostBook, sets: Flags, found: Lettings, contracts: Floats, effort: Floats
) -> Load:  # fmt: skip
    """Add what is not about contracts: checks of inspections, coordination, yen saved."""
    visits = result.count[:, :, INSPECT].copy()
    visits[:, CLASS_AT[AssetClass.SEPTIC]] = 0
    mine, together = sets.astype(np.float64), found.together
    checks = mine @ visits.sum(axis=1) * book.value("hours_per_inspection")
    # Members with work in a year talk to each other.
    busy = mine @ (result.count[:, :, PROVISION:].sum(axis=(1, 2)) + visits.sum(axis=1) > 0)
    talk = np.array(book.parameters["coordination_hours"].cases())
    hours = book.value("hours_per_contract") * effort + checks[..., None]
    hours = hours + (busy * together[:, None])[..., None] * talk
    avoided = (found.apart.sum(axis=1) - contracts).sum(axis=1)
    spent = (mine @ result.yen.sum(axis=(1, 2, 3))) * together[:, None]
    saved = avoided[:, None] * np.array(book.parameters["mobilisation_yen"].cases()) + spent * np.array(
        book.parameters["scale_discount"].cases()
    )
    return Load(contracts, hours, saved)


def alone(result: Programme, book: CostBook) -> Work:
    """Return the work of owners who each let their own contracts."""
    return joint(result, book, tuple((k,) for k in range(result.count.shape[0])))


def paying_lot(result: Programme, book: CostBook, most: int = 50) -> int | None:
    """Return the smallest joint works contract (assets per contract) with which working together saves hours.

    None if no size up to `most` does. Middle values of the parameters.
    """
    own = alone(result, book).hours.mid
    for size in range(1, most + 1):
        if joint(result, book.replaced({"joint_works_per_contract": size})).hours.mid < own:
            return size
    return None


def sets_of(groups: Groups, owners: int) -> Flags:
    """Return groups as rows of flags, [S, G]."""
    sets = np.zeros((len(groups), owners), dtype=np.bool_)
    for row, members in enumerate(groups):
        sets[row, list(members)] = True
    return sets


def joint(result: Programme, book: CostBook, groups: Groups | None = None, way: Way = Way()) -> Work:  # noqa: B008
    """Return the work of groups of owners (all in one, if not said) with the hours that coordination takes."""
    owners = result.count.shape[0]
    found = load(result, book, sets_of(groups or (tuple(range(owners)),), owners), way)
    hours = found.hours.sum(axis=0).tolist()
    contracts = float(found.contracts.sum())
    per_engineer = book.value("hours_per_engineer")
    return Work(
        contracts,
        Range(*hours),
        Range(*(value / per_engineer for value in hours)),
        Range(*found.saved.sum(axis=0).tolist()),
    )
