"""What is true behind the simulated files, as tables and as one summary."""

from typing import Any

import numpy as np

from gunmane.core.simulate.parameters import Layout, Parameters
from gunmane.core.simulate.region import Life, Member
from gunmane.core.simulate.visits import LATER
from gunmane.core.words import Scale

Rows = list[tuple[str, ...]]

TABLES: dict[str, tuple[str, ...]] = {
    "assets": (
        "owner",
        "class",
        "number",
        "born",
        "material",
        "salt",
        "log_factor",
        "start_grade",
        "grade_now",
        *(f"grade_in_{years}" for years in LATER),
        "lon",
        "lat",
        "origin",
    ),
    "inspections": ("owner", "class", "number", "day", "time", "true_grade", "recorded_grade", "origin"),
    "repairs": ("owner", "class", "number", "day", "before", "after", "recorded", "origin"),
    "faults": ("owner", "file", "row", "class", "number", "column", "kind", "written", "true"),
}
"""Tables of truth and their columns. `born` and `time` are decimal years; `log_factor` is the sum of the asset's own
effects on the log hazard (the owner's effect is in `truth.json`)."""


def tables(owner: str, life: Life, scale: Scale | None) -> dict[str, Rows]:
    """Return the rows of truth of one batch, by table."""
    assets, fate = life.assets, life.fate
    code = str(life.batch.kind.code)
    names = np.array([*(scale.grades if scale is not None else ()), ""])  # the last one answers rank -1
    number = assets.columns["number"]
    columns = assets.columns
    born = [f"{value:.4f}" for value in assets.born.tolist()]
    factor = [f"{value:.4f}" for value in assets.log_factor.tolist()]
    grades = names[fate.start if scale is not None else fate.final], names[fate.final]
    own = zip(
        number.tolist(),
        born,
        columns["material"].tolist(),
        columns["salt"].astype(int).astype(str).tolist(),
        factor,
        grades[0].tolist(),
        grades[1].tolist(),
        *(names[fate.later[:, k]].tolist() for k in range(len(LATER))),
        columns["lon"].astype(str).tolist(),
        columns["lat"].astype(str).tolist(),
        strict=True,
    )
    seen, done = fate.inspections, fate.repairs
    times = [f"{value:.4f}" for value in seen.time.tolist()]
    looks = zip(
        number[seen.asset].tolist(),
        seen.day.astype(str).tolist(),
        times,
        names[seen.rank].tolist(),
        names[seen.recorded].tolist(),
        strict=True,
    )
    works = zip(
        number[done.asset].tolist(),
        done.day.astype(str).tolist(),
        names[done.before].tolist(),
        names[done.after].tolist(),
        done.recorded.astype(int).astype(str).tolist(),
        strict=True,
    )
    return {
        "assets": [(owner, code, *row, "simulated") for row in own],
        "inspections": [(owner, code, *row, "simulated") for row in looks],
        "repairs": [(owner, code, *row, "simulated") for row in works],
    }


def summary(told: Parameters, group: list[Member], seed: int, layouts: dict[str, Layout]) -> dict[str, Any]:
    """Return everything that governs the simulation: rates, effects, habits, and which fields each ledger lacks."""
    return {
        "simulated": True,
        "region": told.region,
        "seed": seed,
        "as_of": told.as_of.isoformat(),
        "place": {"note": told.place.note},
        "drift": {"years": list(told.drift.years), "factors": list(told.drift.factors)},
        "recorded_from": told.recorded_from,
        "classes": {
            str(kind.code): {
                "scale": kind.scale,
                "hazards": list(kind.hazards),
                "exits": list(kind.exits),
                "reset_to_best": kind.reset,
                "salt_effect": kind.salt_effect,
                "materials": {material.code: material.effect for material in kind.materials},
                "breaks_per_km_year_at_40": kind.breaks_per_km_year,
                "break_shape": kind.break_shape,
                "source": kind.source,
                "status": str(kind.status),
            }
            for kind in told.classes
        },
        "owners": {
            member.code: {
                "name": member.parameters.name,
                "effect": member.effect,
                "misread": member.parameters.misread,
                "attendance": member.parameters.attendance,
                "unrecorded_repairs": member.parameters.unrecorded_repairs,
                "unknown_built": member.parameters.unknown_built,
                "fault_rates": dict(member.parameters.faults),
                "counts": {str(code): count for code, count in member.counts.items()},
                "ledger_fields": {
                    str(code): [column.field for column in layouts[member.parameters.layouts[code]].columns]
                    for code in member.counts
                },
            }
            for member in group
        },
    }
