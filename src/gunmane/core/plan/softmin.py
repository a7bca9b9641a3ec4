"""Kernels of the smoothed dual: the soft choice of each asset, its expected use and the covariance of that use."""

# Kernels are typed by numba from their arguments; annotations would say nothing.
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false

import numba as nb
import numpy as np

NEAR = 30.0
"""exp(-30) of the weight is nothing."""


@nb.njit(cache=True, nogil=True)
def soft_choice(value, keep, cost, hours, price_c, price_h, tau, reduced, money, effort, cc, ch, hh, active):
    """Soft choice of one asset: returns exact and smoothed minimum; fills expected use by year and second moments."""
    measures, years = value.shape
    low = keep
    for o in range(measures):
        c, h = cost[o], hours[o]
        for t in range(years):
            r = value[o, t] + c * price_c[t] + h * price_h[t]
            reduced[o, t] = r
            low = min(low, r)
    for k in range(active[0]):
        t = active[k + 1]
        money[t] = effort[t] = cc[t] = ch[t] = hh[t] = 0.0
    count = 0
    weight = np.exp(-(keep - low) / tau) if keep - low < NEAR * tau else 0.0
    limit = low + NEAR * tau
    for o in range(measures):
        c, h = cost[o], hours[o]
        for t in range(years):
            r = reduced[o, t]
            if r < limit:
                w = np.exp((low - r) / tau)
                weight += w
                if hh[t] == 0.0 and cc[t] == 0.0 and money[t] == 0.0 and effort[t] == 0.0:
                    seen = False
                    for k in range(count):
                        if active[k + 1] == t:
                            seen = True
                            break
                    if not seen:
                        count += 1
                        active[count] = t
                money[t] += w * c
                effort[t] += w * h
                cc[t] += w * c * c
                ch[t] += w * c * h
                hh[t] += w * h * h
    active[0] = count
    for k in range(count):
        t = active[k + 1]
        money[t] /= weight
        effort[t] /= weight
        cc[t] /= weight
        ch[t] /= weight
        hh[t] /= weight
    return low, low - tau * np.log(weight)


@nb.njit(cache=True, nogil=True)
def sweep(
    first,
    last,
    value,
    keep,
    cost,
    hours,
    kind,
    scale,
    price_c,
    price_h,
    temperature,
    curved,
    sums,
    money,
    effort,
    curve,
):
    """Add what the assets first ... last - 1 give to sums [2], money [P, T], effort [T] and curve [P, 2T, 2T]."""
    years = value.shape[2]
    reduced = np.empty(value.shape[1:], dtype=np.float64)
    m, e, cc, ch, hh = np.zeros(years), np.zeros(years), np.zeros(years), np.zeros(years), np.zeros(years)
    active = np.zeros(years + 1, dtype=np.int64)
    for i in range(first, last):
        g, tau = kind[i], temperature * scale[i]
        low, soft = soft_choice(
            value[i], keep[i], cost[i], hours[i], price_c[g], price_h, tau, reduced, m, e, cc, ch, hh, active
        )
        sums[0] += low
        sums[1] += soft
        count = active[0]
        for k in range(count):
            t = active[k + 1]
            money[g, t] += m[t]
            effort[t] += e[t]
        if not curved:
            continue
        for k in range(count):
            t = active[k + 1]
            curve[g, t, t] += cc[t] / tau
            curve[g, t, years + t] += ch[t] / tau
            curve[g, years + t, t] += ch[t] / tau
            curve[g, years + t, years + t] += hh[t] / tau
            for j in range(count):
                s = active[j + 1]
                curve[g, t, s] -= m[t] * m[s] / tau
                curve[g, t, years + s] -= m[t] * e[s] / tau
                curve[g, years + t, s] -= e[t] * m[s] / tau
                curve[g, years + t, years + s] -= e[t] * e[s] / tau
