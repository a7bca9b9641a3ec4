"""Who am I, and the keys of my owner."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import Role
from gunmane.http.routes import ADMINISTERING, Answer, Ask, Nothing, Route
from gunmane.store import access, regions
from gunmane.store.access import Key
from gunmane.store.regions import OwnerRow


class Me(Struct, frozen=True, kw_only=True):
    """The holder of the key that was sent."""

    key_id: UUID
    role: Role
    purpose: str
    owner: OwnerRow
    regions: tuple[UUID, ...]


class KeyWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made."""

    role: Role
    purpose: Annotated[str, Meta(min_length=1, max_length=200)]
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class KeyMade(Struct, frozen=True, kw_only=True):
    """A new key; `token` is shown this once and stored nowhere."""

    key_id: UUID
    token: str
    role: Role
    purpose: str
    expires_at: datetime | None


class Keys(Struct, frozen=True):
    """Keys of the owner, newest first."""

    items: list[Key]


async def me(ask: Ask[Nothing, None]) -> Answer:
    who = ask.principal
    owner = await regions.owner(ask.conn, who.owner_id)
    if owner is None:
        raise GunmaneError("not_found")
    return Answer(Me(key_id=who.key_id, role=who.role, purpose=who.purpose, owner=owner, regions=who.regions))


async def list_keys(ask: Ask[Nothing, None]) -> Answer:
    return Answer(Keys(await access.list_keys(ask.conn)))


async def make_key(ask: Ask[Nothing, KeyWanted]) -> Answer:
    wanted = ask.body
    if wanted.expires_at is not None and wanted.expires_at <= ask.now:
        raise GunmaneError("invalid", [Fault("ends_before_start", "/expires_at")])
    token = await access.create_key(ask.conn, ask.principal.owner_id, wanted.role, wanted.purpose, wanted.expires_at)
    found = access.split(token)
    if found is None:
        raise GunmaneError("internal")
    ends = wanted.expires_at
    made = KeyMade(
        key_id=found[0], token=token, role=wanted.role, purpose=wanted.purpose,
        expires_at=None if ends is None else ends.astimezone(UTC),
    )  # fmt: skip
    return Answer(made, 201, {"Cache-Control": "no-store"})


async def revoke_key(ask: Ask[Nothing, None]) -> Answer:
    if not await access.revoke_key(ask.conn, ask.principal.owner_id, ask.id("key_id")):
        raise GunmaneError("not_found")
    return Answer(None, 204)


ROUTES = (
    Route(
        method="GET", path="/v1/me", name="me", tag="access", run=me, gives=Me,
        summary="このキーの持ち主 (who holds this key)",
    ),
    Route(
        method="GET", path="/v1/keys", name="list_keys", tag="access", run=list_keys, may=ADMINISTERING, gives=Keys,
        summary="キーの一覧 (keys of the owner)",
    ),
    Route(
        method="POST", path="/v1/keys", name="make_key", tag="access", run=make_key, may=ADMINISTERING,
        takes=KeyWanted, gives=KeyMade, status=201,
        summary="キーの発行 (make a key; not repeatable, because its secret is never stored)",
    ),
    Route(
        method="DELETE", path="/v1/keys/{key_id:uuid}", name="revoke_key", tag="access", run=revoke_key,
        may=ADMINISTERING, status=204, summary="キーの失効 (revoke a key at once)",
    ),
)  # fmt: skip
