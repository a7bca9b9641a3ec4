"""Inspections in batches: one JSON object a line, one outcome a row, and a dry run."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inspections import Inspection
from gunmane.flows import batches as flow
from gunmane.http import decoding, problems
from gunmane.http.inspections import InspectionWanted, value
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
        except (msgspec.DecodeError, ValueError):
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
    seen: dict[UUID, int] = {}
    for number, wanted in read[0]:
        if wanted.photos:
            read[1][number] = [Fault("unknown_field", "/photos", {"name": "photos"})]
            continue
        if wanted.inspection_id is not None:
            first = seen.setdefault(wanted.inspection_id, number)
            if first != number:
                read[1][number] = [Fault("repeated_in_batch", "/inspection_id", {"row": first})]
                continue
        found[number] = value(wanted, ask.principal.owner_id, ask.now)
    return found


async def log_many(ask: Ask[BatchQuery, None]) -> Answer:
    """Log a batch in one transaction: the rows that can be logged are, the others are named with every fault."""
    read = _read(ask.raw)
    values = _values(ask, read)
    dry = ask.query.dry_run
    outcomes = await flow.log(
        ask.conn, ask.principal.owner_id, list(values.items()), ask.services.rules, ask.now, ask.principal.key_id, dry
    )
    rows: list[RowAnswer] = []
    counts = {"logged": 0, "repeated": 0, "refused": 0}
    for number in sorted({*values, *read[1]}):
        outcome = outcomes.get(number)
        faults = read[1].get(number, ()) if outcome is None else outcome.verdict.faults
        status = "refused" if faults else "repeated" if outcome is not None and outcome.repeated else "logged"
        counts[status] += 1
        if faults or outcome is None:
            mistakes = tuple(problems.mistake(one, ask.language) for one in faults)
            rows.append(RowAnswer(row=number, status=status, errors=mistakes))
            continue
        questions = tuple(problems.mistake(one, ask.language) for one in outcome.verdict.questions)
        identifier = values[number].inspection_id
        rows.append(
            RowAnswer(
                row=number, status=status, inspection_id=identifier, flags=outcome.verdict.flags, questions=questions
            )
        )
    made = BatchAnswer(
        dry_run=dry, logged=counts["logged"], repeated=counts["repeated"], refused=counts["refused"], rows=rows
    )
    return Answer(made)


ROUTES = (
    Route(
        method="POST", path="/v1/inspections/batch", name="log_inspections", tag="inspections", run=log_many,
        may=INSPECTING, query=BatchQuery, raw_types=(NDJSON,), limit=BATCH_LIMIT, gives=BatchAnswer, creates=True,
        summary="点検の一括記録、1行1件 (log many inspections, one outcome a row)",
    ),
)  # fmt: skip
