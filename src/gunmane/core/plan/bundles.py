"""Which tasks are let in one contract: bundles across classes, fields and steps (分野の束, プロセスの束).

A task is one step (inspection or works) of one class. Let apart, each group of owners lets ceil(jobs / lot) contracts
for it in a fiscal year; bundled, the remainders share contracts: ceil(sum of jobs / lot). A mixed contract takes more
hours for every further class, step and field in it. The division of tasks into bundles that needs the fewest hours
is found among all of them. Septic systems are left out: households let their upkeep, and statutory inspections are
for the designated bodies.
"""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.contracts import Groups
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.partition import parts_of
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT, Programme
from gunmane.core.stock import CLASSES, Floats
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

MOST = 11
"""Tasks up to which all divisions are compared; of more, those inside each field."""


class Task(Struct, frozen=True, order=True):
    """One step of one class: `step` is inspect or works."""

    asset_class: AssetClass
    step: str


class Bundle(Struct, frozen=True):
    """Tasks let together with mean yearly contracts and hours, as they are and if each task were let apart."""

    tasks: tuple[Task, ...]
    contracts: float
    hours: float
    contracts_apart: float
    hours_apart: float


class Bundles(Struct, frozen=True):
    """The best division of all tasks; `across` says whether bundles across fields were among those compared."""

    bundles: tuple[Bundle, ...]
    across: bool

    @property
    def saved(self) -> float:
        """Hours a year that bundling saves."""
        return sum(one.hours_apart - one.hours for one in self.bundles)


def task_lots(result: Programme, book: CostBook, groups: Groups) -> tuple[tuple[Task, ...], Floats]:
    """Return the tasks with work in the plan and their contracts before rounding up, [task, group, year]."""
    tasks: list[Task] = []
    lots: list[Floats] = []
    size = [book.value("joint_works_per_contract" if len(one) > 1 else "works_per_contract") for one in groups]
    for k, asset_class in enumerate(CLASSES):
        if asset_class not in FIELDS:
            continue
        visits = result.count[:, k, INSPECT] / book.value("inspections_per_contract")
        works = result.count[:, k, FIRST_MEASURE:].sum(axis=1)
        for step, jobs, each in (("inspect", visits, [1.0] * len(groups)), ("works", works, size)):
            if jobs.sum() > 0:
                tasks.append(Task(asset_class, step))
                lots.append(np.stack([jobs[list(one)].sum(axis=0) / s for one, s in zip(groups, each, strict=True)]))
    return tuple(tasks), np.array(lots)


def bundle_hours(tasks: tuple[Task, ...], lots: Floats, book: CostBook, case: int = 1) -> tuple[float, float]:
    """Return mean yearly contracts and hours of tasks let together; `lots` [task, group, year], price case 0 to 2."""
    contracts = float(np.ceil(lots.sum(axis=0) - 1e-9).sum() / lots.shape[2])
    kinds = (
        ("bundle_extra_class", {task.asset_class for task in tasks}),
        ("bundle_extra_step", {task.step for task in tasks}),
        ("bundle_extra_field", {FIELDS[task.asset_class] for task in tasks}),
    )
    extra = sum(book.parameters[name].cases()[case] * (len(several) - 1) for name, several in kinds)
    return contracts, contracts * book.value("hours_per_contract") * (1 + extra)


def bundles(result: Programme, book: CostBook, groups: Groups, case: int = 1) -> Bundles:
    """Return the division of all tasks with work that needs the fewest hours, also when that is to bundle nothing.

    `groups` are the owners that let contracts together; `case` 0 to 2 takes the low, middle or high extra hours.
    """
    tasks, lots = task_lots(result, book, groups)
    across = len(tasks) <= MOST
    pools = [list(range(len(tasks)))]
    if not across:
        fields = [FIELDS[task.asset_class] for task in tasks]
        pools = [[k for k, field in enumerate(fields) if field == one] for one in sorted(set(fields))]
    found: list[Bundle] = []
    for pool in pools:
        if not pool:
            continue
        apart = [bundle_hours((tasks[k],), lots[[k]], book, case) for k in pool]
        value = [0.0] * (1 << len(pool))
        for mask in range(1, 1 << len(pool)):
            part = [k for at, k in enumerate(pool) if mask >> at & 1]
            value[mask] = bundle_hours(tuple(tasks[k] for k in part), lots[part], book, case)[1]
        for members in parts_of(value, len(pool)):
            part = [pool[at] for at in members]
            contracts, hours = bundle_hours(tuple(tasks[k] for k in part), lots[part], book, case)
            found.append(
                Bundle(
                    tuple(tasks[k] for k in part),
                    contracts,
                    hours,
                    sum(apart[at][0] for at in members),
                    sum(apart[at][1] for at in members),
                )
            )
    return Bundles(tuple(found), across)
