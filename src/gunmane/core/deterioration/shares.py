"""Compiled shares of the grades: where chains stand after some years, for back-tests and for jumps."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

import numpy as np
from numba import njit

from gunmane.core.deterioration.passage import poisson_steps


@njit(
    "void(i8[::1], i8[::1], f8[:, ::1], i8[:, ::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[:, ::1], f8[:, ::1],"
    " f8[:, ::1], i8, i8, f8[:, ::1], f8[:, ::1])",
    cache=True,
)
def grade_shares(rank, group, x, place, beta, mus, jumps, effects, times, plain, states, bad, mean, chance):
    """Fill kinds x grades with the probability of each grade at the end, given that no repair came in between.

    times: operational years per draw (row) and column place[u, 0]; plain: calendar years of the same, for repairs.
    chance: kinds x draws, probability of `bad` or worse.
    """
    draws, width = beta.shape[0], x.shape[1] + 1
    lam, total, v, out = np.zeros(states), np.zeros(states), np.zeros(states), np.zeros(states)
    stay, come = np.zeros(states), np.zeros(states)
    for u in range(rank.shape[0]):
        for d in range(draws):
            t = times[d if times.shape[0] > 1 else 0, place[u, 0]]
            calendar = plain[0, place[u, 0]]
            speed = 0.0
            for s in range(states):
                lam[s] = 0.0
                if s < states - 1:
                    eta = effects[d, group[u]] + beta[d, s * width]
                    for c in range(1, width):
                        eta += beta[d, s * width + c] * x[u, c - 1]
                    # a grade left forty times over is left: more would only take longer to add up
                    lam[s] = min(np.exp(min(eta, 12.0)) * t, 40.0)
                total[s] = lam[s] + (mus[d, s] * calendar if mus.shape[1] > 0 else 0.0)
                for k in range(s + 2, jumps.shape[2]):
                    total[s] += jumps[d, s, k] * t
                if s >= rank[u]:
                    speed = max(speed, total[s])
            first = rank[u]
            for s in range(first, states):
                stay[s] = 1.0 - total[s] / speed if speed > 0.0 else 1.0
                come[s] = lam[s - 1] / speed if s > 0 and speed > 0.0 else 0.0
            v[:] = 0.0
            v[first] = 1.0
            # steps of at most 500 so that the Poisson weights stay in range
            pieces = int(speed / 500.0) + 1
            part = speed / pieces
            for _ in range(pieces):
                p = np.exp(-part)
                out[:] = 0.0
                for r in range(poisson_steps(part) + 1):
                    for s in range(first, states):
                        out[s] += p * v[s]
                    p *= part / (r + 1)
                    for s in range(states - 1, first - 1, -1):
                        v[s] *= stay[s]
                        if s > first:
                            v[s] += v[s - 1] * come[s]
                        for k in range(first, s - 1 if jumps.shape[2] > 0 else first):
                            v[s] += v[k] * (jumps[d, k, s] * t / speed)
                v[:] = out
            whole = out.sum()
            for s in range(states):
                mean[u, s] += out[s] / whole / draws
                if s >= bad:
                    chance[u, d] += out[s] / whole


@njit("void(f8[:, ::1], f8[::1], f8[::1], f8[::1], f8[:, :, ::1])", cache=True)
def matrices(hazards, exits, years, calendar, out):
    """Fill rows x states x states with transition matrices: hazards over `years`, exits over `calendar` years."""
    states = hazards.shape[1] + 1
    lam, theta = np.zeros(states), np.zeros(states)
    v = np.zeros(states)
    for n in range(hazards.shape[0]):
        speed = 0.0
        for s in range(states):
            lam[s] = hazards[n, s] * years[n] if s < states - 1 else 0.0
            theta[s] = lam[s] + (exits[s] * calendar[n] if exits.shape[0] > 0 else 0.0)
            speed = max(speed, theta[s])
        speed = max(min(speed, 600.0), 1e-12)
        for i in range(states):
            v[:] = 0.0
            v[i] = 1.0
            out[n, i, :] = 0.0
            p = np.exp(-speed)
            for r in range(poisson_steps(speed) + 1):
                for s in range(i, states):
                    out[n, i, s] += p * v[s]
                p *= speed / (r + 1)
                for s in range(states - 1, i - 1, -1):
                    v[s] *= max(1.0 - theta[s] / speed, 0.0)
                    if s > i:
                        v[s] += v[s - 1] * (lam[s - 1] / speed)
