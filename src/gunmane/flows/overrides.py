"""Overrides of a plan's proposals and comments on them: who may set what, and what law forbids at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import structs

from gunmane.core.calendar import fiscal_year
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.arrangement import OF_GROUPS, OF_TASKS, task_of
from gunmane.core.plan.contracts import FIELDS, STEPS
from gunmane.core.plan.overrides import ALTERNATIVES, VERDICTS, Override, duty_broken
from gunmane.core.words import AssetClass, ConsentLevel
from gunmane.files import reference
from gunmane.flows.plans import missing, require
from gunmane.store import consents, plans, records, regions
from gunmane.store.ids import uuid7
from gunmane.store.plans import Comment, OverrideRow
from gunmane.store.query import Conn, ReadConn


async def put(
    conn: Conn, region_id: UUID, override_id: UUID, wanted: Override, key_id: UUID, now: datetime, *,
    own: Sequence[str],
) -> OverrideRow:  # fmt: skip
    """Record what a person sets against a proposal of the owners `own` or of the whole region.

    Raises GunmaneError `invalid` with every fault (what cannot be set, an asset or decision that is not there, a duty
    that would be broken), `conflict` where an override of the same decision stands.
    """
    faults = _wrong(wanted, now, await plans.last_year(conn, region_id))
    content = wanted
    if wanted.asset_class is not None:
        asset_id = None if wanted.asset_id is None else UUID(wanted.asset_id)
        aim = await plans.asset(conn, asset_id, wanted.owner, wanted.asset_class, wanted.number or "")
        if aim is None or aim.owner not in own or aim.asset_class is AssetClass.SEPTIC:
            faults.append(Fault("asset_unknown", "/asset_id", {"number": wanted.number or wanted.asset_id or ""}))
        else:
            content = structs.replace(
                wanted, owner=aim.owner, asset_class=aim.asset_class, number=aim.number, asset_id=str(aim.asset_id),
                code=f"asset.{aim.asset_id}",
            )  # fmt: skip
            book = reference.cost_book()
            rule = duty_broken(book.deadlines, aim.scale or "", aim.grade or "", wanted.alternative)
            if rule is None and wanted.year is not None and wanted.year > fiscal_year(now.date()) + 1:
                bound = duty_broken(book.deadlines, aim.scale or "", aim.grade or "", "keep")
                rule = bound if bound is not None and bound.within == "at_once" else None
            if rule is not None:
                values = {"grade": aim.grade or "", "rule": rule.source}
                faults.append(Fault("breaks_duty", "/alternative", values))
    else:
        faults += await _decision_faults(conn, region_id, wanted, own)
        owners = await plans.decision_codes(conn, region_id)
        content = structs.replace(wanted, owner=owners.get(wanted.code, ""))
    if faults:
        raise GunmaneError("invalid", faults)
    if await plans.standing(conn, region_id, content.code) is not None:
        raise GunmaneError("conflict", [Fault("overridden_already", "/code")])
    if await plans.overrides(conn, None, override_id, withdrawn=True):
        raise GunmaneError("conflict", [Fault("taken", "/override_id")])
    await plans.insert_override(conn, region_id, override_id, content, key_id, now)
    return (await plans.overrides(conn, region_id, override_id))[0]


def _wrong(wanted: Override, now: datetime, last: int | None) -> list[Fault]:
    """Find what is wrong with an override whatever it is about; `last` is the plan's last fiscal year."""
    labels, faults = reference.plan_labels(), list[Fault]()
    if not labels.has("override_reason", wanted.reason):
        allowed = ", ".join(sorted(reference.texts("measures")["override_reason"]))
        faults.append(Fault("not_one_of_these", "/reason", {"allowed": allowed}))
    if not wanted.by.strip():
        faults.append(Fault("missing", "/by"))
    if wanted.reason == "other" and not wanted.note.strip():
        faults.append(Fault("missing", "/note"))
    allowed = ALTERNATIVES if wanted.asset_class is not None else VERDICTS
    if wanted.alternative not in allowed:
        faults.append(Fault("not_one_of_these", "/alternative", {"allowed": ", ".join(allowed)}))
    if wanted.year is not None and wanted.year <= fiscal_year(now.date()):
        faults.append(Fault("year_is_past", "/year", {"value": wanted.year}))
    if wanted.year is not None and last is not None and wanted.year > last:
        faults.append(Fault("year_beyond_plan", "/year", {"value": wanted.year, "last": last}))
    if wanted.year is not None and wanted.asset_class is None:
        faults.append(Fault("unknown_field", "/year", {"name": "year"}))
    if wanted.groups and wanted.asset_class is not None:
        faults.append(Fault("unknown_field", "/groups", {"name": "groups"}))
    return faults


