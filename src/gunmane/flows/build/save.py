"""Turns what was computed into rows: risks, due dates, models."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from gunmane.core.assess.duties import owed
from gunmane.core.assess.fleets import Fleet, Ints
from gunmane.core.assess.risks import RegionRisk, Scored
from gunmane.core.duties.daynumbers import NONE, number
from gunmane.core.duties.rulerows import STATES
from gunmane.flows.build.compute import Computed
from gunmane.store import overview, runs, scores, tallies
from gunmane.store.copying import Batch
from gunmane.store.query import Conn

CHUNK = 100_000


def reason_texts(risk: RegionRisk, rows: Ints) -> list[str]:
    """The reasons of some scored rows as JSON: code, factor, value, assumed; sentences are made on reading."""
    scores_ = risk.scores
    codes = [msgspec.json.encode(code).decode() for code in scores_.codes]
    found: list[str] = []
    for code, factor, value, assumed in zip(
        scores_.reason_code[rows].tolist(),
        scores_.reason_factor[rows].tolist(),
        scores_.reason_value[rows].tolist(),
        scores_.reason_assumed[rows].tolist(),
        strict=True,
    ):
        parts = [
            f'{{"code":{codes[c]},"factor":{f:.4g},"value":{"null" if v != v else format(v, ".6g")},'
            f'"assumed":{"true" if a else "false"}}}'
            for c, f, v, a in zip(code, factor, value, assumed, strict=True)
            if c >= 0
        ]
        found.append(f"[{','.join(parts)}]")
    return found


def risk_batches(fleet: Fleet, part: Scored, risk: RegionRisk, owners: Sequence[UUID]) -> list[Batch]:
    """The scored assets of one class, in batches."""
    ids, by_owner = fleet.ids, scores.id_bytes(owners, fleet.owner)
    at = np.searchsorted(risk.chosen, part.first + np.arange(fleet.size))
    batches: list[Batch] = []
    scored = np.flatnonzero(part.scored)
    for start in range(0, len(scored), CHUNK):
        rows = scored[start : start + CHUNK]
        place = at[rows]
        numbers: dict[str, Any] = {
            "bad_1y": part.chance[0, rows],
            "bad_5y": part.chance[1, rows],
            "bad_10y": part.chance[2, rows],
            "bad_1y_low": part.low[0, rows],
            "bad_1y_high": part.high[0, rows],
            "bad_5y_low": part.low[1, rows],
            "bad_5y_high": part.high[1, rows],
            "bad_10y_low": part.low[2, rows],
            "bad_10y_high": part.high[2, rows],
            "life_median_years": part.life[rows],
            "life_low_years": part.life_low[rows],
            "life_high_years": part.life_high[rows],
        }
        batches.append(
            scores.risk_batch(
                by_owner[rows],
                ids[rows],
                numbers,
                risk.scores.consequence[place],
                part.yen[rows],
                risk.scores.row[place] + 1,
                risk.scores.column[place] + 1,
                reason_texts(risk, place),
            )
        )
    return batches


def _dates(days: NDArray[np.int32]) -> NDArray[np.datetime64]:
    known = days != NONE
    return np.where(known, np.where(known, days, 0).astype("datetime64[D]"), np.datetime64("NaT", "D"))


def due_batches(fleet: Fleet, done: Computed, owners: Sequence[UUID]) -> list[Batch]:
    """What the assets of one class owe, with the planned month and engineer where there are any."""
    ids, by_owner = fleet.ids, scores.id_bytes(owners, fleet.owner)
    today = int(number(done.as_of))
    batches: list[Batch] = []
    for duty, columns in done.duties[fleet.asset_class][1].items():
        due = owed(columns, today)
        planned = _planned(fleet, duty, done)
        basis = [rule.basis_ja for rule in columns.rows]
        for start in range(0, len(due.rows), CHUNK):
            cut = slice(start, start + CHUNK)
            rows = due.rows[cut]
            count = len(rows)
            where = [planned.get(int(row), (None, None)) for row in rows] if planned else [(None, None)] * count
            batches.append(
                scores.due_batch(
                    scores.DueItemColumns(
                        owner_id=by_owner[rows],
                        asset_id=ids[rows],
                        duty=[duty] * count,
                        state=[STATES[code].value for code in due.state[cut]],
                        window_open=_as_list(due.window_open[cut]),
                        due_soft=_as_list(due.due_soft[cut]),
                        due=_as_list(due.due[cut]),
                        anchor_on=_as_list(due.anchor[cut]),
                        rule=[due.rules[k] if k >= 0 else "" for k in due.rule[cut]],
                        basis=[basis[k] if k >= 0 else "" for k in due.rule[cut]],
                        reason_ja=[None] * count,
                        reason_en=[None] * count,
                        planned_month=[month for month, _ in where],
                        engineer=[engineer for _, engineer in where],
                    )
                )
            )
    return batches


def _as_list(days: NDArray[np.int32]) -> list[Any]:
    return _dates(days).astype(object).tolist()


def _planned(fleet: Fleet, duty: str, done: Computed) -> dict[int, tuple[Any, str]]:
    """Month and engineer of one duty by the asset's row."""
    schedule = done.schedule
    source = schedule.classes.index(fleet.asset_class)
    kinds = [k for k, kind in enumerate(schedule.kinds) if kind.duty == duty]
    if not kinds:
        return {}
    mine = (schedule.work.source == source) & (schedule.work.tasks.kind == kinds[0]) & (schedule.plan.month >= 0)
    return {
        int(schedule.work.asset[task]): (
            schedule.months[schedule.plan.month[task]].first.replace(day=1),
            schedule.engineers[schedule.plan.engineer[task]].code,
        )
        for task in np.flatnonzero(mine)
    }


async def save(conn: Conn, done: Computed, owners: Sequence[UUID], region_id: UUID, run_id: UUID) -> dict[str, int]:
    """Replace the owners' risks, due dates, counts and map cells by those of a run; return how many rows of each."""
    await scores.begin(conn)
    counts = {"risks": 0, "due_items": 0}
    for (fleet, assessed), part in zip(done.parts, done.risk.parts, strict=True):
        given = (conn, owners, fleet.asset_class, run_id)
        counts["risks"] += await scores.replace_risks(*given, risk_batches(fleet, part, done.risk, owners))
        counts["due_items"] += await scores.replace_due_items(*given, due_batches(fleet, done, owners))
        for one in assessed:
            await runs.insert_model(conn, region_id, run_id, fleet.asset_class.value, one.scale.code, one.card)
    await tallies.recount(conn, owners)
    await overview.recount_cells(conn, owners)
    return counts
