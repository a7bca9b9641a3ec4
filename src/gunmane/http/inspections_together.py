"""Logging single inspections: the requests of one owner that come together are carried out in one transaction."""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from gunmane.core import inspections as core
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inspections import Inspection, Plain
from gunmane.core.words import AssetClass
from gunmane.flows import inspections as flow
from gunmane.http import problems
from gunmane.http.groups import Groups
from gunmane.http.inspections import InspectionLogged, InspectionWanted, spelled, value
from gunmane.http.routes import INSPECTING, Answer, Join, Joining, Route, Services, replay
from gunmane.store import access, idempotency, pool
from gunmane.store import inspections as store
from gunmane.store import inspections_together as together
from gunmane.store.idempotency import Claim
from gunmane.store.inspections import Logged
from gunmane.store.inspections_together import Asked, Entered, PlainRow, Row
from gunmane.store.query import Conn

KNOWN_KEYS = 10_000
LOOK_AGAIN = timedelta(seconds=20)
"""How long to wait before looking again whether nearly empty tables have filled."""

_ROLES = [role.value for role in INSPECTING]
_STAND_IN = AssetClass.BRIDGE
_CLASS = b'"asset_class":"'
_STOOD_IN = _CLASS + _STAND_IN.value.encode() + b'"'
"""Where an answer names its asset's class, which is known only when it is logged; only identifiers stand before."""


class Wish(Struct, frozen=True):
    """One request that wants to log an inspection."""

    key: tuple[UUID, bytes]
    asking: Joining
    asked: Asked

    @property
    def wanted(self) -> InspectionWanted:
        """The inspection as it was sent."""
        return self.asking.body


