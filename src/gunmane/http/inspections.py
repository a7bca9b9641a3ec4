"""Inspections: log one, log many, correct, list; photographs promised and received."""

import hashlib
import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct, field, structs

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inspections import Inspection
from gunmane.core.words import AssetClass, Origin
from gunmane.flows.inspections import Rules
from gunmane.http import problems
from gunmane.http.assets import readable
from gunmane.http.cursors import Cursor, Limit, PageQuery, link_header, next_link, pack, unpack
from gunmane.http.routes import INSPECTING, Answer, Ask, Nothing, Route
from gunmane.store import inspections as store
from gunmane.store.ids import uuid7
from gunmane.store.inspections import Logged, Wanted

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
PHOTO_LIMIT = 20_000_000
_KINDS = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "image/heic": re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL),
}
"""How each kind of picture begins (ISO/IEC 10918-1 B.1.1, PNG 5.2, RFC 9649 2.3, ISO/IEC 23008-12 10)."""
PHOTO_TYPES = tuple(_KINDS)


class InspectionWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inspection to be logged. A UUIDv7 made by the client as `inspection_id` makes repeating harmless.

    `supersedes` names the inspection that this one corrects. `photos` lists the SHA-256 of photographs to come.
    """

    asset_id: UUID
    inspected_on: date
    inspection_id: UUID | None = None
    duty: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    scale: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    grade: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    findings: dict[str, Any] = field(default_factory=dict[str, Any])
    inspector: Annotated[str, Meta(max_length=200)] | None = None
    notes: Annotated[str, Meta(max_length=10_000)] | None = None
    supersedes: UUID | None = None
    photos: Annotated[list[Sha256], Meta(max_length=200)] = field(default_factory=list[Sha256])
    origin: Annotated[str, Meta(pattern="^(api|device|simulated)$")] = "api"


class InspectionLogged(Logged, frozen=True, kw_only=True):
    """A logged inspection with what is asked about it and the photographs still to come."""

    questions: tuple[problems.Mistake, ...] = ()
    missing_photos: list[Sha256] = field(default_factory=list[Sha256])


class InspectionQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which inspections; newest identifier first."""

    asset: UUID | None = None
    asset_class: list[AssetClass] | None = None
    grade: list[Annotated[str, Meta(max_length=40)]] | None = None
    first_day: date | None = None
    last_day: date | None = None
    flag: Annotated[str, Meta(max_length=60)] | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class InspectionPage(Struct, frozen=True):
    """A page of inspections."""

    items: list[Logged]
    next: str | None = None


class Photo(Struct, frozen=True, kw_only=True):
    """A photograph promised; `received_at` is null until it has come."""

    inspection_id: UUID
    sha256: Sha256
    media_type: str | None
    bytes: int | None
    received_at: datetime | None


class Photos(Struct, frozen=True):
    """Photographs promised with inspections."""

    items: list[Photo]
    next: str | None = None


_ORIGINS = {one.value: one for one in Origin}


def spelled(wanted: InspectionWanted, rules: Rules) -> InspectionWanted:
    """Return what was sent with its grade as its scale writes it, however it was spelled."""
    if wanted.grade is None:
        return wanted
    grade = rules.grade(wanted.scale, wanted.grade)
    return wanted if grade == wanted.grade else structs.replace(wanted, grade=grade)


def value(wanted: InspectionWanted, owner_id: UUID, at: datetime) -> Inspection:
    """Turn what was sent into an inspection of the sender's owner."""
    return Inspection(
        owner_id=owner_id,
        inspection_id=wanted.inspection_id or uuid7(),
        asset_id=wanted.asset_id,
        inspected_on=wanted.inspected_on,
        duty=wanted.duty,
        scale=wanted.scale,
        grade=wanted.grade,
        findings=wanted.findings,
        inspector=wanted.inspector,
        notes=wanted.notes,
        supersedes=wanted.supersedes,
        origin=_ORIGINS[wanted.origin],
        recorded_at=at,
    )


async def read(ask: Ask[Nothing, None]) -> Answer:
    found = await store.one(ask.conn, ask.id("inspection_id"), await readable(ask))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(found)