async def _decision_faults(conn: ReadConn, region_id: UUID, wanted: Override, own: Sequence[str]) -> list[Fault]:
    """Find what is wrong with an override of a decision that is not about one asset."""
    owners = await plans.decision_codes(conn, region_id)
    if wanted.code not in owners or owners[wanted.code] not in ("", *own):
        return [Fault("decision_unknown", "/code", {"value": wanted.code})]
    if wanted.code.startswith(("plant.", "bridge.")):
        return [Fault("name_the_asset", "/code", {"value": wanted.code})]
    faults: list[Fault] = []
    named = [code for group in wanted.groups for code in group]
    if named and (wanted.code not in (OF_GROUPS, OF_TASKS) or wanted.alternative != "change"):
        faults.append(Fault("unknown_field", "/groups", {"name": "groups"}))
    elif wanted.code == OF_GROUPS:
        known = {owner.code for owner in await regions.owners(conn)}
        faults += [Fault("not_a_member", "/groups") for code in named if code not in known][:1]
    elif wanted.code == OF_TASKS:
        # Septic systems' inspections are for the designated bodies by law: such a task is none of the owners'.
        allowed = ", ".join(f"{one}.{step}" for one in FIELDS for step in STEPS)
        faults += [
            Fault("task_unknown", "/groups", {"value": code, "allowed": allowed})
            for code in named
            if task_of(code) is None
        ]
        faults += [Fault("too_few_tasks", "/groups") for group in wanted.groups if len(group) < 2][:1]
    if len(set(named)) != len(named):
        faults.append(Fault("twice", "/groups"))
    if wanted.code in (OF_GROUPS, OF_TASKS) and wanted.alternative == "change" and not named:
        faults.append(Fault("missing", "/groups"))
    return faults


async def seen(conn: ReadConn, rows: Sequence[OverrideRow]) -> list[OverrideRow]:
    """Keep the overrides that the principal may see: its own, the region's, and what full consent opens."""
    sight = await consents.sight(conn)

    def may(one: Override) -> bool:
        if not one.owner or one.owner in sight.own:
            return True
        if one.asset_class is None:
            return sight.sees((one.owner, AssetClass.SEPTIC), ConsentLevel.FULL)
        return sight.sees((one.owner, one.asset_class), ConsentLevel.FULL)

    return [row for row in rows if may(row.content)]


async def withdraw(conn: Conn, override_id: UUID, key_id: UUID, now: datetime, *, own: Sequence[str]) -> OverrideRow:
    """End an override of one's own or of the region; raises GunmaneError `not_found`."""
    found = await plans.overrides(conn, None, override_id, withdrawn=True)
    if not found or found[0].content.owner not in ("", *own):
        raise GunmaneError("not_found")
    await plans.withdraw(conn, found[0].region_id, override_id, now, key_id)
    return (await plans.overrides(conn, None, override_id, withdrawn=True))[0]


async def comment(
    conn: Conn, plan_id: UUID, code: str, owner_id: UUID, body: str, author: str, key_id: UUID, now: datetime
) -> Comment:  # fmt: skip
    """Record what an owner says of an edition, or of one of its decisions by code.

    Raises GunmaneError `not_found`, `invalid` where the words or who says them are missing, or the edition has no
    such decision.
    """
    require({"/body": body, "/author": author})
    if not await records.plans(conn, None, None, 1, plan_id):
        raise GunmaneError("not_found")
    if code and code not in await plans.codes_of_plan(conn, plan_id):
        raise GunmaneError("invalid", [Fault("decision_unknown", "/code", {"value": code})])
    made = await plans.insert_comment(conn, plan_id, uuid7(), code, owner_id, body, author, key_id, now)
    if made is None:
        raise GunmaneError("not_found")
    return made


async def comments(conn: ReadConn, plan_id: UUID, owner_id: UUID) -> list[Comment]:
    """List comments on an edition: all for those who see all of the plan, else those of one's own owner.

    Raises GunmaneError `not_found`.
    """
    if not await records.plans(conn, None, None, 1, plan_id):
        raise GunmaneError("not_found")
    found = await plans.comments(conn, plan_id)
    return found if not await missing(conn, plan_id) else [one for one in found if one.owner_id == owner_id]
