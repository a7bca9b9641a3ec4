"""Which customers lie near each other in space and time (granular search, Vidal et al. 2013)."""

from typing import Any

import numpy as np

LIKELY = 70
"""Neighbours on each side beside which a customer is tried."""
NEAREST = 250
WAITING, LATENESS = 0.2, 1.0
"""Weights of idle time and lateness in the nearness of two customers (Vidal et al. 2013)."""


def neighbours(travel: Any, fixed: Any) -> tuple[Any, Any]:
    """Customers by distance, and per customer those after (positive) or before (negative) whom it likely stands."""
    size = len(travel)
    early, late, service = (row.astype(np.float64) for row in fixed)
    far = np.where(np.eye(size, dtype=bool), np.inf, travel.astype(np.float64))
    far[0, :] = far[:, 0] = np.inf
    near = np.argsort(np.where(np.isinf(far), 4e18, far), axis=1, kind="stable")[:, : max(min(NEAREST, size - 1), 1)]
    near = np.concatenate([np.arange(size)[:, None], near], axis=1)
    near[
        np.take_along_axis(np.where(np.isinf(far), 1, 0), near, 1).astype(bool) & (near != np.arange(size)[:, None])
    ] = 0
    leave = early + service
    wait = np.maximum(0.0, early[None, :] - late[:, None] - service[:, None] - travel)
    lateness = np.maximum(0.0, leave[:, None] + travel - late[None, :])
    weight = far + WAITING * wait + LATENESS * np.where(lateness > 0, np.inf, 0.0)
    beside = np.zeros((size, 2 * LIKELY), dtype=np.int32)
    for sign, table in ((1, weight.T), (-1, weight)):
        kept = min(LIKELY, size)
        order = np.argsort(table, axis=1, kind="stable")[:, :kept]
        good = np.isfinite(np.take_along_axis(table, order, 1))
        at = slice(0, kept) if sign > 0 else slice(LIKELY, LIKELY + kept)
        beside[:, at] = np.where(good, sign * order, 0)
    return near.astype(np.int32), beside