async def list_inspections(ask: Ask[InspectionQuery, None]) -> Answer:
    query = ask.query
    place = unpack(query.cursor, tuple[UUID])
    wanted = Wanted(
        before=None if place is None else place[0], asset_id=query.asset, classes=query.asset_class,
        grades=query.grade, first_day=query.first_day, last_day=query.last_day, flag=query.flag,
    )  # fmt: skip
    rows = await store.page(ask.conn, await readable(ask), wanted, query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/inspections", query, pack(rows[-1].inspection_id))
    return Answer(InspectionPage(rows, href), headers=link_header(href) if href else {})


def _photo(row: store.PhotoRow) -> Photo:
    return Photo(
        inspection_id=row.inspection_id,
        sha256=row.sha256.hex(),
        media_type=row.media_type,
        bytes=row.bytes,
        received_at=row.received_at,
    )


async def list_photos(ask: Ask[Nothing, None]) -> Answer:
    owner_id, inspection_id = ask.principal.owner_id, ask.id("inspection_id")
    rows = await store.photos(ask.conn, owner_id, inspection_id)
    if not rows and await store.one(ask.conn, inspection_id, [owner_id]) is None:
        raise GunmaneError("not_found")
    return Answer(Photos([_photo(row) for row in rows]))


async def list_missing(ask: Ask[PageQuery, None]) -> Answer:
    query = ask.query
    after = unpack(query.cursor, tuple[UUID, bytes])
    rows = await store.missing_photos(ask.conn, ask.principal.owner_id, after, query.limit + 1)
    href = None
    if len(rows) > query.limit:
        rows = rows[: query.limit]
        href = next_link("/v1/missing-photos", query, pack(rows[-1].inspection_id, rows[-1].sha256))
    return Answer(Photos([_photo(row) for row in rows], href), headers=link_header(href) if href else {})


def _sha256(ask: Ask[Any, Any]) -> bytes:
    text = str(ask.path["sha256"])
    if len(text) != 64 or not all(letter in "0123456789abcdef" for letter in text):
        raise GunmaneError("not_found")
    return bytes.fromhex(text)


async def put_photo(ask: Ask[Nothing, None]) -> Answer:
    """Receive a promised photograph; its bytes must have the promised SHA-256, so repeating is harmless.

    What does not begin as its kind of picture does is refused: the people who open it later trust its type.
    """
    wanted = _sha256(ask)
    if hashlib.sha256(ask.raw).digest() != wanted:
        raise GunmaneError("invalid", [Fault("sha256_differs")])
    media_type = ask.headers.get(b"content-type", "").partition(";")[0].strip().lower()
    promised = await store.photos(ask.conn, ask.principal.owner_id, ask.id("inspection_id"))
    if wanted in {row.sha256 for row in promised} and _KINDS[media_type].match(ask.raw) is None:
        raise GunmaneError("invalid", [Fault("picture_differs", values={"media_type": media_type})])
    row = await store.receive_photo(
        ask.conn, ask.principal.owner_id, ask.id("inspection_id"), wanted, ask.raw, media_type, ask.now
    )
    if row is None:
        raise GunmaneError("not_found")
    return Answer(_photo(row))


async def read_photo(ask: Ask[Nothing, None]) -> Answer:
    found = await store.photo(ask.conn, ask.principal.owner_id, ask.id("inspection_id"), _sha256(ask))
    if found is None:
        raise GunmaneError("not_found")
    return Answer(raw=found[1], media_type=found[0])


ROUTES = (
    Route(
        method="GET", path="/v1/inspections", name="list_inspections", tag="inspections", run=list_inspections,
        query=InspectionQuery, gives=InspectionPage, gives_headers=("Link",), summary="点検の一覧 (inspections)",
    ),
    Route(
        method="GET", path="/v1/inspections/{inspection_id:uuid}", name="read_inspection", tag="inspections",
        run=read, gives=Logged, conditional=True, summary="点検 (one inspection)",
    ),
    Route(
        method="GET", path="/v1/inspections/{inspection_id:uuid}/photos", name="list_photos", tag="photos",
        run=list_photos, gives=Photos, summary="点検写真の受領状況 (photographs promised and received)",
    ),
    Route(
        method="PUT", path="/v1/inspections/{inspection_id:uuid}/photos/{sha256:str}", name="put_photo",
        tag="photos", run=put_photo, may=INSPECTING, raw_types=PHOTO_TYPES, limit=PHOTO_LIMIT, gives=Photo,
        summary="点検写真の送付 (send a photograph)",
    ),
    Route(
        method="GET", path="/v1/inspections/{inspection_id:uuid}/photos/{sha256:str}", name="read_photo",
        tag="photos", run=read_photo, gives=bytes, gives_type=",".join(PHOTO_TYPES), conditional=True,
        summary="点検写真 (a photograph)",
    ),
    Route(
        method="GET", path="/v1/missing-photos", name="list_missing_photos", tag="photos", run=list_missing,
        query=PageQuery, gives=Photos, gives_headers=("Link",), summary="未着の写真 (photographs still to come)",
    ),
)  # fmt: skip
