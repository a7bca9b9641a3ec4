"""Owners, regions with their members, tallies, and the consents that decide who sees what."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import AssetClass, ConsentLevel
from gunmane.http.kept import Kept
from gunmane.http.routes import ADMINISTERING, Answer, Ask, Nothing, Route
from gunmane.store import consents, overview, regions, tallies
from gunmane.store.consents import Consent
from gunmane.store.ids import uuid7
from gunmane.store.regions import OwnerRow, RegionRow
from gunmane.store.tallies import Tally


class Owners(Struct, frozen=True):
    """Owners known to the principal."""

    items: list[OwnerRow]


class Regions(Struct, frozen=True):
    """Regions of the principal's owner."""

    items: list[RegionRow]


class TallyQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tallies."""

    owner: UUID | None = None
    asset_class: list[AssetClass] | None = None
    measure: list[Annotated[str, Meta(max_length=60)]] | None = None


class Tallies(Struct, frozen=True):
    """Counts and sums."""

    items: list[Tally]


class ConsentWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A consent to be given."""

    region_id: UUID
    asset_class: AssetClass
    level: ConsentLevel
    valid_from: date
    valid_to: date | None = None
    granted_by: Annotated[str, Meta(min_length=1, max_length=200, description="決裁者 (who decided)")]
    consent_id: UUID | None = None


class Consents(Struct, frozen=True):
    """Consents given, newest first."""

    items: list[Consent]


async def list_owners(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Owners(await regions.owners(ask.conn)))


async def read_owner(ask: Ask[Nothing, None]) -> Answer:
    found = await regions.owner(ask.conn, ask.id("owner_id"))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


async def list_regions(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Regions(await regions.regions(ask.conn)))


async def read_region(ask: Ask[Nothing, None]) -> Answer:
    found = await regions.regions(ask.conn, ask.id("region_id"))
    if not found:
        raise GunmaneError("not_found")
    return Answer(found[0])


_kept = Kept(32 * 2**20)


async def list_tallies(ask: Ask[TallyQuery, None]) -> Answer:
    """List counts; they change with computations only, so an answer is kept for all who see the same of the same.

    What is seen is asked anew each time: a revoked consent or a new computation leads to another answer at once.
    """
    wanted = ask.query
    owners = None if wanted.owner is None else [wanted.owner]
    key = await overview.seen(ask.conn, owners) + msgspec.json.encode(wanted)
    body = _kept.get(key)
    if body is None:
        found = await tallies.list_all(ask.conn, owners, wanted.asset_class, wanted.measure)
        body = msgspec.json.encode(Tallies(found))
        _kept.put(key, body)
    return Answer(raw=body)


async def list_consents(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Consents(await consents.given(ask.conn, ask.principal.owner_id)))


async def read_consent(ask: Ask[Nothing, None]) -> Answer:
    found = await consents.one(ask.conn, ask.principal.owner_id, ask.id("consent_id"))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


async def grant(ask: Ask[Nothing, ConsentWanted]) -> Answer:
    """Give a consent; only for a region that the owner belongs to."""
    wanted = ask.body
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        raise GunmaneError("invalid", [Fault("ends_before_start", "/valid_to")])
    consent_id = wanted.consent_id or uuid7()
    there = await consents.one(ask.conn, ask.principal.owner_id, consent_id) if wanted.consent_id else None
    given = there or await consents.grant(
        ask.conn,
        Consent(
            consent_id=consent_id, owner_id=ask.principal.owner_id, region_id=wanted.region_id,
            asset_class=wanted.asset_class, level=wanted.level, valid_from=wanted.valid_from,
            valid_to=wanted.valid_to, granted_by=wanted.granted_by, granted_at=ask.now,
        ),
    )  # fmt: skip
    if given is None:
        raise GunmaneError("invalid", [Fault("not_a_member", "/region_id")])
    names = ("region_id", "asset_class", "level", "valid_from", "valid_to", "granted_by")
    if any(getattr(given, name) != getattr(wanted, name) for name in names):
        raise GunmaneError("conflict", [Fault("taken", "/consent_id")])
    return Answer(given, 201, {"Location": f"/v1/consents/{given.consent_id}"})


async def revoke(ask: Ask[Nothing, None]) -> Answer:
    found = await consents.revoke(ask.conn, ask.principal.owner_id, ask.id("consent_id"), ask.now)
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


ROUTES = (
    Route(
        method="GET", path="/v1/owners", name="list_owners", tag="regions", run=list_owners, gives=Owners,
        summary="団体の一覧 (owners known to you)",
    ),
    Route(
        method="GET", path="/v1/owners/{owner_id:uuid}", name="read_owner", tag="regions", run=read_owner,
        gives=OwnerRow, summary="団体 (one owner)",
    ),
    Route(
        method="GET", path="/v1/regions", name="list_regions", tag="regions", run=list_regions, gives=Regions,
        summary="地域の一覧と構成員 (your regions with members and dates)",
    ),
    Route(
        method="GET", path="/v1/regions/{region_id:uuid}", name="read_region", tag="regions", run=read_region,
        gives=RegionRow, summary="地域 (one region)",
    ),
    Route(
        method="GET", path="/v1/tallies", name="list_tallies", tag="regions", run=list_tallies, query=TallyQuery,
        gives=Tallies, summary="集計 (counts and sums, shared ones included)",
    ),
    Route(
        method="GET", path="/v1/consents", name="list_consents", tag="consents", run=list_consents,
        may=ADMINISTERING, gives=Consents, summary="同意の一覧 (consents given)",
    ),
    Route(
        method="POST", path="/v1/consents", name="grant_consent", tag="consents", run=grant, may=ADMINISTERING,
        takes=ConsentWanted, gives=Consent, status=201, creates=True, also=(409,), gives_headers=("Location",),
        summary="同意 (let a region see a class of assets)",
    ),
    Route(
        method="GET", path="/v1/consents/{consent_id:uuid}", name="read_consent", tag="consents", run=read_consent,
        may=ADMINISTERING, gives=Consent, summary="同意 (one consent)",
    ),
    Route(
        method="POST", path="/v1/consents/{consent_id:uuid}/revocation", name="revoke_consent", tag="consents",
        run=revoke, may=ADMINISTERING, gives=Consent, summary="同意の撤回 (revoke at once)",
    ),
)  # fmt: skip
