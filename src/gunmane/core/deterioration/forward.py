"""Compiled forward algorithm for chains of any moves with rating errors: value and exact gradient."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

import numpy as np
from numba import njit


@njit("void(f8[::1], i8[::1], i8[::1], i8, f8[::1], f8[:, :, ::1], f8[:, :, :, ::1])", cache=True)
def exponentials(rates, begin, end, states, times, out, slope):
    """Fill exp(q t) for each t, and its derivative by the logarithm of each rate.

    Scaling, a Taylor series of the non-negative matrix q + rI, and squaring: nothing cancels in the values.
    """
    moves = rates.shape[0]
    q = np.zeros((states, states))
    for m in range(moves):
        q[begin[m], end[m]] += rates[m]
        q[begin[m], begin[m]] -= rates[m]
    top = 0.0
    for s in range(states):
        top = max(top, -q[s, s])
    term, next_ = np.zeros((states, states)), np.zeros((states, states))
    d_term, d_next = np.zeros((moves, states, states)), np.zeros((states, states))
    a = np.zeros((states, states))
    for n in range(times.shape[0]):
        halvings = 0
        step = times[n]
        while top * step > 2.0:
            step *= 0.5
            halvings += 1
        for i in range(states):
            for j in range(states):
                a[i, j] = (q[i, j] + (top if i == j else 0.0)) * step
                term[i, j] = 1.0 if i == j else 0.0
                out[n, i, j] = term[i, j]
        d_term[:] = 0.0
        slope[n, :] = 0.0
        for r in range(1, 40):
            for m in range(moves):
                for i in range(states):
                    for j in range(states):
                        value = 0.0
                        for k in range(states):
                            value += d_term[m, i, k] * a[k, j]
                        d_next[i, j] = value
                    moved = term[i, begin[m]] * rates[m] * step
                    d_next[i, end[m]] += moved
                    d_next[i, begin[m]] -= moved
                for i in range(states):
                    for j in range(states):
                        d_term[m, i, j] = d_next[i, j] / r
                        slope[n, m, i, j] += d_term[m, i, j]
            most = 0.0
            for i in range(states):
                for j in range(states):
                    value = 0.0
                    for k in range(states):
                        value += term[i, k] * a[k, j]
                    next_[i, j] = value / r
                    most = max(most, next_[i, j])
            for i in range(states):
                for j in range(states):
                    term[i, j] = next_[i, j]
                    out[n, i, j] += term[i, j]
            if most < 1e-19:
                break
        less = np.exp(-top * step)
        for i in range(states):
            for j in range(states):
                out[n, i, j] *= less
                for m in range(moves):
                    slope[n, m, i, j] *= less
        for _ in range(halvings):
            for m in range(moves):
                for i in range(states):
                    for j in range(states):
                        value = 0.0
                        for k in range(states):
                            value += slope[n, m, i, k] * out[n, k, j] + out[n, i, k] * slope[n, m, k, j]
                        d_next[i, j] = value
                slope[n, m] = d_next
            for i in range(states):
                for j in range(states):
                    value = 0.0
                    for k in range(states):
                        value += out[n, i, k] * out[n, k, j]
                    next_[i, j] = value
            out[n] = next_


@njit(
    "f8(i8[::1], i8[::1], u1[::1], i8[:, ::1], f8[:, :, ::1], f8[:, :, :, ::1], f8[:, ::1], i8[::1], i8[::1],"
    " f8[:, ::1], i8[::1], i8[::1], u1[::1], i8[::1], f8[::1])",
    cache=True,
)
def forward(fresh, rank, certain, span, p, dp, rates, begin, end, errors, true, seen, exact, arrival, gradient):
    """Log-likelihood of sorted looks; adds to `gradient` by log rates (period by period), then error logits.

    fresh: 1 where an asset's first look stands. span[n, k]: row of `p` for the time spent in period k before look n,
    or -1. errors: seen given true. exact[s]: grade s is entered at the moment of the look; arrival: the period of
    each look.
    """
    states, periods = errors.shape[0], rates.shape[0]
    moves, mistakes = rates.shape[1], true.shape[0]
    size = periods * moves + mistakes
    alpha, new = np.zeros(states), np.zeros(states)
    d_alpha, d_new = np.zeros((size, states)), np.zeros((size, states))
    total = 0.0
    for n in range(rank.shape[0]):
        o = rank[n]
        sure = certain[n] != 0 or exact[o] != 0 or mistakes == 0
        if fresh[n] != 0:
            d_alpha[:] = 0.0
            alpha[:] = 0.0
            if sure or errors[0, o] <= 0.0:
                alpha[o] = 1.0
                continue
            alpha[0] = 1.0
            total += np.log(errors[0, o])
            for e in range(mistakes):
                if true[e] == 0:
                    gradient[periods * moves + e] += (1.0 if seen[e] == o else 0.0) - errors[0, seen[e]]
            continue
        for k in range(periods):
            at = span[n, k]
            if at < 0:
                continue
            for j in range(states):
                value = 0.0
                for i in range(states):
                    value += alpha[i] * p[at, i, j]
                new[j] = value
            for c in range(size):
                for j in range(states):
                    value = 0.0
                    for i in range(states):
                        value += d_alpha[c, i] * p[at, i, j]
                    d_new[c, j] = value
            for m in range(moves):
                for j in range(states):
                    value = 0.0
                    for i in range(states):
                        value += alpha[i] * dp[at, m, i, j]
                    d_new[k * moves + m, j] += value
            alpha[:] = new
            d_alpha[:] = d_new
        if exact[o] != 0:
            k, value = arrival[n], 0.0
            d_value = np.zeros(size)
            for m in range(moves):
                if end[m] == o:
                    value += alpha[begin[m]] * rates[k, m]
                    d_value[k * moves + m] += alpha[begin[m]] * rates[k, m]
                    for c in range(size):
                        d_value[c] += d_alpha[c, begin[m]] * rates[k, m]
            if value <= 0.0:
                return -np.inf
            total += np.log(value)
            for c in range(size):
                gradient[c] += d_value[c] / value
            alpha[:] = 0.0
            alpha[o] = 1.0
            d_alpha[:] = 0.0
            continue
        whole = 0.0
        for s in range(states):
            w = (1.0 if s == o else 0.0) if sure else errors[s, o]
            for c in range(size):
                d_new[c, s] = d_alpha[c, s] * w
            if not sure:
                for e in range(mistakes):
                    if true[e] == s:
                        d_new[periods * moves + e, s] += (
                            alpha[s] * w * ((1.0 if seen[e] == o else 0.0) - errors[s, seen[e]])
                        )
            new[s] = alpha[s] * w
            whole += new[s]
        if whole <= 0.0:
            return -np.inf
        total += np.log(whole)
        for c in range(size):
            d_whole = 0.0
            for s in range(states):
                d_whole += d_new[c, s]
            gradient[c] += d_whole / whole
            for s in range(states):
                d_alpha[c, s] = d_new[c, s] / whole - new[s] / whole * (d_whole / whole)
        for s in range(states):
            alpha[s] = new[s] / whole
    return total
