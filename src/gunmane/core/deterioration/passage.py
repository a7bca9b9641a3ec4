"""Compiled forecasts: when a chain first enters a bad grade, for many kinds of asset and many parameter draws."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

import numpy as np
from numba import njit

_CLOSE_TO_ONE = 1.0 - 1e-12


@njit("f8(f8[::1], f8[::1], i8, f8, f8[::1], f8[::1])", cache=True)
def entry(lam, mu, n, t, y, h):
    """P(the n stages with hazards lam are passed within t years, before a repair with hazards mu).

    prod (lambda t) * exp[-theta_0 t, .., -theta_(n-1) t, 0] by the non-negative series; y, h are scratch of n + 1.
    """
    if n == 0:
        return 1.0
    if t <= 0.0:
        return 0.0
    if n == 1:
        total = lam[0] + mu[0]
        return lam[0] / total * -np.expm1(-total * t) if total > 0.0 else 0.0
    top, value = 0.0, 1.0
    for q in range(n):
        y[q] = (lam[q] + mu[q]) * t
        top = max(top, y[q])
        value *= lam[q] * t / (q + 1)
    if top > 600.0:  # some stage passes at once at this scale: leave the fastest out
        fastest = 0
        for q in range(n):
            if y[q] == top:
                fastest = q
        share = lam[fastest] / (lam[fastest] + mu[fastest])
        less, repair = np.empty(n - 1), np.empty(n - 1)
        for q in range(n - 1):
            less[q] = lam[q if q < fastest else q + 1]
            repair[q] = mu[q if q < fastest else q + 1]
        return share * entry(less, repair, n - 1, t, y, h)
    for q in range(n):
        y[q] = top - y[q]
    y[n] = top
    scale = np.exp(-top)
    for q in range(n + 1):
        h[q] = scale
    total, size, r = scale, scale, 0
    while size > 1e-17 * total or r < top:
        r += 1
        c = 1.0 / (n + r)
        h[0] *= y[0] * c
        for q in range(1, n + 1):
            h[q] = h[q] * y[q] * c + h[q - 1]
        size = h[n]
        total += size
    return min(value * total, 1.0)


@njit("void(f8[::1], f8[::1], f8[:, ::1], f8, i8, f8[:, ::1])", cache=True)
def _absorbed(lam, leave, jump, speed, steps, table):
    """table[r, i]: probability that the chain started in grade i is past the last stage after r uniformised steps.

    leave: total rate out of each grade; jump: stages x states, moves over more than one grade, or stages x 0.
    """
    bad, states = lam.shape[0], jump.shape[1]
    for i in range(bad):
        table[0, i] = 0.0
    table[0, bad] = 1.0
    for r in range(1, steps + 1):
        for i in range(bad):
            value = max(1.0 - leave[i] / speed, 0.0) * table[r - 1, i] + lam[i] / speed * table[r - 1, i + 1]
            for k in range(i + 2, states):
                value += jump[i, k] / speed * table[r - 1, min(k, bad)]
            table[r, i] = value
        table[r, bad] = 1.0


@njit("i8(f8)", cache=True)
def poisson_steps(m):
    """Steps that a Poisson count of mean m exceeds with less than 1e-15."""
    return int(m + 8.0 * np.sqrt(m) + 18.0)


@njit("void(f8, f8[:, ::1], f8[::1])", cache=True)
def _mixed(m, table, out):
    """out[i] = sum over r of Poisson(r; m) table[r, i]."""
    for i in range(out.shape[0]):
        out[i] = 0.0
    p = np.exp(-m)
    for r in range(poisson_steps(m) + 1):
        for i in range(out.shape[0]):
            out[i] += p * table[r, i]
        p *= m / (r + 1)


@njit("f8(f8, f8[::1], f8[::1], f8[:, ::1], f8[::1], i8, f8[::1], f8[::1], f8[::1])", cache=True)
def _speeds(shift, beta, exits, jump, x, bad, lam, mu, leave):
    """Fill the hazards, exits and total rates of the first `bad` grades; returns the largest total rate."""
    width, speed = x.shape[0] + 1, 0.0
    for s in range(bad):
        eta = shift + beta[s * width]
        for c in range(1, width):
            eta += beta[s * width + c] * x[c - 1]
        lam[s] = np.exp(min(eta, 12.0))
        mu[s] = exits[s] if exits.shape[0] > 0 else 0.0
        leave[s] = lam[s] + mu[s]
        for k in range(s + 2, jump.shape[1]):
            leave[s] += jump[s, k]
        speed = max(speed, leave[s])
    return speed


@njit(
    "void(i8[::1], i8[::1], i8[:, ::1], i8[::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, ::1],"
    " f8[:, ::1], f8[::1], i8, f8[::1], f8, i8[::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, ::1])",
    cache=True,
)
def forecast(
    rank,
    base,
    place,
    group,
    x,
    beta,
    mus,
    jumps,
    effects,
    times,
    mix,
    bad,
    gains,
    annuity,
    banded,
    mean,
    low,
    spread,
    yearly,
):
    """Fill the forecasts of each kind of asset; kinds lie sorted by `base`, a row of group and x.

    place[kind, h]: column of `times` (one row per draw, or one for all) with the operational years to horizon h.
    beta: draws x (stages * width); effects: draws x (owners + 1), the last one for an owner not seen; mix: shares of
    the grades for rank -1. gains: discount weight of what is gained up to each horizon, annuity: its divisor for
    `yearly` (kinds x draws), the level yearly probability of entry. mean: kinds x horizons; low and spread: mean and
    sd of log cumulative hazard at the `banded` horizons. One table of uniformised steps serves all grades and times
    of a base and draw; all its terms are non-negative.
    """
    draws, horizons = beta.shape[0], place.shape[1]
    lam, mu, leave, chance = np.zeros(bad), np.zeros(bad), np.zeros(bad), np.zeros(horizons)
    y, h = np.zeros(bad + 2), np.zeros(bad + 2)
    room = 1200
    table = np.zeros((room, bad + 1))
    done = np.full(times.shape[1], -1)
    known = np.zeros((times.shape[1], bad + 1))
    stamp, first = 0, 0
    while first < rank.shape[0]:
        last = first
        while last < rank.shape[0] and base[last] == base[first]:
            last += 1
        b = base[first]
        for d in range(draws):
            stamp += 1
            row = d if times.shape[0] > 1 else 0
            speed = _speeds(effects[d, group[b]], beta[d], mus[d], jumps[d], x[b], bad, lam, mu, leave)
            longest = 0.0
            for u in range(first, last):
                for k in range(horizons):
                    longest = max(longest, times[row, place[u, k]])
            steps = poisson_steps(min(speed * longest, 900.0))
            _absorbed(lam, leave, jumps[d], speed, steps, table)
            for u in range(first, last):
                before = 0.0
                for k in range(horizons):
                    t = place[u, k]
                    if done[t] != stamp:
                        done[t] = stamp
                        m = speed * times[row, t]
                        if m <= 600.0:
                            _mixed(m, table, known[t])
                        else:
                            for i in range(bad):
                                known[t, i] = entry(lam[i:], mu[i:], bad - i, times[row, t], y, h)
                            known[t, bad] = 1.0
                    p = 0.0
                    if rank[u] < 0:
                        for i in range(mix.shape[0]):
                            p += mix[i] * known[t, min(i, bad)]
                    else:
                        p = known[t, min(rank[u], bad)]
                    p = min(p, 1.0)
                    chance[k] = p
                    mean[u, k] += p / draws
                    yearly[u, d] += gains[k] * (p - before) / annuity
                    before = p
                for k in range(banded.shape[0]):
                    p = min(max(chance[banded[k]], 1e-300), _CLOSE_TO_ONE)
                    log_hazard = np.log(-np.log1p(-p))
                    delta = log_hazard - low[u, k]
                    low[u, k] += delta / (d + 1)
                    spread[u, k] += delta * (log_hazard - low[u, k])
        for u in range(first, last):
            for k in range(banded.shape[0]):
                spread[u, k] = np.sqrt(spread[u, k] / draws)
        first = last


@njit(
    "void(i8[::1], i8[::1], f8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, ::1], f8[::1], i8, f8[::1],"
    " f8[::1], f8[:, ::1])",
    cache=True,
)
def lifetimes(rank, group, x, beta, mus, jumps, effects, mix, bad, quantiles, times, out):
    """Fill rows x quantiles with the years to the bad grade, over draws and chance alike, read off a grid of times.

    times: ascending, their last one stands for everything beyond.
    """
    draws = beta.shape[0]
    lam, mu, leave, known = np.zeros(bad), np.zeros(bad), np.zeros(bad), np.zeros(bad + 1)
    y, h = np.zeros(bad + 2), np.zeros(bad + 2)
    curve = np.zeros(times.shape[0])
    table = np.zeros((1200, bad + 1))
    for u in range(rank.shape[0]):
        if rank[u] >= bad:
            out[u, :] = 0.0
            continue
        curve[:] = 0.0
        for d in range(draws):
            speed = _speeds(effects[d, group[u]], beta[d], mus[d], jumps[d], x[u], bad, lam, mu, leave)
            _absorbed(lam, leave, jumps[d], speed, poisson_steps(min(speed * times[-1], 600.0)), table)
            for k in range(times.shape[0]):
                m = speed * times[k]
                if m <= 600.0:
                    _mixed(m, table, known)
                else:
                    for i in range(bad):
                        known[i] = entry(lam[i:], mu[i:], bad - i, times[k], y, h)
                    known[bad] = 1.0
                if rank[u] >= 0:
                    curve[k] += known[rank[u]] / draws
                else:
                    for i in range(mix.shape[0]):
                        curve[k] += mix[i] * known[min(i, bad)] / draws
        for j in range(quantiles.shape[0]):
            k = 0
            while k < times.shape[0] and curve[k] < quantiles[j]:
                k += 1
            if k == times.shape[0]:
                out[u, j] = times[k - 1]
            elif k == 0:
                out[u, j] = 0.0 if rank[u] < 0 else times[0] * quantiles[j] / curve[0]
            else:
                part = (quantiles[j] - curve[k - 1]) / (curve[k] - curve[k - 1])
                out[u, j] = times[k - 1] * (times[k] / times[k - 1]) ** part
