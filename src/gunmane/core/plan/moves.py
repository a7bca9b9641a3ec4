"""Kernels of the portfolio search: draw, mend, settle, spend; choices and sums are changed in place.

An option is -1 (keep) or measure x T + year. `money`, `effort` and `groups` hold what the choice uses by year (and
group), `cap_m`, `cap_h` and `cap_g` the limits.
"""

# Kernels are typed by numba from their arguments; annotations would say nothing.
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false

import numba as nb
import numpy as np


@nb.njit(cache=True, nogil=True)
def draw(value, keep, cost, hours, kind, price_c, price_h, scale, temperature, lots, choice):
    """Draw each asset's option from its soft choice; temperature 0 takes the least reduced value."""
    n, measures, years = value.shape
    reduced = np.empty(measures * years)
    for i in range(n):
        g = kind[i]
        low, at = keep[i], -1
        for o in range(measures):
            for t in range(years):
                r = value[i, o, t] + cost[i, o] * price_c[g, t] + hours[i, o] * price_h[t]
                reduced[o * years + t] = r
                if r < low:
                    low, at = r, o * years + t
        choice[i] = at
        tau = temperature * scale[i]
        if tau <= 0:
            continue
        limit = low + 30.0 * tau
        whole = np.exp((low - keep[i]) / tau) if keep[i] < limit else 0.0
        first = whole
        for j in range(measures * years):
            if reduced[j] < limit:
                whole += np.exp((low - reduced[j]) / tau)
        left = lots[i] * whole - first
        if left < 0:
            choice[i] = -1
            continue
        for j in range(measures * years):
            if reduced[j] < limit:
                left -= np.exp((low - reduced[j]) / tau)
                if left < 0:
                    choice[i] = j
                    break


@nb.njit(cache=True, nogil=True)
def shift(i, j, sign, years, cost, hours, group, money, effort, groups):
    """Add (sign 1) or take away (-1) what option j of asset i uses."""
    if j >= 0:
        o, t = j // years, j % years
        money[t] += sign * cost[i, o]
        effort[t] += sign * hours[i, o]
        for k in range(group.shape[1]):
            groups[group[i, k], t] += sign * cost[i, o]


@nb.njit(cache=True, nogil=True)
def within(i, t, more, group, groups, cap_g):
    """Say whether the groups of asset i can pay so much more in year t."""
    for k in range(group.shape[1]):  # noqa: SIM110 (compiled code has no generators)
        if groups[group[i, k], t] + more > cap_g[group[i, k], t]:
            return False
    return True


@nb.njit(cache=True, nogil=True)
def full(i, t, money, effort, groups, group, cap_m, cap_h, cap_g):
    """Say whether a limit of asset i's is over-used in year t."""
    return money[t] > cap_m[t] or effort[t] > cap_h[t] or not within(i, t, 0.0, group, groups, cap_g)


@nb.njit(cache=True, nogil=True)
def best_fit(i, value, keep, cost, hours, group, money, effort, groups, cap_m, cap_h, cap_g):
    """Return the option of least value that fits (the asset's own use taken away before) and its value."""
    measures, years = value.shape[1], value.shape[2]
    low, at = keep[i], -1
    for o in range(measures):
        c, h = cost[i, o], hours[i, o]
        for t in range(years):
            v = value[i, o, t]
            fits = v < low and money[t] + c <= cap_m[t] and effort[t] + h <= cap_h[t]
            if fits and within(i, t, c, group, groups, cap_g):
                low, at = v, o * years + t
    return at, low


