"""Exchanges between assets of a portfolio: one takes an option it wants, others make room, all or nothing."""

# Kernels are typed by numba from their arguments; annotations would say nothing.
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false

import numba as nb
import numpy as np

from gunmane.core.plan.moves import best_fit, full, shift, value_at


@nb.njit(cache=True, nogil=True)
def exchange(seed, rounds, value, keep, cost, hours, group, near, choice, money, effort, groups, cap_m, cap_h, cap_g):
    """Give a random asset a near option although a year overflows, and let others of that year make room.

    The whole exchange is kept when the true value falls, and undone when not; returns the value gained.
    """
    np.random.seed(seed)  # noqa: TID251 (compiled code has a state of its own, set from the argument)
    n, _, years = value.shape
    gained = 0.0
    size = np.zeros(years, dtype=np.int64)
    member = np.empty((years, n), dtype=np.int32)
    place = np.empty(n, dtype=np.int32)
    for i in range(n):
        if choice[i] >= 0:
            t = choice[i] % years
            member[t, size[t]] = i
            place[i] = size[t]
            size[t] += 1
    moved = np.empty(6, dtype=np.int64)
    before = np.empty(6, dtype=np.int64)
    for _ in range(rounds):
        i = np.random.randint(n)
        to = near[i, np.random.randint(near.shape[1])]
        old = choice[i]
        if to == old or to < -1:
            continue
        delta = value_at(i, to, value, keep) - value_at(i, old, value, keep)
        shift(i, old, -1.0, years, cost, hours, group, money, effort, groups)
        shift(i, to, 1.0, years, cost, hours, group, money, effort, groups)
        moved[0], before[0], count = i, old, 1
        choice[i] = to
        t = to % years
        tries = 0
        while to >= 0 and count < 6 and tries < 12:
            if not full(i, t, money, effort, groups, group, cap_m, cap_h, cap_g):
                break
            tries += 1
            if size[t] == 0:
                break
            k = np.int64(member[t, np.random.randint(size[t])])
            again = False
            for q in range(count):
                again = again or moved[q] == k
            if again or choice[k] < 0 or choice[k] % years != t:
                continue
            was = choice[k]
            shift(k, was, -1.0, years, cost, hours, group, money, effort, groups)
            at, low = best_fit(k, value, keep, cost, hours, group, money, effort, groups, cap_m, cap_h, cap_g)
            more = low - value_at(k, was, value, keep)
            if low == np.inf or at == was or delta + more > 0.0:
                shift(k, was, 1.0, years, cost, hours, group, money, effort, groups)
                continue
            shift(k, at, 1.0, years, cost, hours, group, money, effort, groups)
            choice[k] = at
            moved[count], before[count] = k, was
            count += 1
            delta += more
        stuck = to >= 0 and full(i, t, money, effort, groups, group, cap_m, cap_h, cap_g)
        if not stuck and old >= 0 and delta >= 0.0:
            # Room was freed in the year that the asset left: somebody else may use it.
            s = old % years
            for _try in range(4):
                if count >= 6:
                    break
                k = np.random.randint(n)
                again = False
                for q in range(count):
                    again = again or moved[q] == k
                if again:
                    continue
                was = choice[k]
                shift(k, was, -1.0, years, cost, hours, group, money, effort, groups)
                at, low = best_fit(k, value, keep, cost, hours, group, money, effort, groups, cap_m, cap_h, cap_g)
                if low < value_at(k, was, value, keep):
                    delta += low - value_at(k, was, value, keep)
                    moved[count], before[count] = k, was
                    count += 1
                else:
                    at = was
                shift(k, at, 1.0, years, cost, hours, group, money, effort, groups)
                choice[k] = at
                if delta < 0 or s < 0:
                    break
        if stuck or delta >= -1e-12:
            for q in range(count - 1, -1, -1):
                k = moved[q]
                shift(k, choice[k], -1.0, years, cost, hours, group, money, effort, groups)
                shift(k, before[q], 1.0, years, cost, hours, group, money, effort, groups)
                choice[k] = before[q]
            continue
        gained -= delta
        for q in range(count):
            k = moved[q]
            if before[q] >= 0:
                t = before[q] % years
                last = member[t, size[t] - 1]
                member[t, place[k]] = last
                place[last] = place[k]
                size[t] -= 1
            if choice[k] >= 0:
                t = choice[k] % years
                member[t, size[t]] = k
                place[k] = size[t]
                size[t] += 1
    return gained
