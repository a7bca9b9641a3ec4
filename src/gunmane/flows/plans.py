"""Hands out plans: whole to those who may see all that they name, cut down to what may be seen to everybody else."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.sharing import excerpt, withheld
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.words import AssetClass, Language
from gunmane.files import reference
from gunmane.store import consents, records
from gunmane.store.query import ReadConn


async def missing(conn: ReadConn, plan_id: UUID) -> dict[str, tuple[AssetClass, ...]]:
    """Tell whose consent the principal lacks at this moment to read a plan's document: classes by owner's name."""
    names = await records.plan_pairs(conn, plan_id)
    found: dict[str, tuple[AssetClass, ...]] = {}
    for one in withheld(names, await consents.sight(conn)):
        name = names[one.owner, one.asset_class]
        found[name] = (*found.get(name, ()), one.asset_class)
    return found


async def sheet(conn: ReadConn, plan_id: UUID) -> Any:
    """Read the numbers of a plan that the principal may see; raises GunmaneError `not_found`."""
    stored = await records.plan_sheet(conn, plan_id)
    if stored is None:
        raise GunmaneError("not_found")
    if not await missing(conn, plan_id):
        return stored
    return excerpt(msgspec.convert(stored, PlanSheet), await consents.sight(conn))


async def document(conn: ReadConn, plan_id: UUID, language: Language) -> bytes:
    """Read a plan's document.

    Raises GunmaneError `not_found`; `consent_missing` for a principal that may not see all that it names, with a
    fault for each owner whose consent is missing.
    """
    lacking = await missing(conn, plan_id)
    found = await records.plan_document(conn, plan_id)
    if found is None:
        raise GunmaneError("not_found")
    if lacking:
        raise refusal(((name, one) for name, classes in lacking.items() for one in classes), language)
    return found


def refusal(lacking: Iterable[tuple[str, str]], language: Language) -> GunmaneError:
    """Say whose consent is missing for which classes: a fault for each owner."""
    labels = reference.texts("measures")["class"]
    classes: dict[str, list[str]] = {}
    for name, one in lacking:
        classes.setdefault(name, []).append(getattr(labels[one], language.value) if one in labels else one)
    found = [Fault("consent_missing", "", {"owner": name, "classes": said}) for name, said in classes.items()]
    return GunmaneError("consent_missing", found)
