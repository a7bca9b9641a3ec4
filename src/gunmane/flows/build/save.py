"""Turns what was computed into rows: risks, due dates, models."""

import math
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from gunmane.core.assess.duties import Due, owed
from gunmane.core.assess.fleets import Fleet, Ints
from gunmane.core.assess.models import SHOWN
from gunmane.core.assess.risks import RegionRisk, Scored
from gunmane.core.duties.daynumbers import number
from gunmane.core.duties.rulerows import STATES
from gunmane.flows.build.compute import Computed
from gunmane.store import models, overview, scores, tallies
from gunmane.store.copying import Batch
from gunmane.store.query import Conn

CHUNK = 50_000
"""Rows that are encoded at a time, while the database takes those before."""


class _Pieces(dict[tuple[int, float, float, bool], bytes]):
    """One reason of a score as JSON: code, factor, value (infinite: none), assumed; each is written once."""

    def __init__(self, codes: Sequence[str], before: bytes) -> None:
        super().__init__()
        self.codes = [msgspec.json.encode(code).decode() for code in codes]
        self.before = before

    def __missing__(self, key: tuple[int, float, float, bool]) -> bytes:
        code, factor, value, assumed = key
        shown = "null" if math.isinf(value) else format(value, ".6g")
        text = (
            f'{{"code":{self.codes[code]},"factor":{factor:.4g},"value":{shown},'
            f'"assumed":{"true" if assumed else "false"}}}'
        )
        self[key] = piece = self.before + text.encode() if code >= 0 else b""
        return piece


class Reasons:
    """The reasons of scored rows as JSON; sentences are made on reading."""

    def __init__(self, risk: RegionRisk) -> None:
        self.scores = risk.scores
        self.value = np.where(np.isnan(self.scores.reason_value), np.inf, self.scores.reason_value)
        self.memos = [
            _Pieces(self.scores.codes, b"," if place else b"") for place in range(self.scores.reason_code.shape[1])
        ]

    def texts(self, rows: Ints) -> list[bytes]:
        """Write the reasons of some rows, weightiest first."""
        given = (self.scores.reason_code, self.scores.reason_factor, self.value, self.scores.reason_assumed)
        columns = [
            map(memo.__getitem__, zip(*(block[rows, place].tolist() for block in given), strict=True))
            for place, memo in enumerate(self.memos)
        ]
        return [b"[" + b"".join(parts) + b"]" for parts in zip(*columns, strict=True)]


def risk_batches(
    fleet: Fleet, part: Scored, risk: RegionRisk, reasons: Reasons, owners: Sequence[UUID]
) -> Iterator[Batch]:
    """The scored assets of one class, in batches; by owner and loss, as most of the table's indexes are ordered."""
    by_owner = scores.id_bytes(owners, fleet.owner)
    at = np.searchsorted(risk.chosen, part.first + np.arange(fleet.size))
    scored = np.flatnonzero(part.scored)
    scored = scored[np.lexsort((-part.yen[scored], fleet.owner[scored]))]
    for start in range(0, len(scored), CHUNK):
        rows = scored[start : start + CHUNK]
        place = at[rows]
        columns: dict[str, NDArray[Any]] = {
            "owner_id": by_owner[rows],
            "asset_id": fleet.ids[rows],
            "life_median_years": part.life[rows],
            "life_low_years": part.life_low[rows],
            "life_high_years": part.life_high[rows],
            "consequence_yen": risk.scores.consequence[place],
            "loss_yen_per_year": part.yen[rows],
            "likelihood_band": risk.scores.row[place] + 1,
            "consequence_band": risk.scores.column[place] + 1,
        }
        for k, years in enumerate(SHOWN):
            name = f"bad_{years:.0f}y"
            columns |= {
                name: part.chance[k, rows], f"{name}_low": part.low[k, rows], f"{name}_high": part.high[k, rows]
            }  # fmt: skip
        yield scores.risk_batch(columns, reasons.texts(place))


