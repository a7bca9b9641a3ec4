"""Models fitted to a plain table: a result ready for JSON out."""

from typing import Any

import numpy as np
from msgspec import structs, to_builtins

from gunmane.core.deterioration.chain import ChainFit, fit_chain
from gunmane.core.deterioration.design import design, levels, number, numbers, ranks
from gunmane.core.deterioration.events import Memory, Windows, fit_events
from gunmane.core.deterioration.general import Chain, Observations, fit_general
from gunmane.core.deterioration.intervals import Floats, Ints
from gunmane.core.deterioration.jumps import fit_with_jumps
from gunmane.core.deterioration.lifetimes import Family, Lifetimes, fit_lifetimes
from gunmane.core.deterioration.table_curves import fit_curves_table
from gunmane.core.deterioration.tables import Settings, Table, chain_rows, listed, need, settings_of, unnamed
from gunmane.core.errors import Fault, GunmaneError


def fit_table(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """Fit the model asked for; raises GunmaneError with every fault of the input."""
    settings = settings_of(given)
    if settings.kind == "lifetime":
        return _fit_lifetime(table, settings)
    if settings.kind == "curves":
        return fit_curves_table(table, settings)
    if settings.kind == "events":
        return _fit_events(table, settings)
    if settings.allow or settings.misclassification or settings.cuts:
        return _fit_general(table, settings)
    chain = chain_rows(table, settings)
    data, width = chain.intervals, len(chain.covariates.names)
    stages = len(chain.grades) - 1
    if settings.drift and data.start is None:
        raise GunmaneError("missing_columns", [Fault("option_missing", "--start")])
    if settings.jumps:
        fit = fit_with_jumps(
            data, states=stages + 1, prior=settings.class_prior, groups=len(chain.owners),
            exits=settings.exits is not None, drift=settings.drift,
        )  # fmt: skip
    else:
        fit = fit_chain(
            data, states=stages + 1, prior=settings.class_prior, groups=len(chain.owners),
            exits=settings.exits is not None, drift=settings.drift,
            ties=_ties(stages, width, common=settings.common, equal=settings.equal),
        )  # fmt: skip
    return {"kind": "chain"} | chain_result(fit, chain.grades, chain.covariates.names, chain.owners) | {
        "counted": chain.counted, "unknown": chain.covariates.missing, "grades_not_named": chain.unnamed,
        "warnings": chain.warnings,
        "prior": {"source": fit.prior.source, "status": fit.prior.status.value} if fit.prior else None,
    }  # fmt: skip


def _ties(stages: int, width: int, *, common: bool, equal: bool) -> Ints | None:
    if not common and not equal:
        return None
    base = np.zeros(stages, int) if equal else np.arange(stages)
    columns = [base]
    for c in range(width):
        at = stages + c * stages
        columns.append(np.full(stages, at) if common else at + np.arange(stages))
    return np.column_stack(columns)


def chain_result(
    fit: ChainFit, grades: tuple[str, ...], covariates: tuple[str, ...], owners: tuple[str, ...]
) -> dict[str, Any]:
    """Numbers of a chain: hazards at covariates 0 and at their mean, effects per unit, owners, exits, drift."""
    width = 1 + len(covariates)
    hazards: list[dict[str, Any]] = []
    effects: list[dict[str, Any]] = []
    for s in range(fit.stages):
        block = slice(s * width, (s + 1) * width)
        to_zero = np.concatenate([[1.0], -fit.center / fit.scale])
        variance = float(to_zero @ fit.covariance[block, block] @ to_zero)
        value = float(np.exp(fit.coefficients[s] @ to_zero))
        se = float(np.sqrt(max(variance, 0.0)))
        hazards.append({
            "from": grades[s], "to": grades[s + 1], "hazard": value, "standard_error": value * se,
            "log_standard_error": se, "mean_years": 1.0 / value,
            "hazard_at_mean": float(np.exp(fit.coefficients[s, 0])),
        })  # fmt: skip
        for c, name in enumerate(covariates, start=1):
            sd = float(np.sqrt(max(fit.covariance[s * width + c, s * width + c], 0.0)) / fit.scale[c - 1])
            beta = float(fit.coefficients[s, c] / fit.scale[c - 1])
            effects.append({
                "from": grades[s], "covariate": name, "log_hazard_ratio": beta, "standard_error": sd,
                "hazard_ratio": float(np.exp(beta)),
            })  # fmt: skip
    result: dict[str, Any] = {
        "minus2loglik": -2.0 * fit.log_likelihood, "hazards": hazards, "effects": effects,
        "converged": fit.converged, "iterations": fit.iterations, "scaled_gradient": fit.gradient, "rows": fit.rows,
        "collapsed_rows": fit.collapsed, "parameters": fit.parameters,
    }  # fmt: skip
    if owners:
        result |= {"marginal_minus2loglik": -2.0 * fit.marginal, "group_sd": fit.group_sd}
        variances, shares = fit.group_variance, fit.own_share
        result["groups"] = [
            {"group": name, "log_effect": float(fit.group_effects[g]), "standard_error": float(np.sqrt(variances[g])),
             "own_share": float(shares[g]), "intervals": float(fit.group_rows[g])}
            for g, name in enumerate(owners)
        ]  # fmt: skip
    at = fit.coefficients.size
    if fit.exits.size:
        sd = np.sqrt(np.maximum(np.diag(fit.covariance)[at : at + fit.exits.size], 0.0))
        result["exits"] = [
            {"grade": grades[s], "hazard": float(np.exp(fit.exits[s])), "log_standard_error": float(sd[s])}
            for s in range(fit.states)
        ]
    if fit.drift.size:
        result["drift_sd"] = fit.drift_sd
        result["drift"] = [
            {"from_year": float(fit.drift_edges[p]), "to_year": float(fit.drift_edges[p + 1]),
             "log_speed": float(fit.drift[p])}
            for p in range(fit.drift.size)
        ]  # fmt: skip
    if fit.jump_counts.size:
        result["jumps"] = [
            {"from": grades[i], "to": grades[j], "hazard": float(fit.jumps[i, j])}
            for i in range(fit.states) for j in range(i + 2, fit.states)
        ]  # fmt: skip
    return result


def _fit_lifetime(table: Table, settings: Settings) -> dict[str, Any]:
    wanted = listed(settings.covariates)
    need(table, {"lower": settings.lower, "upper": settings.upper} | {c: c for c in wanted})
    optional = {
        k: v for k, v in (("entry", settings.entry), ("weights", settings.weights), ("group", settings.group)) if v
    }
    need(table, optional)
    lower, upper = numbers(table[str(settings.lower)]), numbers(table[str(settings.upper)])
    lower = np.where(np.isnan(lower), 0.0, lower)
    upper = np.where(np.isnan(upper), np.inf, upper)
    entry = numbers(table[settings.entry]) if settings.entry else np.zeros(lower.size)
    entry = np.where(np.isnan(entry), 0.0, entry)
    made = design({c: table[c] for c in wanted})
    group, owners = levels(table[settings.group]) if settings.group else (None, ())
    fit = fit_lifetimes(
        Lifetimes(
            entry=entry, lower=lower, upper=upper, covariates=made.values if wanted else None, group=group,
            weight=numbers(table[settings.weights]) if settings.weights else None,
        ),
        family=Family(settings.family), names=made.names, groups=len(owners), prior=settings.life_prior,
    )  # fmt: skip
    sd = np.sqrt(np.maximum(np.diag(fit.covariance), 0.0))
    result: dict[str, Any] = {
        "kind": "lifetime", "family": fit.family.value, "loglik": fit.log_likelihood,
        "minus2loglik": -2.0 * fit.log_likelihood,
        "parameters": [
            {"name": n, "estimate": float(p), "standard_error": float(s)}
            for n, p, s in zip(fit.names, fit.parameters, sd, strict=True)
        ],
        "converged": fit.converged, "iterations": fit.iterations, "rows": fit.rows, "collapsed_rows": fit.rows,
        "unknown": made.missing,
    }  # fmt: skip
    if owners:
        result["group_sd"] = fit.group_sd
        result["groups"] = [
            {"group": n, "log_effect": float(e), "standard_error": float(np.sqrt(v))}
            for n, e, v in zip(owners, fit.group_effects, fit.group_variance, strict=True)
        ]
    return result


def _fit_events(table: Table, settings: Settings) -> dict[str, Any]:
    wanted = listed(settings.covariates)
    needed = {"entry": settings.entry, "upper": settings.upper, "count": settings.count}
    need(table, needed | {c: c for c in wanted} | ({"length": settings.length} if settings.length else {}))
    made = design({c: table[c] for c in wanted})
    fit = fit_events(
        Windows(
            start=numbers(table[str(settings.entry)]), end=numbers(table[str(settings.upper)]),
            events=numbers(table[str(settings.count)]), covariates=made.values if wanted else None,
            length=numbers(table[settings.length]) if settings.length else None,
        ),
        memory=Memory(settings.memory), names=made.names,
    )  # fmt: skip
    sd = np.sqrt(np.maximum(np.diag(fit.covariance), 0.0))
    return {
        "kind": "events", "memory": fit.memory.value, "loglik": fit.log_likelihood,
        "minus2loglik": -2.0 * fit.log_likelihood,
        "parameters": [
            {"name": n, "estimate": float(p), "standard_error": float(s)}
            for n, p, s in zip(fit.names, fit.parameters, sd, strict=True)
        ],
        "converged": fit.converged, "rows": fit.rows, "collapsed_rows": fit.rows, "events": fit.events,
        "unknown": made.missing,
    }  # fmt: skip


def _moves(text: str | None, states: int) -> tuple[tuple[int, int], ...]:
    """Read `1-2,2-1` as pairs of ranks."""
    pairs: list[tuple[int, int]] = []
    for part in listed(text or ""):
        a, _, b = part.partition("-")
        if not (a.isdigit() and b.isdigit() and 1 <= int(a) <= states and 1 <= int(b) <= states and a != b):
            raise GunmaneError("bad_option", [Fault("bad_move", part)])
        pairs.append((int(a) - 1, int(b) - 1))
    return tuple(pairs)


def _fit_general(table: Table, settings: Settings) -> dict[str, Any]:
    """Any moves, rating errors, cuts: from histories, or from pairs as histories of two looks."""
    _only_general(settings)
    if settings.begin:
        table, settings = _as_histories(table, settings)
    need(table, {"id": settings.id, "time": settings.time, "state": settings.state})
    rank, grades = ranks(table[str(settings.state)], settings.states)
    other = unnamed(table[str(settings.state)], rank)
    asset, _ = levels(table[str(settings.id)])
    when = numbers(table[str(settings.time)])
    keep = (rank >= 0) & np.isfinite(when)
    certain = None
    if settings.certain:
        need(table, {"certain": settings.certain})
        certain = numbers(table[settings.certain]) > 0
    count = len(grades)
    moves = _moves(settings.allow, count) or tuple((s, s + 1) for s in range(count - 1))
    exact = tuple(_grade(t, count) for t in listed(settings.exact or ""))
    cuts: Floats = np.array([_time(c) for c in listed(settings.cuts or "")])
    fit = fit_general(
        Observations(
            asset=asset[keep], when=when[keep], rank=rank[keep], certain=None if certain is None else certain[keep]
        ),
        Chain(
            states=count, moves=moves, errors=_moves(settings.misclassification, count), exact=exact,
            cuts=tuple(cuts.tolist()),
        ),
    )  # fmt: skip
    return {"kind": "chain"} | to_builtins(fit.result(grades)) | {
        "effects": [], "rows": int(keep.sum()), "collapsed_rows": int(keep.sum()),
        "counted": {"rows": int(rank.size), "not_judged": int((~keep).sum())}, "grades_not_named": other,
    }  # fmt: skip


def _only_general(settings: Settings) -> None:
    """Refuse what this engine does not model, rather than leave it out unsaid."""
    asked = {
        "--covariates": settings.covariates, "--group": settings.group, "--weights": settings.weights,
        "--exits": settings.exits is not None, "--drift": settings.drift, "--jumps": settings.jumps,
        "--prior class": settings.class_prior is not None, "--common": settings.common, "--equal": settings.equal,
    }  # fmt: skip
    faults = [Fault("not_together", name) for name, value in asked.items() if value]
    if faults:
        raise GunmaneError("bad_option", faults)


def _as_histories(table: Table, settings: Settings) -> tuple[Table, Settings]:
    """Each pair as an asset of its own with two looks, from `start` (0 where not given)."""
    columns = {"from": settings.begin, "to": settings.end, "interval": settings.interval}
    need(table, columns | ({"start": settings.start} if settings.start else {}))
    years = numbers(table[str(settings.interval)])
    size = years.size
    start = numbers(table[settings.start]) if settings.start else np.zeros(size)
    good = np.flatnonzero(np.isfinite(years) & (years > 0) & np.isfinite(start)).tolist()
    begin, end = table[str(settings.begin)], table[str(settings.end)]
    made: Table = {
        "id": [str(n) for n in good for _ in (0, 1)],
        "time": [repr(float(t)) for n in good for t in (start[n], start[n] + years[n])],
        "state": [text for n in good for text in (begin[n], end[n])],
    }
    if settings.certain:
        need(table, {"certain": settings.certain})
        made["certain"] = [table[settings.certain][n] for n in good for _ in (0, 1)]
    certain = "certain" if settings.certain else None
    return made, structs.replace(settings, begin=None, id="id", time="time", state="state", certain=certain)


def _grade(text: str, states: int) -> int:
    if not (text.isdigit() and 1 <= int(text) <= states):
        raise GunmaneError("bad_option", [Fault("bad_grade_number", text, {"states": states})])
    return int(text) - 1


def _time(text: str) -> float:
    value = number(text)
    if not np.isfinite(value):
        raise GunmaneError("bad_option", [Fault("bad_time", text)])
    return value
