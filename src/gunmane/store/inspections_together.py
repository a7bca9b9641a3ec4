"""Several requests that log inspections of one owner, carried out in one transaction by two statements."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from gunmane.core.inspections import Inspection, Plain
from gunmane.core.words import Role
from gunmane.store.idempotency import Claim, Kept
from gunmane.store.query import Conn, sql

_ROLES = {one.value: one for one in Role}
_KNOWN_FROM = 7
"""Place of the first column of `Known` in the rows of `enter_together`."""


class Asked(Struct, frozen=True):
    """What a request shows before it is let in: its key, and what decides about the inspection it wants to log."""

    key: tuple[UUID, bytes]
    idempotency_key: str | None
    inspection_id: UUID | None
    asset_id: UUID
    inspected_on: date
    duty: str | None
    scale: str | None
    grade: str | None
    supersedes: UUID | None


class Known(NamedTuple):
    """What decides about an inspection; `asset_class` is None for an asset that is not the owner's.

    Its fields are the columns of `inspection_past` in the schema, in their order.
    """

    asset_class: str | None
    built_year: int | None
    built_on: date | None
    built_precision: str | None
    same_day: UUID | None
    before_on: date | None
    before_grade: str | None
    mended_on: date | None
    taken: bool
    corrects: bool


class Entered(NamedTuple):
    """A request that was let in, what was answered to it before, and what is known of its asset."""

    key_id: UUID
    owner_id: UUID
    role: Role
    kept: Kept | None
    known: Known


async def enter(conn: Conn, asked: Sequence[Asked], today: date) -> list[Entered | None]:
    """Check the keys of requests, set this transaction's row-level settings, and read what is known about each.

    Waits while another transaction holds one of their idempotency keys or assets. All keys must be of one owner.
    None for a request whose key opens nothing.
    """
    numbers: dict[tuple[int, bytes], int] = {}
    places = [numbers.setdefault((one.key[0].int, one.key[1]), len(numbers) + 1) for one in asked]
    rows = await conn.fetch(
        sql("idempotency", "enter_together"),
        [UUID(int=key) for key, _ in numbers], [sha256 for _, sha256 in numbers], today, places,
        [one.idempotency_key for one in asked], [one.inspection_id for one in asked],
        [one.asset_id for one in asked], [one.inspected_on for one in asked], [one.duty for one in asked],
        [one.scale for one in asked], [one.grade for one in asked], [one.supersedes for one in asked],
    )  # fmt: skip
    return [_entered(tuple(row)) for row in rows]


def _entered(row: tuple[object, ...]) -> Entered | None:
    key_id, owner_id, role, sha256, status, headers, body = row[:_KNOWN_FROM]
    if role is None:
        return None
    kept = None if status is None else Kept(sha256, status, headers, body)  # type: ignore[arg-type]
    return Entered(key_id, owner_id, _ROLES[role], kept, Known(*row[_KNOWN_FROM:]))  # type: ignore[arg-type,index]


class Row(Struct, frozen=True):
    """One inspection to be logged; `claim` is its idempotency key, if it came with one, `body` the answer kept."""

    inspection: Inspection
    asset_class: str
    key_id: UUID
    photos: Sequence[bytes]
    claim: Claim | None
    status: int
    headers: dict[str, str]
    body: bytes


class PlainRow(Struct, frozen=True):
    """An inspection that is logged at once if it raises no doubt. The answer is `head`, the asset's class, `tail`."""

    inspection: Inspection
    plain: Plain
    key: tuple[UUID, bytes]
    idempotency_key: str | None
    request_sha256: bytes
    headers: dict[str, str]
    head: bytes
    tail: bytes


async def log_plain(
    conn: Conn, owner_id: UUID, roles: Sequence[str], rows: Sequence[PlainRow], status: int, steady: bool
) -> dict[int, str]:
    """Log those inspections of different assets that raise no doubt; their places in `rows` and assets' classes.

    None is logged unless all keys are this owner's and have one of these roles. What is not among the logged is yet
    to be looked at; so is all where an identifier or idempotency key was taken, which raises `Taken`.
    """
    numbers: dict[tuple[UUID, bytes], int] = {}
    places = [numbers.setdefault(row.key, len(numbers) + 1) for row in rows]
    found = await conn.fetchrow(
        sql("inspections", "log_plain"),
        owner_id, [key for key, _ in numbers], [sha256 for _, sha256 in numbers], roles, steady,
        rows[0].inspection.recorded_at, status,
        [_plain(row, place) for row, place in zip(rows, places, strict=True)],
    )  # fmt: skip
    return {number - 1: name for number, name in zip(found[0] or (), found[1] or (), strict=True)}


def _plain(row: PlainRow, place: int) -> tuple[object, ...]:
    """Write an inspection as the type `plain_inspection` has it; `place` is that of its key, from 1."""
    one = row.inspection
    return (
        place, row.idempotency_key, row.request_sha256, one.inspection_id, one.asset_id, one.inspected_on, one.duty,
        one.scale, one.grade, json(one.findings), one.inspector, one.notes, one.origin.value,
        words(row.plain.classes), words(row.plain.before), json(row.headers), row.head, row.tail,
    )  # fmt: skip


@cache
def words(allowed: tuple[str, ...]) -> str:
    """Write words between bars, as `log_plain` reads them."""
    return f"|{'|'.join(allowed)}|"


Taken = asyncpg.UniqueViolationError


async def steady(conn: Conn) -> bool:
    """Tell whether the inspections are many enough for a plan that is to last."""
    return await conn.fetchval(sql("inspections", "steady"))


async def log(conn: Conn, owner_id: UUID, rows: Sequence[Row]) -> None:
    """Log inspections of different assets, move the assets' conditions forward, and keep the answers.

    A correction also has the condition worked out anew from the inspections that stand.
    """
    ones = [row.inspection for row in rows]
    kept = [(row, row.claim) for row in rows if row.claim is not None]
    await conn.execute(
        sql("inspections", "log"),
        owner_id, [one.inspection_id for one in ones], [one.asset_id for one in ones],
        [row.asset_class for row in rows], [one.inspected_on for one in ones], [one.duty for one in ones],
        [one.scale for one in ones], [one.grade for one in ones], [json(one.findings) for one in ones],
        [one.inspector for one in ones], [one.notes for one in ones], [one.supersedes for one in ones],
        [",".join(one.flags) for one in ones], [one.origin.value for one in ones], [row.key_id for row in rows],
        ones[0].recorded_at,
        [row.inspection.inspection_id for row in rows for _ in row.photos],
        [photo for row in rows for photo in row.photos],
        [claim.key_id for _, claim in kept], [claim.key for _, claim in kept],
        [claim.request_sha256 for _, claim in kept], [row.status for row, _ in kept],
        [json(row.headers) for row, _ in kept], [row.body for row, _ in kept],
    )  # fmt: skip
    await renew(conn, owner_id, [one.asset_id for one in ones if one.supersedes is not None])


async def renew(conn: Conn, owner_id: UUID, corrected: Sequence[UUID]) -> None:
    """Work out the conditions of assets anew whose inspections were corrected."""
    if corrected:
        await conn.execute(sql("inspections", "drop_conditions"), owner_id, corrected)
        await conn.execute(sql("inspections", "renew_conditions"), owner_id, corrected)


def json(value: object) -> str:
    """Write findings or headers as PostgreSQL reads them."""
    return msgspec.json.encode(value).decode() if value else "{}"
