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
from gunmane.core.stock import CLASS_AT, Floats
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


def joint(result: Programme, book: CostBook) -> Work:
    """Return the work of owners who let contracts together, with the hours that coordination takes."""
    works, visits = _jobs(result)
    years = visits.shape[-1]
    contracts = _lots(works.sum(axis=0), visits.sum(axis=0), book, book.value("joint_works_per_contract")) / years
    avoided = _lots(works, visits, book, book.value("works_per_contract")) - contracts * years
    checks = float(visits.sum()) / years * book.value("hours_per_inspection")
    busy = float((works.sum(axis=(1, 2)) + visits.sum(axis=1) > 0).sum()) / years  # members with work in a mean year
    extra, talk = book.parameters["joint_extra_hours"].cases(), book.parameters["coordination_hours"].cases()
    per_contract = book.value("hours_per_contract")
    hours = [contracts * per_contract * (1 + extra[k]) + checks + busy * talk[k] for k in range(3)]
    per_engineer = book.value("hours_per_engineer")
    spent = result.yen.sum(axis=(0, 1, 2, 3))
    mobilisation = book.parameters["mobilisation_yen"].cases()
    discount = book.parameters["scale_discount"].cases()
    saved = [avoided * mobilisation[k] + float(spent[k]) * discount[k] for k in range(3)]
    return Work(
        contracts,
        Range(*hours),
        Range(hours[0] / per_engineer, hours[1] / per_engineer, hours[2] / per_engineer),
        Range(*saved),
    )
