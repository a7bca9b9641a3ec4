"""Which tasks are let in one contract: bundles across classes, fields and steps (分野の束, プロセスの束).

Let apart, each group of owners lets ceil(jobs / lot) contracts for a task in a fiscal year; bundled, the remainders
share contracts: ceil(sum of jobs / lot). A mixed contract takes more hours for every further class, step and field
in it. The division of tasks into bundles that needs the fewest hours is found among all of them.
"""

import numpy as np
from msgspec import Struct

from gunmane.core.plan.contracts import (
    FIELDS,
    Groups,
    Lettings,
    Task,
    Way,
    bundle_extra,
    bundle_lots,
    chosen_joint,
    lettings,
    sets_of,
)
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.partition import parts_of
from gunmane.core.plan.programme import Programme

MOST = 11
"""Tasks up to which all divisions are compared; of more, those inside each field."""


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

    @property
    def mixed(self) -> tuple[tuple[Task, ...], ...]:
        """The bundles of more than one task."""
        return tuple(one.tasks for one in self.bundles if len(one.tasks) > 1)


class Counted(Struct, frozen=True, eq=False):
    """The tasks of some groups with what each takes apart, a year."""

    found: Lettings
    contracts: tuple[float, ...]
    hours: tuple[float, ...]


def counted(result: Programme, book: CostBook, groups: Groups, way: Way, case: int = 1) -> Counted:
    """Count what each task takes when it is let by itself, as one or apart as `way` says."""
    found = lettings(result, book, sets_of(groups, result.count.shape[0]))
    as_one = chosen_joint(found, book, way, case)
    extra = book.parameters["joint_extra_hours"].cases()[case]
    lots = np.where(as_one, found.joint.mean(axis=2), found.apart.mean(axis=2))
    hours = (lots * (1 + extra * as_one)).sum(axis=0) * book.value("hours_per_contract")
    return Counted(found, tuple(lots.sum(axis=0).tolist()), tuple(hours.tolist()))


def bundle_hours(given: Counted, places: list[int], book: CostBook, case: int = 1) -> tuple[float, float]:
    """Return mean yearly contracts and hours of tasks (by their places) let together; price case 0 to 2."""
    if len(places) == 1:
        return given.contracts[places[0]], given.hours[places[0]]
    found = given.found
    lots = bundle_lots(found, places).mean(axis=1)
    extra = book.parameters["joint_extra_hours"].cases()[case]
    mixed = bundle_extra([found.tasks[k] for k in places], book, case)
    hours = float((lots * (1 + extra * found.together + mixed)).sum()) * book.value("hours_per_contract")
    return float(lots.sum()), hours


def bundles(result: Programme, book: CostBook, groups: Groups, case: int = 1, way: Way = Way()) -> Bundles:  # noqa: B008
    """Return the division of all tasks with work that needs the fewest hours, also when that is to bundle nothing.

    `groups` are the owners that let contracts together; `case` 0 to 2 takes the low, middle or high extra hours.
    Tasks that groups may not let as one (`way`) are in no bundle.
    """
    given = counted(result, book, groups, way, case)
    tasks = given.found.tasks
    free = [k for k, task in enumerate(tasks) if task.asset_class in FIELDS and way.joint.get(task, True)]
    across = len(free) <= MOST
    pools = [free]
    if not across:
        fields = [FIELDS[tasks[k].asset_class] for k in free]
        pools = [[k for k, field in zip(free, fields, strict=True) if field == one] for one in sorted(set(fields))]
    found: list[Bundle] = []
    for pool in pools:
        if not pool:
            continue
        value = [0.0] * (1 << len(pool))
        for mask in range(1, 1 << len(pool)):
            part = [k for at, k in enumerate(pool) if mask >> at & 1]
            value[mask] = bundle_hours(given, part, book, case)[1]
        for members in parts_of(value, len(pool)):
            found.append(bundle_of(given, [pool[at] for at in members], book, case))
    return Bundles(tuple(found), across)


def bundle_of(given: Counted, part: list[int], book: CostBook, case: int = 1) -> Bundle:
    """Return tasks let together beside each let by itself."""
    contracts, hours = bundle_hours(given, part, book, case)
    return Bundle(
        tuple(given.found.tasks[k] for k in part),
        contracts,
        hours,
        sum(given.contracts[k] for k in part),
        sum(given.hours[k] for k in part),
    )
