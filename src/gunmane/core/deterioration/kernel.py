"""Compiled likelihood of the rating chain: value, exact gradient and exact Hessian over many inspection intervals.

A transition probability of a progressive Markov chain is a divided difference of exp,

    P(i -> j; z) = prod_{s=i}^{j-1} (lambda_s z) * exp[x_i, ..., x_j],      x_k = -(lambda_k + mu_k) z,

evaluated by the series in complete homogeneous symmetric polynomials of y_k = max(-x) + x_k >= 0
(McCurdy, Ng, Parlett, Math. Comp. 43, 1984). Every term is non-negative: nothing cancels, equal hazards included,
where the textbook partial fractions (Tsuda, Kaito, Aoki, Kobayashi, JSCE 801, 2005) divide by zero. Derivatives
repeat a node of the divided difference.

Rows lie sorted by (from, to, kind, group) and are worked off in blocks of `LANES`, so that the inner loops run over
neighbouring memory. Sums are taken in fixed order: the same input gives the same bytes on the same machine.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

import numpy as np
from numba import njit

from gunmane.core.deterioration.gather import add_curve, add_slope
from gunmane.core.deterioration.series import LANES, exp_lanes, log_lanes, pair, series

KEPT = 0  # seen in `to` at the end, not repaired in between
EXITED = 1  # repaired or renewed at an unknown moment of the interval; the rating before is unknown


@njit(
    "f8(i8, i8, i8, i8, f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[::1], f8[:, ::1],"
    " f8[:, ::1], f8[:, :, ::1], f8[::1], f8[::1], f8[:, ::1])",
    cache=True,
)
def _exited(order, n, stages, lane, lam, eta, leave, theta, y, d, d1, work, d2, scale, g, h):
    """Log-probability that an asset leaves by repair within the interval, with local derivatives in g and h.

    Sum over the state it was repaired from: prod (lambda z) * (mu_j z) * exp[x_i, .., x_j, 0].
    """
    local = stages + n + 1
    total = -np.inf
    for v in range(local):
        g[v] = 0.0
        for k in range(v, local):
            h[v, k] = 0.0
    for last in range(n + 1):
        top = 0.0
        for q in range(last + 1):
            top = max(top, theta[q, lane])
        for q in range(last + 1):
            y[q, 0] = top - theta[q, lane]
        y[last + 1, 0] = top
        series(y, last + 1, last + 1, 1, order, top, d, d1, work, d2, scale)
        value = np.log(leave[last, lane]) + np.log(d[0]) + scale[0] - top
        for q in range(last):
            value += eta[q, lane]
        if value == -np.inf:
            continue
        high = max(total, value)
        both = high + np.log(np.exp(total - high) + np.exp(value - high))
        old, new = np.exp(total - both), np.exp(value - both)
        total = both
        if order == 0:
            continue
        for v in range(local):
            qv = v if v < stages else v - stages
            cv = lam[qv, lane] if v < stages else leave[qv, lane]
            gv = 0.0
            if qv <= last:
                gv = -cv * d1[qv, 0] / d[0] + (1.0 if (v < last and v < stages) or v == stages + last else 0.0)
            d[v + 1] = gv  # lanes behind the first are free room here
            g[v] = old * g[v] + new * gv
        for v in range(local if order > 1 else 0):
            qv = v if v < stages else v - stages
            cv = lam[qv, lane] if v < stages else leave[qv, lane]
            for k in range(v, local):
                qk = k if k < stages else k - stages
                second = 0.0
                if qv <= last and qk <= last:
                    ck = lam[qk, lane] if k < stages else leave[qk, lane]
                    a, e = d1[qv, 0] / d[0], d1[qk, 0] / d[0]
                    cross = d2[min(qv, qk), max(qv, qk), 0] / d[0] * (2.0 if qv == qk else 1.0) - a * e
                    second = cv * (ck * cross - (a if v == k else 0.0))
                h[v, k] = old * h[v, k] + new * (second + d[v + 1] * d[k + 1])
    for v in range(local if order > 1 else 0):
        for k in range(v, local):
            h[v, k] -= g[v] * g[k]
    return total


@njit(
    "f8(i8, i8[:, ::1], f8[::1], f8[::1], f8[::1], f8[:, ::1], i8[::1], i8[::1], f8[:, ::1], f8[:, ::1], f8[::1],"
    " f8[::1], f8[::1], f8[:, ::1], f8[::1], f8[::1], f8[:, ::1])",
    cache=True,
)
def accumulate(order, buckets, logz, z, weight, x, group, period, share, beta, mu, u, gd, hd, gu, hu, hud):
    """Return the log-likelihood; add gradient (order >= 1) and Hessian (order 2) to the arrays given.

    buckets: rows (from, to, kind, start, stop) over row-sorted columns. logz: log of the operational years
    (calendar effect included), z: plain years (used by exits). x: covariates x rows. beta: stages x (1 + covariates);
    mu: exit hazards per state, or empty; u: group effects, or empty. share: what each calendar period, from
    period[row] on, holds of the row's operational time, or no row at all. Dense parameter order: beta row by row,
    log mu, calendar effects.
    """
    s, p1 = beta.shape
    exits = mu.size > 0
    fixed = s * p1 + mu.size
    nodes = s + 3
    vars_ = 2 * (s + 1)
    y = np.zeros((nodes, LANES))
    lam, eta = np.zeros((nodes, LANES)), np.zeros((nodes, LANES))
    leave, theta = np.zeros((nodes, LANES)), np.zeros((nodes, LANES))
    d, d1 = np.zeros(LANES), np.zeros((nodes, LANES))
    work, d2 = np.zeros((2 * nodes, LANES)), np.zeros((2 * nodes, nodes, LANES))
    g, h = np.zeros((vars_, LANES)), np.zeros((vars_, vars_, LANES))
    mean_g, mean_h = np.zeros(vars_), np.zeros((vars_, vars_))
    hc = np.zeros((vars_ + 2, LANES))
    scale, top, room = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    bits = room.view(np.int64)
    first, width = np.zeros(vars_, np.int64), np.zeros(vars_, np.int64)
    at, sums = np.ones((p1, LANES)), np.zeros(LANES)
    for bucket in range(buckets.shape[0]):
        i, j, kind = buckets[bucket, 0], buckets[bucket, 1], buckets[bucket, 2]
        if kind == EXITED:
            j = s
        n = j - i
        stages = n + 1 if j < s else n
        local = stages + (n + 1 if exits else 0)
        for v in range(stages):
            first[v], width[v] = (i + v) * p1, p1
        for v in range(local - stages):
            first[stages + v], width[stages + v] = s * p1 + i + v, 1
        for start in range(buckets[bucket, 3], buckets[bucket, 4], LANES):
            lanes = min(LANES, buckets[bucket, 4] - start)
            for c in range(1, p1):
                at[c, :lanes] = x[c - 1, start : start + lanes]
            many, log_years = weight[start : start + lanes], logz[start : start + lanes]
            for q in range(n + 1):
                if q < stages:
                    for b in range(lanes):
                        eta[q, b] = beta[i + q, 0] + log_years[b]
                    for c in range(1, p1):
                        for b in range(lanes):
                            eta[q, b] += beta[i + q, c] * at[c, b]
                    if u.size > 0:
                        for b in range(lanes):
                            eta[q, b] += u[group[start + b]]
                    for b in range(lanes):
                        eta[q, b] = min(max(eta[q, b], -30.0), 12.0)
                    exp_lanes(eta[q], lam[q], room, bits, lanes)
                else:
                    for b in range(lanes):
                        lam[q, b] = 0.0
                if exits:
                    for b in range(lanes):
                        leave[q, b] = mu[i + q] * z[start + b]
                        theta[q, b] = lam[q, b] + leave[q, b]
                else:
                    for b in range(lanes):
                        theta[q, b] = lam[q, b]
            if kind == EXITED:
                for b in range(lanes):
                    sums[b] += many[b] * _exited(
                        order, n, stages, b, lam, eta, leave, theta, y, d, d1, work, d2, scale, mean_g, mean_h
                    )  # fmt: skip
                    if order > 0:
                        for v in range(local):
                            g[v, b] = many[b] * mean_g[v]
                            for k in range(v, local if order > 1 else v):
                                h[v, k, b] = many[b] * mean_h[v, k]
            elif n == 0:
                for b in range(lanes):
                    sums[b] -= many[b] * theta[0, b]
                if order > 0:
                    for v in range(local):
                        for b in range(lanes):
                            g[v, b] = -many[b] * (lam[0, b] if v < stages else leave[0, b])
                            h[v, v, b] = g[v, b]
                        for k in range(v + 1, local):
                            for b in range(lanes):
                                h[v, k, b] = 0.0
            else:
                for b in range(lanes):
                    top[b] = theta[0, b]
                for q in range(1, n + 1):
                    for b in range(lanes):
                        top[b] = max(top[b], theta[q, b])
                most = 0.0
                for b in range(lanes):
                    most = max(most, top[b])
                for q in range(n + 1):
                    for b in range(lanes):
                        y[q, b] = top[b] - theta[q, b]
                inner = n + 1 if exits else stages
                if n == 1:
                    pair(y, inner, lanes, order, d, d1, work, d2, scale, room, bits)
                else:
                    series(y, n, inner, lanes, order, most, d, d1, work, d2, scale)
                log_lanes(d, work[0], room, bits, lanes)
                for b in range(lanes):
                    top[b] = work[0, b] + scale[b] - top[b]
                for q in range(n):
                    for b in range(lanes):
                        top[b] += eta[q, b]
                for b in range(lanes):
                    sums[b] += many[b] * top[b]
                if order > 0:
                    for b in range(lanes):
                        room[b] = 1.0 / d[b]
                    for v in range(local):
                        qv = v if v < stages else v - stages
                        cv = lam if v < stages else leave
                        moved = 1.0 if v < n and v < stages else 0.0
                        for b in range(lanes):
                            g[v, b] = many[b] * (moved - cv[qv, b] * d1[qv, b] * room[b])
                        for k in range(v, local if order > 1 else v):
                            qk = k if k < stages else k - stages
                            ck = lam if k < stages else leave
                            lo, hi = min(qv, qk), max(qv, qk)
                            same = 2.0 if qv == qk else 1.0
                            own = 1.0 if v == k else 0.0
                            for b in range(lanes):
                                a, e = d1[qv, b] * room[b], d1[qk, b] * room[b]
                                cross = d2[lo, hi, b] * room[b] * same - a * e
                                h[v, k, b] = many[b] * cv[qv, b] * (ck[qk, b] * cross - own * a)
            if order > 0:
                add_slope(start, lanes, local, stages, first, width, g, at, group, period, share, gd, gu, fixed, hc)
            if order > 1:
                add_curve(start, lanes, local, stages, first, width, h, at, group, period, share,
                           hd, hu, hud, fixed, hc, room)  # fmt: skip
    return sums.sum()