@nb.njit(cache=True, nogil=True)
def value_at(i, j, value, keep):
    return keep[i] if j < 0 else np.float64(value[i, j // value.shape[2], j % value.shape[2]])


@nb.njit(cache=True, nogil=True)
def losses(value, keep, cost, hours, group, choice, money, effort, groups, cap_m, cap_h, cap_g, loss):
    """For each asset in an over-used year: value lost per share of the over-used limits freed; inf elsewhere."""
    n, _, years = value.shape
    for i in range(n):
        loss[i] = np.inf
        j = choice[i]
        if j < 0:
            continue
        o, t = j // years, j % years
        freed = 0.0
        if money[t] > cap_m[t]:
            freed += cost[i, o] / max(money[t] - cap_m[t], 1e-300)
        if effort[t] > cap_h[t]:
            freed += hours[i, o] / max(effort[t] - cap_h[t], 1e-300)
        for k in range(group.shape[1]):
            over = groups[group[i, k], t] - cap_g[group[i, k], t]
            if over > 0:
                freed += cost[i, o] / max(over, 1e-300)
        if freed <= 0:
            continue
        shift(i, j, -1.0, years, cost, hours, group, money, effort, groups)
        _, low = best_fit(i, value, keep, cost, hours, group, money, effort, groups, cap_m, cap_h, cap_g)
        shift(i, j, 1.0, years, cost, hours, group, money, effort, groups)
        if low < np.inf:
            loss[i] = (low - value_at(i, j, value, keep)) / freed


@nb.njit(cache=True, nogil=True)
def mend(order, value, keep, cost, hours, group, choice, money, effort, groups, cap_m, cap_h, cap_g):
    """Move assets out of over-used years in the given order until nothing is over-used; returns how many moved."""
    years, moves = value.shape[2], 0
    for k in range(len(order)):
        i = order[k]
        j = choice[i]
        if j < 0 or not full(i, j % years, money, effort, groups, group, cap_m, cap_h, cap_g):
            continue
        shift(i, j, -1.0, years, cost, hours, group, money, effort, groups)
        at, low = best_fit(i, value, keep, cost, hours, group, money, effort, groups, cap_m, cap_h, cap_g)
        if low == np.inf or at == j:
            at = j
        else:
            moves += 1
        shift(i, at, 1.0, years, cost, hours, group, money, effort, groups)
        choice[i] = at
    return moves


@nb.njit(cache=True, nogil=True)
def excess(amount, limit, fine):
    return (amount - limit) * fine if amount > limit else 0.0


@nb.njit(cache=True, nogil=True)
def settle(
    order,
    near,
    fine_m,
    fine_h,
    fine_g,
    value,
    keep,
    cost,
    hours,
    group,
    choice,
    money,
    effort,
    groups,
    cap_m,
    cap_h,
    cap_g,
):
    """Give each asset in turn the near option of least value plus fines for over-use; returns how many moved."""
    years, moves = value.shape[2], 0
    for k in range(len(order)):
        i = order[k]
        j = choice[i]
        shift(i, j, -1.0, years, cost, hours, group, money, effort, groups)
        low, at = np.inf, j
        for q in range(-1, near.shape[1]):
            to = j if q < 0 else near[i, q]
            if to < -1 or (q >= 0 and to == j):
                continue
            total = value_at(i, to, value, keep)
            if to >= 0:
                o, t = to // years, to % years
                c, h = cost[i, o], hours[i, o]
                total += excess(money[t] + c, cap_m[t], fine_m[t]) - excess(money[t], cap_m[t], fine_m[t])
                total += excess(effort[t] + h, cap_h[t], fine_h[t]) - excess(effort[t], cap_h[t], fine_h[t])
                for f in range(group.shape[1]):
                    g = group[i, f]
                    total += excess(groups[g, t] + c, cap_g[g, t], fine_g[g, t])
                    total -= excess(groups[g, t], cap_g[g, t], fine_g[g, t])
            if total < low:
                low, at = total, to
        moves += at != j
        shift(i, at, 1.0, years, cost, hours, group, money, effort, groups)
        choice[i] = at
    return moves


@nb.njit(cache=True, nogil=True)
def worth(value, keep, cost, hours, kind, choice, price_c, price_h, worth):
    """For each asset the greatest gain per priced use that any other option would bring, 0 where none gains."""
    n, measures, years = value.shape
    for i in range(n):
        g, j = kind[i], choice[i]
        now = value_at(i, j, value, keep)
        paid = 0.0
        if j >= 0:
            paid = cost[i, j // years] * price_c[g, j % years] + hours[i, j // years] * price_h[j % years]
        best = 0.0
        for o in range(measures):
            for t in range(years):
                gain = now - value[i, o, t]
                if gain > 0:
                    extra = cost[i, o] * price_c[g, t] + hours[i, o] * price_h[t] - paid
                    best = max(best, gain / max(extra, 1e-9 * (1.0 + abs(paid))))
        worth[i] = best


@nb.njit(cache=True, nogil=True)
def improve(order, value, keep, cost, hours, group, choice, money, effort, groups, cap_m, cap_h, cap_g):
    """Give each asset in turn its best option that fits; returns the value gained."""
    years, gained = value.shape[2], 0.0
    for k in range(len(order)):
        i = order[k]
        j = choice[i]
        now = value_at(i, j, value, keep)
        shift(i, j, -1.0, years, cost, hours, group, money, effort, groups)
        at, low = best_fit(i, value, keep, cost, hours, group, money, effort, groups, cap_m, cap_h, cap_g)
        if low < now:
            gained += now - low
        else:
            at = j
        shift(i, at, 1.0, years, cost, hours, group, money, effort, groups)
        choice[i] = at
    return gained


@nb.njit(cache=True, nogil=True)
def nearest(value, keep, cost, hours, kind, price_c, price_h, scale, near, margin):
    """For each asset the options of least reduced value, best first, -2 fills up; margin of the best by its scale."""
    n, measures, years = value.shape
    count = near.shape[1]
    level = np.empty(count)
    for i in range(n):
        g = kind[i]
        for q in range(count):
            level[q] = np.inf
            near[i, q] = -2
        for j in range(-1, measures * years):
            if j < 0:
                r = keep[i]
            else:
                o, t = j // years, j % years
                r = value[i, o, t] + cost[i, o] * price_c[g, t] + hours[i, o] * price_h[t]
            if r < level[count - 1]:
                q = count - 1
                while q > 0 and level[q - 1] > r:
                    level[q] = level[q - 1]
                    near[i, q] = near[i, q - 1]
                    q -= 1
                level[q] = r
                near[i, q] = j
        margin[i] = (level[1] - level[0]) / max(scale[i], 1e-300) if count > 1 else np.inf