def due_items(fleet: Fleet, done: Computed, owners: Sequence[UUID]) -> tuple[list[scores.DueKind], Iterator[Batch]]:
    """What the assets of one class owe, with the planned month and engineer where there are any."""
    today = int(number(done.as_of))
    schedule = done.schedule
    kinds: list[scores.DueKind] = []
    parts: list[tuple[Due, Ints]] = []
    for duty, columns in done.duties[fleet.asset_class][1].items():
        due = owed(columns, today)
        month, engineer = _planned(fleet, duty, done)
        shared = np.stack([due.state, due.rule, month[due.rows], engineer[due.rows]], axis=1).astype(np.int64)
        if not len(shared):
            continue
        distinct, kind = np.unique(shared, axis=0, return_inverse=True)
        parts.append((due, kind.ravel() + len(kinds)))
        for state, rule, m, e in distinct.tolist():
            kinds.append(
                scores.DueKind(
                    duty=duty,
                    state=STATES[state].value,
                    rule=due.rules[rule] if rule >= 0 else "",
                    basis=columns.rows[rule].basis_ja if rule >= 0 else "",
                    planned_month=schedule.months[m].first.replace(day=1) if m >= 0 else None,
                    engineer=schedule.engineers[e].code if e >= 0 else None,
                )
            )
    return kinds, _due_batches(fleet, parts, owners)


def _due_batches(fleet: Fleet, parts: Sequence[tuple[Due, Ints]], owners: Sequence[UUID]) -> Iterator[Batch]:
    by_owner = scores.id_bytes(owners, fleet.owner)
    for due, kind in parts:
        for start in range(0, len(due.rows), CHUNK):
            cut = slice(start, start + CHUNK)
            rows = due.rows[cut]
            yield scores.due_batch(
                {
                    "owner_id": by_owner[rows],
                    "asset_id": fleet.ids[rows],
                    "kind": kind[cut],
                    "window_open": due.window_open[cut],
                    "due_soft": due.due_soft[cut],
                    "due": due.due[cut],
                    "anchor_on": due.anchor[cut],
                }
            )


def _planned(fleet: Fleet, duty: str, done: Computed) -> tuple[Ints, Ints]:
    """Month and engineer of one duty by the asset's row, -1 where it is not planned."""
    schedule = done.schedule
    month, engineer = np.full(fleet.size, -1), np.full(fleet.size, -1)
    source = schedule.classes.index(fleet.asset_class)
    kinds = [k for k, kind in enumerate(schedule.kinds) if kind.duty == duty]
    if kinds:
        mine = (schedule.work.source == source) & (schedule.work.tasks.kind == kinds[0]) & (schedule.plan.month >= 0)
        month[schedule.work.asset[mine]] = schedule.plan.month[mine]
        engineer[schedule.work.asset[mine]] = schedule.plan.engineer[mine]
    return month, engineer


async def save(conn: Conn, done: Computed, owners: Sequence[UUID], region_id: UUID, run_id: UUID) -> dict[str, int]:
    """Replace the owners' risks, due dates, counts and map cells by those of a run; return how many rows of each."""
    await scores.begin(conn)
    reasons = Reasons(done.risk)
    counts = {"risks": 0, "due_items": 0}
    for (fleet, assessed), proposed, part in zip(done.parts, done.proposals, done.risk.parts, strict=True):
        given = (conn, owners, fleet.asset_class, run_id)
        counts["risks"] += await scores.replace_risks(*given, risk_batches(fleet, part, done.risk, reasons, owners))
        counts["due_items"] += await scores.replace_due_items(*given, *due_items(fleet, done, owners))
        for one, made in zip(assessed, proposed, strict=True):
            found = await models.save(conn, region_id, UUID(made.model_id), run_id, owners, made.proposal)
            used = found if one.adopted is None else UUID(made.used_id)
            await models.save_forecast_model(
                conn, region_id, run_id, fleet.asset_class, one.scale.code, used, one.adopted is not None
            )
    await tallies.recount(conn, owners)
    await overview.recount_cells(conn, owners)
    return counts
