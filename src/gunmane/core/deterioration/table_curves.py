"""Ordered curves fitted to a plain table of spans seen once."""

from typing import Any

import numpy as np

from gunmane.core.deterioration.curves import Looks, fit_curves
from gunmane.core.deterioration.design import levels, numbers, ranks
from gunmane.core.deterioration.tables import Settings, Table, need, unnamed

SHOWN = np.arange(10.0, 101.0, 10.0)
"""Ages in years at which the curves are told."""


def fit_curves_table(table: Table, settings: Settings) -> dict[str, Any]:
    """Curves by `group` (material) from columns `time` (age in years when seen) and `state` (rank)."""
    optional = {"group": settings.group, "weights": settings.weights}
    need(table, {"time": settings.time, "state": settings.state} | {k: v for k, v in optional.items() if v})
    rank, grades = ranks(table[str(settings.state)], settings.states)
    other = unnamed(table[str(settings.state)], rank)
    age = numbers(table[str(settings.time)])
    good = (rank >= 0) & np.isfinite(age) & (age > 0)
    kind, names = levels(table[settings.group]) if settings.group else (np.zeros(age.size, np.int64), ("all",))
    weight = numbers(table[settings.weights])[good] if settings.weights else None
    fit = fit_curves(
        Looks(age=age[good], rank=rank[good], kind=kind[good], weight=weight), states=len(grades), kinds=len(names)
    )
    told: list[dict[str, Any]] = []
    for k, name in enumerate((*names, "(together)")):
        low, high = fit.band(k, SHOWN)
        better, median = fit.better(k, SHOWN), fit.reached(k)
        se = np.sqrt(np.maximum(np.diag(fit.covariance[k]), 0.0))
        told.append({
            "material": name, "looks": float(fit.looks[k]), "shape": fit.shape(k), "log_shape_se": float(se[0]),
            "ranks": [
                {
                    "grade": grades[r + 1], "scale_years": float(fit.scales(k)[r]),
                    "half_reached_at": float(median[r]),
                    "better": [
                        {"age": float(a), "share": float(better[n, r]), "low80": float(low[n, r]),
                         "high80": float(high[n, r])}
                        for n, a in enumerate(SHOWN)
                    ],
                }
                for r in range(len(grades) - 1)
            ],
        })  # fmt: skip
    return {
        "kind": "curves", "minus2loglik": -2.0 * fit.log_likelihood, "converged": fit.converged, "curves": told,
        "rows": int(good.sum()), "collapsed_rows": int(good.sum()),
        "counted": {
            "rows": int(rank.size), "not_judged": int((rank < 0).sum()), "age_unknown": int((~(age > 0)).sum()),
        },
        "grades_not_named": other,
    }  # fmt: skip
