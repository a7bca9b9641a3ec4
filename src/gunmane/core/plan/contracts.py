"""Contracts and staff hours, each alone and together.

Alone, an owner lets ceil(jobs / lot) contracts for each class and kind of work in a fiscal year; together the region
lets ceil(all jobs / larger lot). A joint contract takes `joint_extra_hours` more, and every member spends hours on
coordination, so that working together can cost more hours than it saves: then the plan says so. No yen are claimed
unless `mobilisation_yen` or `scale_discount` were set from evidence.
"""

import numpy as np
from msgspec import Struct

from gunmane.core.money import Range, exactly
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.programme import FIRST_MEASURE, INSPECT, Programme
from gunmane.core.stock import CLASS_AT, Flags, Floats
from gunmane.core.words import AssetClass


class Work(Struct, frozen=True):
    """Mean yearly work of a scenario; `saved_yen` is over the whole plan."""

    contracts: float
    hours: Range
    engineers: Range
    saved_yen: Range


def _jobs(result: Programme) -> tuple[Floats, Floats]:
    """Return works [G, C, K, T] and inspections [G, C, T] that owners let (households let the septic ones)."""
    works = result.count[:, :, FIRST_MEASURE:]
    visits = result.count[:, :, INSPECT].copy()
    visits[:, CLASS_AT[AssetClass.SEPTIC]] = 0
    return works, visits


def _lots(works: Floats, visits: Floats, book: CostBook, size: float) -> float:
    return float(
        np.ceil(works / size - 1e-9).sum() + np.ceil(visits / book.value("inspections_per_contract") - 1e-9).sum()
    )


def alone(result: Programme, book: CostBook) -> Work:
    """Return the work of owners who each let their own contracts."""
    works, visits = _jobs(result)
    years = visits.shape[-1]
    contracts = _lots(works, visits, book, book.value("works_per_contract")) / years
    checks = float(visits.sum()) / years * book.value("hours_per_inspection")
    hours = contracts * book.value("hours_per_contract") + checks
    return Work(contracts, exactly(hours), exactly(hours / book.value("hours_per_engineer")), exactly(0.0))


def paying_lot(result: Programme, book: CostBook, most: int = 50) -> int | None:
    """Return the smallest joint works contract (assets per contract) with which working together saves hours.

    None if no size up to `most` does. Middle values of the parameters.
    """
    own = alone(result, book).hours.mid
    for size in range(1, most + 1):
        if joint(result, book.replaced({"joint_works_per_contract": size})).hours.mid < own:
            return size
    return None


Groups = tuple[tuple[int, ...], ...]
"""Owners by their places; every owner belongs to one group, a group of one works alone."""


class Load(Struct, frozen=True, eq=False):
    """Mean yearly contracts and hours of some sets of owners, each working together, and yen saved over the plan."""

    contracts: Floats  # [S]
    hours: Floats  # [S, 3] price cases
    saved: Floats  # [S, 3]


def load(result: Programme, book: CostBook, sets: Flags) -> Load:
    """Return contracts and hours of each set of owners [S, G]; a set of one works alone."""
    works, visits = _jobs(result)
    owners, years = visits.shape[0], visits.shape[-1]
    together = sets.sum(axis=1) > 1
    size = np.where(together, book.value("joint_works_per_contract"), book.value("works_per_contract"))
    mine = sets.astype(np.float64)
    jobs = mine @ works.reshape(owners, -1)
    looks = mine @ visits.reshape(owners, -1)
    lots = np.ceil(jobs / size[:, None] - 1e-9).sum(axis=1)
    lots += np.ceil(looks / book.value("inspections_per_contract") - 1e-9).sum(axis=1)
    own = [_lots(works[k : k + 1], visits[k : k + 1], book, book.value("works_per_contract")) for k in range(owners)]
    avoided = (mine @ np.array(own) - lots) * together
    spent = (mine @ result.yen.sum(axis=(1, 2, 3))) * together[:, None]
    saved = avoided[:, None] * np.array(book.parameters["mobilisation_yen"].cases()) + spent * np.array(
        book.parameters["scale_discount"].cases()
    )
    contracts = lots / years
    checks = looks.sum(axis=1) / years * book.value("hours_per_inspection")
    # Members with work in a mean year talk to each other.
    busy = mine @ (works.sum(axis=(1, 2)) + visits.sum(axis=1) > 0).sum(axis=1) / years * together
    per_contract = book.value("hours_per_contract")
    cases = zip(
        book.parameters["joint_extra_hours"].cases(), book.parameters["coordination_hours"].cases(), strict=True
    )
    hours = [
        contracts * per_contract * np.where(together, 1 + extra, 1.0) + checks + busy * talk for extra, talk in cases
    ]
    return Load(contracts, np.stack(hours, axis=1), saved)


def joint(result: Programme, book: CostBook, groups: Groups | None = None) -> Work:
    """Return the work of groups of owners (all in one, if not said) with the hours that coordination takes."""
    owners = result.count.shape[0]
    parts = groups or (tuple(range(owners)),)
    sets = np.zeros((len(parts), owners), dtype=np.bool_)
    for row, members in enumerate(parts):
        sets[row, list(members)] = True
    found = load(result, book, sets)
    hours = found.hours.sum(axis=0).tolist()
    contracts = float(found.contracts.sum())
    per_engineer = book.value("hours_per_engineer")
    return Work(
        contracts,
        Range(*hours),
        Range(*(value / per_engineer for value in hours)),
        Range(*found.saved.sum(axis=0).tolist()),
    )
