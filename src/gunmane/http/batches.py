"""Inspections in batches: one JSON object a line, one outcome a row, and a dry run."""

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inspections import Inspection
from gunmane.core.words import Language
from gunmane.flows import batches as flow
from gunmane.flows.batches import Batch
from gunmane.flows.inspections import Outcome
from gunmane.http import decoding, problems
from gunmane.http.inspections import InspectionWanted, spelled, value
from gunmane.http.routes import INSPECTING, Answer, Ask, Route

NDJSON = "application/x-ndjson"
BATCH_LIMIT = 64_000_000
ROW_LIMIT = 100_000


class BatchQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `dry_run` every row is judged as it would be, and nothing is kept."""

    dry_run: bool = False


class RowAnswer(Struct, frozen=True, kw_only=True):
    """What became of one row: `logged`, `repeated` (stood in the record already) or `refused`."""

    row: int
    status: str
    inspection_id: UUID | None = None
    flags: tuple[str, ...] = ()
    questions: tuple[problems.Mistake, ...] = ()
    errors: tuple[problems.Mistake, ...] = ()


class BatchAnswer(Struct, frozen=True, kw_only=True):
    """What became of a batch, row by row; rows are numbered from 1, blank lines counted."""

    dry_run: bool
    logged: int
    repeated: int
    refused: int
    rows: list[RowAnswer]


_LINES = msgspec.json.Decoder(InspectionWanted)

Read = tuple[list[tuple[int, InspectionWanted]], dict[int, Sequence[Fault]]]


def _read(raw: bytes) -> Read:
    """Read all lines; a line that cannot be read has faults of its own and does not stop the others."""
    lines = [(number, line) for number, line in enumerate(raw.split(b"\n"), 1) if line.strip()]
    if len(lines) > ROW_LIMIT:
        raise GunmaneError("invalid", [Fault("too_many_rows", "", {"limit": ROW_LIMIT})])
    if b"\\u0000" not in raw:
        try:
            return list(zip([number for number, _ in lines], _LINES.decode_lines(raw), strict=True)), {}
        except (msgspec.DecodeError, ValueError, RecursionError):
            pass
    read: list[tuple[int, InspectionWanted]] = []
    faults: dict[int, Sequence[Fault]] = {}
    for number, line in lines:
        try:
            read.append((number, decoding.body(line, InspectionWanted)))
        except GunmaneError as error:
            faults[number] = error.faults
    return read, faults


def _values(ask: Ask[Any, Any], read: Read) -> dict[int, Inspection]:
    """Make inspections of the lines; an identifier that stands twice is refused the second time."""
    found: dict[int, Inspection] = {}
    seen: dict[int, int] = {}
    owner_id, now, rules = ask.principal.owner_id, ask.now, ask.services.rules
    for number, wanted in read[0]:
        if wanted.photos:
            read[1][number] = [Fault("unknown_field", "/photos", {"name": "photos"})]
            continue
        if wanted.inspection_id is not None:
            first = seen.setdefault(wanted.inspection_id.int, number)
            if first != number:
                read[1][number] = [Fault("repeated_in_batch", "/inspection_id", {"row": first})]
                continue
        found[number] = value(spelled(wanted, rules), owner_id, now)
    return found


def _refused(number: int, faults: Sequence[Fault], language: Language) -> RowAnswer:
    mistakes = tuple(problems.mistake(one, language) for one in faults)
    return RowAnswer(row=number, status="refused", errors=mistakes)


def _answer(number: int, one: Inspection, outcome: Outcome, language: Language) -> RowAnswer:
    """Say what became of one row."""
    verdict = outcome.verdict
    if verdict.faults:
        return _refused(number, verdict.faults, language)
    status = "repeated" if outcome.repeated else "logged"
    questions = tuple(problems.mistake(fault, language) for fault in verdict.questions) if verdict.questions else ()
    return RowAnswer(
        row=number, status=status, inspection_id=one.inspection_id, flags=verdict.flags, questions=questions
    )


async def log_many(ask: Ask[BatchQuery, None]) -> Answer:
    """Log a batch in one transaction: the rows that can be logged are, the others are named with every fault."""
    read = _read(ask.raw)
    values = _values(ask, read)
    rows = [_refused(number, faults, ask.language) for number, faults in read[1].items()]
    counts = Counter(refused=len(rows))

    def tell(outcomes: Sequence[tuple[int, Outcome]]) -> None:
        answers = [_answer(number, values[number], outcome, ask.language) for number, outcome in outcomes]
        counts.update(one.status for one in answers)
        rows.extend(answers)

    dry = ask.query.dry_run
    batch = Batch(ask.principal.owner_id, ask.principal.key_id, ask.now, ask.services.rules)
    await flow.log(ask.conn, list(values.items()), batch, dry, tell, ask.services.pool)
    rows.sort(key=attrgetter("row"))
    return Answer(
        BatchAnswer(
            dry_run=dry, logged=counts["logged"], repeated=counts["repeated"], refused=counts["refused"], rows=rows
        )
    )


ROUTES = (
    Route(
        method="POST", path="/v1/inspections/batch", name="log_inspections", tag="inspections", run=log_many,
        may=INSPECTING, query=BatchQuery, raw_types=(NDJSON,), limit=BATCH_LIMIT, gives=BatchAnswer, creates=True,
        summary="点検の一括記録、1行1件 (log many inspections, one outcome a row)",
    ),
)  # fmt: skip
