"""Hands out plans: whole to those who may see all that they name, cut down to what may be seen to everybody else."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.record import Approval
from gunmane.core.plan.sharing import excerpt, withheld
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.versions import Comparison, compare, decided
from gunmane.core.words import AssetClass, Language
from gunmane.files import reference
from gunmane.pdf.plans import draw
from gunmane.store import consents, plans, records
from gunmane.store.query import Conn, ReadConn


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
    made = await plans.decision(conn, plan_id)
    whole = not await missing(conn, plan_id)
    if made is None and whole:
        return stored
    read = msgspec.convert(stored, PlanSheet)
    if made is not None:
        read = decided(read, made.approval)
    return read if whole else excerpt(read, await consents.sight(conn))


async def changes(conn: ReadConn, plan_id: UUID, since: UUID | None) -> tuple[UUID | None, Comparison]:
    """Tell what changed from another edition (the one before, where none is named), as far as the principal sees.

    Raises GunmaneError `not_found` for an edition that it doesn't know, `invalid` for editions of two regions.
    """
    found = await records.plans(conn, None, None, 1, plan_id)
    if not found:
        raise GunmaneError("not_found")
    other = since or await plans.earlier(conn, plan_id)
    if other is None:
        return None, Comparison(changes=(), more={})
    there = await records.plans(conn, None, None, 1, other)
    if not there or there[0].region_id != found[0].region_id:
        raise GunmaneError("invalid", [Fault("plan_unknown", "since")])
    before = msgspec.convert(await sheet(conn, other), PlanSheet, from_attributes=True)
    after = msgspec.convert(await sheet(conn, plan_id), PlanSheet, from_attributes=True)
    return other, compare(before, after)


async def decide(
    conn: Conn, plan_id: UUID, approval: Approval, key_id: UUID, now: datetime, language: Language
) -> plans.Decision:
    """Make a draft the region's decided plan; an earlier decided one is superseded, never changed.

    Raises GunmaneError `not_found`; `consent_missing` for a principal that may not see all that it would decide;
    `conflict` where the edition is no draft any more, or a later one has been decided; `invalid` for a record without
    its meeting, person or office, of a day to come, or of one before the day of the data that it rests on.
    """
    require({"/meeting": approval.meeting, "/decided_by": approval.decided_by, "/title": approval.title})
    held = await plans.lock(conn, plan_id)
    mine = next((one for one in held if one.plan_id == plan_id), None)
    if mine is None:
        raise GunmaneError("not_found")
    lacking = await missing(conn, plan_id)
    if lacking:
        raise refusal(((name, one) for name, classes in lacking.items() for one in classes), language)
    if mine.status != "draft":
        raise GunmaneError("conflict", [Fault(f"plan_{mine.status}", "", {"edition": mine.edition})])
    later = next((one for one in held if one.edition > mine.edition), None)
    if later is not None:
        raise GunmaneError("conflict", [Fault("later_decided", "", {"edition": later.edition})])
    if approval.decided_on > now.date():
        values = {"value": approval.decided_on.isoformat(), "today": now.date().isoformat()}
        raise GunmaneError("invalid", [Fault("in_future", "/decided_on", values)])
    stored = msgspec.convert(await records.plan_sheet(conn, plan_id), PlanSheet)
    if approval.decided_on < stored.facts.as_of:
        values = {"value": approval.decided_on.isoformat(), "as_of": stored.facts.as_of.isoformat()}
        raise GunmaneError("invalid", [Fault("decided_before_data", "/decided_on", values)])
    pdf = await asyncio.to_thread(draw, decided(stored, approval), language=Language.JA)
    await plans.decide(conn, mine.region_id, plan_id, approval, pdf, key_id, now)
    made = await plans.decision(conn, plan_id)
    if made is None:
        raise GunmaneError("not_found")
    return made


def require(words: Mapping[str, str]) -> None:
    """Refuse a record in which a person's words are missing: texts by their place; raises GunmaneError `invalid`."""
    faults = [Fault("missing", at) for at, text in words.items() if not text.strip()]
    if faults:
        raise GunmaneError("invalid", faults)


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
