"""Compiled sums from row-wise derivatives to those of the parameters."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

from numba import njit

_F = {"reassoc", "contract", "nsz"}  # sums may be split over vector lanes; nothing else is loosened


@njit(
    "void(i8, i8, i8, i8, i8[::1], i8[::1], f8[:, ::1], f8[:, ::1], i8[::1], i8[::1], f8[:, ::1], f8[::1], f8[::1],"
    " i8, f8[:, ::1])",
    cache=True,
    fastmath=_F,
)
def add_slope(start, lanes, local, stages, first, width, g, at, group, period, share, gd, gu, fixed, hc):
    """Add a block's weighted local gradient to that of the parameters.

    Local variable v stands for parameters first[v] .. first[v] + width[v] - 1, intercept first; the `stages` first
    ones carry covariates and the shared shift (group and calendar effects). at: a row of ones, then the block's
    covariates.
    """
    for v in range(local):
        total = 0.0
        for b in range(lanes):
            total += g[v, b]
        gd[first[v]] += total
        for c in range(1, width[v]):
            total = 0.0
            for b in range(lanes):
                total += g[v, b] * at[c, b]
            gd[first[v] + c] += total
    if stages == 0 or (gu.size == 0 and share.shape[0] == 0):
        return
    for b in range(lanes):
        hc[local, b] = 0.0
    for v in range(stages):
        for b in range(lanes):
            hc[local, b] += g[v, b]
    if gu.size > 0:
        if group[start] == group[start + lanes - 1]:
            total = 0.0
            for b in range(lanes):
                total += hc[local, b]
            gu[group[start]] += total
        else:
            for b in range(lanes):
                gu[group[start + b]] += hc[local, b]
    for t in range(share.shape[0]):
        for b in range(lanes):
            gd[fixed + period[start + b] + t] += hc[local, b] * share[t, start + b]


@njit(
    "void(i8, i8, i8, i8, i8[::1], i8[::1], f8[:, :, ::1], f8[:, ::1], i8[::1], i8[::1], f8[:, ::1], f8[:, ::1],"
    " f8[::1], f8[:, ::1], i8, f8[:, ::1], f8[::1])",
    cache=True,
    fastmath=_F,
)
def add_curve(start, lanes, local, stages, first, width, h, at, group, period, share, hd, hu, hud, fixed, hc, room):
    """Add a block's weighted local second derivatives to those of the parameters; upper triangles only.

    Expects the lane sums of the gradient in hc[local], as `add_slope` leaves them. Longer than most functions
    because every pair of parameter kinds (covariate, group, calendar) has its own place.
    """
    for v in range(local):
        for k in range(v, local):
            for c in range(width[v]):
                for b in range(lanes):
                    room[b] = h[v, k, b]
                if c > 0:
                    for b in range(lanes):
                        room[b] *= at[c, b]
                for e in range(c if k == v else 0, width[k]):
                    total = 0.0
                    if e == 0:
                        for b in range(lanes):
                            total += room[b]
                    else:
                        for b in range(lanes):
                            total += room[b] * at[e, b]
                    hd[first[v] + c, first[k] + e] += total
    if stages == 0 or (hu.size == 0 and share.shape[0] == 0):
        return
    # the shift is common to all stages: its second derivatives are row sums of the local ones
    gc, hcc = local, local + 1
    for b in range(lanes):
        hc[hcc, b] = 0.0
    for k in range(local):
        for b in range(lanes):
            hc[k, b] = 0.0
        for v in range(stages):
            lo, hi = min(v, k), max(v, k)
            for b in range(lanes):
                hc[k, b] += h[lo, hi, b]
        if k < stages:
            for b in range(lanes):
                hc[hcc, b] += hc[k, b]
    begin = 0
    while hu.size > 0 and begin < lanes:
        one, end = group[start + begin], begin + 1
        while end < lanes and group[start + end] == one:
            end += 1
        total = 0.0
        for b in range(begin, end):
            total += hc[hcc, b]
        hu[one] += total
        for k in range(local):
            for c in range(width[k]):
                total = 0.0
                for b in range(begin, end):
                    total += hc[k, b] * at[c, b]
                hud[one, first[k] + c] += total
        begin = end
    for t in range(share.shape[0]):
        for b in range(lanes):
            row = start + b
            s = share[t, row]
            if s == 0.0:
                continue
            p = fixed + period[row] + t
            hd[p, p] += hc[gc, b] * s
            for t2 in range(t, share.shape[0]):
                s2 = share[t2, row]
                if s2 != 0.0:
                    hd[p, fixed + period[row] + t2] += (hc[hcc, b] - hc[gc, b]) * s * s2
            for k in range(local):
                hd[first[k], p] += hc[k, b] * s
                for c in range(1, width[k]):
                    hd[first[k] + c, p] += hc[k, b] * s * at[c, b]
            if hu.size > 0:
                hud[group[row], p] += hc[hcc, b] * s
