"""Compiled forecasts: when a chain first enters a bad grade, for many kinds of asset and many parameter draws."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

import numpy as np
from numba import njit

from gunmane.core.deterioration.series import LANES, exp_lanes, log_hazard_lanes

_CLOSE_TO_ONE = 1.0 - 1e-12
_ROOM = 1200  # steps of a table: enough for a Poisson mean of 900
_FAR = 600.0  # Poisson mean beyond which the table is not used
_F = {"reassoc", "contract", "nsz"}  # sums may be split over vector lanes; nothing else is loosened


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


@njit("i8(f8)", cache=True)
def poisson_steps(m):
    """Steps that a Poisson count of mean m exceeds with less than 1e-15."""
    return int(m + 8.0 * np.sqrt(m) + 18.0)


@njit("f8(f8[::1], i8)", cache=True, fastmath=_F)
def _sum(values, lanes):
    total = 0.0
    for b in range(lanes):
        total += values[b]
    return total


@njit("f8(f8[::1], f8, i8)", cache=True, fastmath=_F)
def _square(values, center, lanes):
    """Sum of squares around a centre."""
    total = 0.0
    for b in range(lanes):
        total += (values[b] - center) ** 2
    return total


@njit(
    "void(i8, i8, f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, ::1], i8, f8[::1], f8[:, ::1], f8[:, ::1],"
    " f8[:, ::1], f8[::1], f8[::1], f8[::1], i8[::1])",
    cache=True,
)
def _speeds(first, lanes, beta, exits, jumps, effects, owner, x, lam, mu, leave, speed, eta, room, bits):
    """Fill the hazards, exits and total rates of the first grades (rows of `lam`) for the draws from `first` on."""
    width = x.shape[0] + 1
    for b in range(lanes):
        speed[b] = 0.0
    for s in range(lam.shape[0]):
        for b in range(lanes):
            d = first + b
            shift = effects[d, owner] + beta[d, s * width]
            for c in range(1, width):
                shift += beta[d, s * width + c] * x[c - 1]
            eta[b] = max(min(shift, 12.0), -600.0)
            mu[s, b] = exits[d, s] if exits.shape[1] > 0 else 0.0
        exp_lanes(eta, lam[s], room, bits, lanes)
        for b in range(lanes):
            leave[s, b] = lam[s, b] + mu[s, b]
            for k in range(s + 2, jumps.shape[2]):
                leave[s, b] += jumps[first + b, s, k]
            speed[b] = max(speed[b], leave[s, b])


@njit(
    "void(i8, i8, f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[::1], i8, i8, f8[:, :, ::1])",
    cache=True,
)
def _absorbed(first, lanes, lam, leave, jumps, speed, done, steps, table):
    """table[r, i, draw]: probability that the chain started in grade i is past the last stage after r steps.

    Uniformised steps at rate `speed`; rows up to `done` stand already (-1: none). leave: total rate out of each
    grade; jumps: draws x stages x states, moves over more than one grade, or draws x stages x 0.
    """
    bad, states = lam.shape[0], jumps.shape[2]
    for i in range(bad + 1 if done < 0 else 0):
        for b in range(lanes):
            table[0, i, b] = 1.0 if i == bad else 0.0
    for r in range(max(done, 0) + 1, steps + 1):
        for b in range(lanes):
            table[r, bad, b] = 1.0
        for i in range(bad):
            for b in range(lanes):
                over = 1.0 / speed[b] if speed[b] > 0.0 else 0.0
                stay = max(1.0 - leave[i, b] * over, 0.0)
                table[r, i, b] = stay * table[r - 1, i, b] + lam[i, b] * over * table[r - 1, i + 1, b]
            for k in range(i + 2, states):
                for b in range(lanes):
                    over = 1.0 / speed[b] if speed[b] > 0.0 else 0.0
                    table[r, i, b] += jumps[first + b, i, k] * over * table[r - 1, min(k, bad), b]


@njit(
    "void(i8, f8[::1], f8[::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, ::1], f8[::1], f8[::1], f8[::1],"
    " i8[::1])",
    cache=True,
)
def _passed(lanes, speed, t, lam, mu, table, out, m, p, room, bits):
    """out[i, draw]: probability that the chain started in grade i is past the last stage after t[draw] years."""
    bad, most, far = lam.shape[0], 0.0, False
    for b in range(lanes):
        m[b] = speed[b] * t[b]
        if m[b] > _FAR:
            far, m[b] = True, 0.0
        most = max(most, m[b])
        room[b] = -m[b]
    for b in range(lanes):
        p[b] = room[b]
    exp_lanes(p, out[bad], room, bits, lanes)
    for b in range(lanes):
        p[b] = out[bad, b]
        out[bad, b] = 1.0
    for i in range(bad):
        for b in range(lanes):
            out[i, b] = 0.0
    for r in range(poisson_steps(most) + 1):
        for i in range(bad):
            for b in range(lanes):
                out[i, b] += p[b] * table[r, i, b]
        c = 1.0 / (r + 1)
        for b in range(lanes):
            p[b] *= m[b] * c
    if far:
        y, h, hazards, repairs = np.zeros(bad + 2), np.zeros(bad + 2), np.zeros(bad), np.zeros(bad)
        for b in range(lanes):
            if speed[b] * t[b] > _FAR:
                hazards[:] = lam[:, b]
                repairs[:] = mu[:, b]
                for i in range(bad):
                    out[i, b] = entry(hazards[i:], repairs[i:], bad - i, t[b], y, h)


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

    place[kind, h]: row of `times` (one column per draw, or one for all) with the operational years to horizon h.
    beta: draws x (stages * width); effects: draws x (owners + 1), the last one for an owner not seen; mix: shares of
    the grades for rank -1. gains: discount weight of what is gained up to each horizon, annuity: its divisor for
    `yearly` (kinds x draws), the level yearly probability of entry. mean: kinds x horizons; low and spread: mean and
    sd of log cumulative hazard at the `banded` horizons. One table of uniformised steps serves all grades and times
    of a base and draw; all its terms are non-negative. Draws run in lanes of neighbouring memory.
    """
    draws, horizons, columns = beta.shape[0], place.shape[1], times.shape[1]
    lam, mu, leave = np.zeros((bad, LANES)), np.zeros((bad, LANES)), np.zeros((bad, LANES))
    speed, t, m, p, room = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    bits, before, chance = room.view(np.int64), np.zeros(LANES), np.zeros((horizons, LANES))
    table = np.zeros((_ROOM, bad + 1, LANES))
    stamps, known = np.full(times.shape[0], -1), np.zeros((times.shape[0], bad + 1, LANES))
    stamp, first = 0, 0
    while first < rank.shape[0]:
        last = first
        while last < rank.shape[0] and base[last] == base[first]:
            last += 1
        one = base[first]
        for begin in range(0, draws, LANES):
            lanes = min(LANES, draws - begin)
            stamp += 1
            _speeds(begin, lanes, beta, mus, jumps, effects, group[one], x[one], lam, mu, leave, speed, t, room, bits)
            most = 0.0
            for u in range(first, last):
                for k in range(horizons):
                    row = place[u, k]
                    for b in range(lanes):
                        most = max(most, speed[b] * times[row, min(begin + b, columns - 1)])
            _absorbed(begin, lanes, lam, leave, jumps, speed, -1, poisson_steps(min(most, 900.0)), table)
            for u in range(first, last):
                for b in range(lanes):
                    before[b] = 0.0
                for k in range(horizons):
                    row = place[u, k]
                    if stamps[row] != stamp:
                        stamps[row] = stamp
                        for b in range(lanes):
                            t[b] = times[row, min(begin + b, columns - 1)]
                        _passed(lanes, speed, t, lam, mu, table, known[row], m, p, room, bits)
                    if rank[u] < 0:
                        for b in range(lanes):
                            chance[k, b] = 0.0
                        for i in range(mix.shape[0]):
                            for b in range(lanes):
                                chance[k, b] += mix[i] * known[row, min(i, bad), b]
                    else:
                        for b in range(lanes):
                            chance[k, b] = known[row, min(rank[u], bad), b]
                    for b in range(lanes):
                        chance[k, b] = min(chance[k, b], 1.0)
                    mean[u, k] += _sum(chance[k], lanes) / draws
                    gain = gains[k] / annuity
                    for b in range(lanes):
                        yearly[u, begin + b] += gain * (chance[k, b] - before[b])
                        before[b] = chance[k, b]
                for k in range(banded.shape[0]):
                    for b in range(lanes):
                        m[b] = min(max(chance[banded[k], b], 1e-300), _CLOSE_TO_ONE)
                    log_hazard_lanes(m, p, t, room, bits, lanes)
                    center = _sum(p, lanes) / lanes
                    away, share = center - low[u, k], lanes / (begin + lanes)
                    spread[u, k] += _square(p, center, lanes) + away * away * begin * share
                    low[u, k] += away * share
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

    quantiles, times: ascending; the last time stands for everything beyond. At most LANES draws.
    """
    lanes = beta.shape[0]
    lam, mu, leave = np.zeros((bad, LANES)), np.zeros((bad, LANES)), np.zeros((bad, LANES))
    speed, t, m, p, room = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    bits, known, curve = room.view(np.int64), np.zeros((bad + 1, LANES)), np.zeros(times.shape[0])
    table = np.zeros((_ROOM, bad + 1, LANES))
    for u in range(rank.shape[0]):
        if rank[u] >= bad:
            out[u, :] = 0.0
            continue
        _speeds(0, lanes, beta, mus, jumps, effects, group[u], x[u], lam, mu, leave, speed, t, room, bits)
        most = 0.0
        for b in range(lanes):
            most = max(most, speed[b])
        done = -1
        for k in range(times.shape[0]):
            steps = poisson_steps(min(most * times[k], _FAR))
            _absorbed(0, lanes, lam, leave, jumps, speed, done, steps, table)
            done = max(done, steps)
            for b in range(lanes):
                t[b] = times[k]
            _passed(lanes, speed, t, lam, mu, table, known, m, p, room, bits)
            if rank[u] >= 0:
                curve[k] = _sum(known[rank[u]], lanes) / lanes
            else:
                curve[k] = 0.0
                for i in range(mix.shape[0]):
                    curve[k] += mix[i] * _sum(known[min(i, bad)], lanes) / lanes
            if curve[k] >= quantiles[-1]:
                break
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
