"""A fitted chain as values that can be stored: what is the region's, and apart from it what is each owner's.

The parts are kept apart because they have different readers: hazards are estimated from all owners together, an
owner's effect speaks of that owner alone.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct, structs

from gunmane.core.deterioration.chain import ChainFit, ChainPrior
from gunmane.core.deterioration.intervals import Floats

_ARRAYS = (
    "coefficients", "exits", "drift", "drift_edges", "center", "scale", "covariance", "jump_counts", "jump_years",
    "shared", "shared_center", "shared_rows",
)  # fmt: skip


class StoredFit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The region's part of a ChainFit; the fields as there, arrays as nested lists.

    What came later has a default and is left out where it has it: a fit stored before keeps its digest.
    """

    states: int
    coefficients: tuple[tuple[float, ...], ...]
    exits: tuple[float, ...]
    drift: tuple[float, ...]
    drift_edges: tuple[float, ...]
    drift_sd: float
    center: tuple[float, ...]
    scale: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    group_sd: float
    jump_counts: tuple[tuple[float, ...], ...]
    jump_years: tuple[float, ...]
    log_likelihood: float
    marginal: float
    parameters: int
    iterations: int
    converged: bool
    gradient: float
    rows: int
    collapsed: int
    prior: ChainPrior | None
    shared: tuple[float, ...] = ()
    shared_center: tuple[float, ...] = ()
    shared_rows: tuple[float, ...] = ()
    shared_names: tuple[str, ...] = ()
    shared_sd: tuple[float, ...] = ()


class StoredOwner(Struct, frozen=True, kw_only=True):
    """An owner's part of a ChainFit: its effect and what it rests on."""

    effect: float
    given: float
    pull: tuple[float, ...]
    rows: float
    years: float


def pack(fit: ChainFit) -> tuple[StoredFit, tuple[StoredOwner, ...]]:
    """Take a fit apart; the owners in the order of its groups."""
    plain: dict[str, Any] = {name: getattr(fit, name) for name in StoredFit.__struct_fields__}
    plain |= {name: _nested(plain[name]) for name in _ARRAYS}
    owners = tuple(
        StoredOwner(
            effect=float(fit.group_effects[g]), given=float(fit.group_given[g]), pull=_nested(fit.group_pull[g]),
            rows=float(fit.group_rows[g]), years=float(fit.group_years[g]),
        )
        for g in range(fit.groups)
    )  # fmt: skip
    return msgspec.convert(plain, StoredFit), owners


def _nested(block: Floats) -> tuple[Any, ...]:
    return tuple(float(one) if block.ndim == 1 else _nested(one) for one in block)


def unpack(stored: StoredFit, owners: Sequence[StoredOwner | None]) -> ChainFit:
    """Put a fit together for these owners; None is an owner that it has not seen: the region's mean, all spread."""
    width = len(stored.covariance)
    unseen = StoredOwner(effect=0.0, given=stored.group_sd**2, pull=(0.0,) * width, rows=0.0, years=0.0)
    parts = [one or unseen for one in owners]
    arrays: dict[str, Any] = {name: np.array(getattr(stored, name), float) for name in _ARRAYS}
    stages = stored.states - 1
    arrays["coefficients"] = arrays["coefficients"].reshape(stages, -1)
    arrays["covariance"] = arrays["covariance"].reshape(width, width)
    if not stored.jump_counts:
        arrays["jump_counts"] = np.zeros((0, 0))
    plain: dict[str, Any] = {
        name: getattr(stored, name) for name in StoredFit.__struct_fields__ if name not in _ARRAYS
    }
    return ChainFit(
        **plain, **arrays, groups=len(parts),
        group_effects=np.array([one.effect for one in parts]), group_given=np.array([one.given for one in parts]),
        group_pull=np.array([one.pull for one in parts], float).reshape(len(parts), width),
        group_rows=np.array([one.rows for one in parts]), group_years=np.array([one.years for one in parts]),
    )  # fmt: skip


def digest(stored: StoredFit, owners: Sequence[StoredOwner]) -> str:
    """Digest a fit, so that the same fit found again can be told (SHA-256, hexadecimal)."""
    return hashlib.sha256(msgspec.json.encode((stored, tuple(owners)), order="deterministic")).hexdigest()


def carried(fit: ChainFit, now: float) -> ChainFit:
    """Carry the calendar drift of an earlier fit on to `now` (calendar year with fraction).

    The time between has the speed of the last period, as uncertain as the random walk makes it by its middle.
    """
    if fit.drift.size == 0 or now <= float(fit.drift_edges[-1]) + 1e-9:
        return fit
    gap = now - float(fit.drift_edges[-1])
    size = fit.covariance.shape[0]
    covariance = np.zeros((size + 1, size + 1))
    covariance[:size, :size] = fit.covariance
    covariance[size, size] = fit.drift_sd**2 * gap / 2
    return structs.replace(
        fit, drift=np.append(fit.drift, fit.drift[-1]), drift_edges=np.append(fit.drift_edges, now),
        covariance=covariance, group_pull=np.column_stack([fit.group_pull, np.zeros(fit.groups)]),
    )  # fmt: skip