class Desk:
    """Where requests of one process that log inspections meet."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.groups: Groups[Wish, Answer] = Groups(self._carry_out)
        self.plain: Groups[Wish, Answer | None] = Groups(self._log_plain)
        self._kept = pool.Kept()
        self._owners: dict[bytes, UUID] = {}
        self._steady = False
        self._look_again = services.now()
        self._sound: dict[tuple[str | None, str | None], Plain | None] = {}

    async def log(self, asking: Joining) -> Answer:
        """Log one inspection and answer with what is asked about it; a repeated one is answered from the record."""
        key = access.split(asking.token)
        if key is None:
            raise GunmaneError("unauthenticated")
        wanted = spelled(asking.body, self.services.rules)
        if wanted is not asking.body:
            asking = structs.replace(asking, body=wanted)
        asked = Asked(
            key, asking.idempotency_key, wanted.inspection_id, wanted.asset_id, wanted.inspected_on, wanted.duty,
            wanted.scale, wanted.grade, wanted.supersedes,
        )  # fmt: skip
        clashes: list[Hashable] = [wanted.asset_id.int]
        if wanted.inspection_id is not None:
            clashes.append(wanted.inspection_id.int)
        if asking.idempotency_key is not None:
            clashes.append((key[1], asking.idempotency_key))
        # Whose key it was the last time only tells with whom it waits; the transaction checks it anew.
        owner_id, wish = self._owners.get(key[1]), Wish(key, asking, asked)
        if owner_id is not None and self._may_be_plain(wanted):
            answer = await self.plain.join(owner_id, wish, clashes)
            if answer is not None:
                return answer
        return await self.groups.join(owner_id or key[1], wish, clashes)

    def _may_be_plain(self, wanted: InspectionWanted) -> bool:
        """Tell whether an inspection may raise no doubt, as far as its asset does not matter."""
        return (
            wanted.supersedes is None
            and not wanted.photos
            and wanted.inspected_on <= self.services.now().date()
            and self._plain(wanted.scale, wanted.grade) is not None
        )

    def _plain(self, scale: str | None, grade: str | None) -> Plain | None:
        found = self._sound.get((scale, grade))
        if found is None:
            rules = self.services.rules
            found = core.plain(scale, grade, rules.scales, rules.plausibility)
            if found is not None:  # of these there are no more than grades of scales
                self._sound[scale, grade] = found
        return found

    async def _log_plain(self, wishes: Sequence[Wish]) -> list[Answer | Exception | None]:
        """Log the inspections that raise no doubt by one statement; None for what is yet to be looked at."""
        now = self.services.now()
        owner_id = self._owners.get(wishes[0].key[1])
        if owner_id is None:
            return [None] * len(wishes)
        rows = [self._plain_row(wish, owner_id, now) for wish in wishes]
        async with self._kept.saying(self.services.pool) as conn:
            if not self._steady and now >= self._look_again:
                self._look_again = now + LOOK_AGAIN
                self._steady = await together.steady(conn)
            try:
                logged = await together.log_plain(conn, owner_id, _ROLES, rows, 201, self._steady)
            except together.Taken:
                if len(rows) > 1:
                    raise
                logged = {}
        return [
            Answer(None, 201, row.headers, b"".join((row.head, logged[place].encode(), row.tail)))
            if place in logged
            else None
            for place, row in enumerate(rows)
        ]

    def _plain_row(self, wish: Wish, owner_id: UUID, now: datetime) -> PlainRow:
        wanted, asking = wish.wanted, wish.asking
        one = value(wanted, owner_id, now)
        body = _logged(one, _STAND_IN, core.SOUND, asking, now)
        head, _, tail = body.partition(_STOOD_IN)
        plain = self._plain(one.scale, one.grade)
        if plain is None:
            raise GunmaneError("internal")
        return PlainRow(
            one, plain, wish.key, asking.idempotency_key, asking.request_sha256,
            _headers(one.inspection_id), head + _CLASS, b'"' + tail,
        )  # fmt: skip

    async def _carry_out(self, wishes: Sequence[Wish]) -> list[Answer | Exception]:
        services, now = self.services, self.services.now()
        answers: list[Answer | Exception] = []
        rows: list[Row] = []
        async with pool.writing(services.pool) as conn:
            entered = await together.enter(conn, [one.asked for one in wishes], now.date())
            for wish, one in zip(wishes, entered, strict=True):
                try:
                    answers.append(await self._answer(conn, wish, one, now, rows))
                except GunmaneError as error:
                    answers.append(error)
            if rows:
                await together.log(conn, rows[0].inspection.owner_id, rows)
        return answers

    async def _answer(
        self, conn: Conn, wish: Wish, entered: Entered | None, now: datetime, rows: list[Row]
    ) -> Answer:
        """Answer one request; what is to be logged is added to `rows`.

        Raises GunmaneError for a request that is refused.
        """
        if entered is None:
            self._owners.pop(wish.key[1], None)
            raise GunmaneError("unauthenticated")
        if len(self._owners) >= KNOWN_KEYS:
            self._owners.clear()
        self._owners[wish.key[1]] = entered.owner_id
        if entered.role not in INSPECTING:
            raise GunmaneError("forbidden")
        asking, wanted = wish.asking, wish.wanted
        if entered.kept is not None:
            return replay(entered.kept, asking.request_sha256)
        if wanted.photos and len(set(wanted.photos)) != len(wanted.photos):
            raise GunmaneError("invalid", [Fault("twice", "/photos")])
        one = value(wanted, entered.owner_id, now)
        outcome = flow.judge(one, entered.known, self.services.rules, now.date())
        claim = None
        if asking.idempotency_key is not None:
            claim = Claim(entered.owner_id, entered.key_id, asking.idempotency_key, asking.request_sha256)
        if outcome.repeated:
            return await _repeated(conn, one, claim)
        if outcome.verdict.faults:
            raise GunmaneError("invalid", outcome.verdict.faults)
        if outcome.verdict.flags:
            one = core.with_flags(one, outcome.verdict.flags)
        asset_class = entered.known.asset_class or ""
        body = _logged(one, AssetClass(asset_class), outcome.verdict, asking, now)
        answer = Answer(None, 201, _headers(one.inspection_id), body)
        photos = [bytes.fromhex(photo) for photo in wanted.photos]
        rows.append(Row(one, asset_class, entered.key_id, photos, claim, 201, answer.headers, body))
        return answer


def _headers(inspection_id: UUID) -> dict[str, str]:
    return {"Location": f"/v1/inspections/{inspection_id}"}


def _logged(one: Inspection, asset_class: AssetClass, verdict: core.Verdict, asking: Joining, now: datetime) -> bytes:
    logged = InspectionLogged(
        inspection_id=one.inspection_id, owner_id=one.owner_id, asset_id=one.asset_id, asset_class=asset_class,
        inspected_on=one.inspected_on, duty=one.duty, scale=one.scale, grade=one.grade, findings=one.findings,
        inspector=one.inspector, notes=one.notes, supersedes=one.supersedes, flags=one.flags, origin=one.origin,
        recorded_at=now.astimezone(UTC),
        questions=tuple(problems.mistake(fault, asking.language) for fault in verdict.questions),
        missing_photos=sorted(asking.body.photos),
    )  # fmt: skip
    return msgspec.json.encode(logged)


async def _repeated(conn: Conn, one: Inspection, claim: Claim | None) -> Answer:
    """Answer from the record; raises GunmaneError `conflict` when the identifier stands for another inspection."""
    found = await store.one(conn, one.inspection_id, [one.owner_id])
    if found is None or not flow.same(one, found):
        raise GunmaneError("conflict", [Fault("taken", "/inspection_id")])
    photos = await store.photos(conn, one.owner_id, one.inspection_id)
    missing = [photo.sha256.hex() for photo in photos if photo.received_at is None]
    fields: dict[str, Any] = {name: getattr(found, name) for name in Logged.__struct_fields__}
    raw = msgspec.json.encode(InspectionLogged(**fields, missing_photos=missing))
    answer = Answer(None, 201, _headers(one.inspection_id), raw)
    if claim is not None:
        await idempotency.keep(conn, claim, 201, answer.headers, raw)
    return answer


def _desk(services: Services) -> Join:
    return Desk(services).log


ROUTES = (
    Route(
        method="POST", path="/v1/inspections", name="log_inspection", tag="inspections", joins=_desk, may=INSPECTING,
        takes=InspectionWanted, gives=InspectionLogged, status=201, creates=True, also=(409,),
        gives_headers=("Location",), summary="点検の記録 (log one inspection)",
    ),
)  # fmt: skip
