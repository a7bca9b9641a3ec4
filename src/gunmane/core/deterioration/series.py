"""Compiled series for the divided difference of exp, and exp itself, over lanes of neighbouring memory."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

from numba import njit

LANES = 64
_MAGIC = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
_TINY = 1e-18


@njit("void(f8[::1], f8[::1], f8[::1], i8[::1], i8)", cache=True)
def exp_lanes(x, out, room, bits, n):
    """exp for |x| < 700 without branches, so that it vectorises; `bits` must view `room`. Error below 1 ulp."""
    for b in range(n):
        room[b] = x[b] * 1.4426950408889634 + _MAGIC
    for b in range(n):
        k = room[b] - _MAGIC
        r = (x[b] - k * 0.6931471803691238) - k * 1.9082149292705877e-10
        p = 1.0 / 6227020800.0
        p = p * r + 1.0 / 479001600.0
        p = p * r + 1.0 / 39916800.0
        p = p * r + 1.0 / 3628800.0
        p = p * r + 1.0 / 362880.0
        p = p * r + 1.0 / 40320.0
        p = p * r + 1.0 / 5040.0
        p = p * r + 1.0 / 720.0
        p = p * r + 1.0 / 120.0
        p = p * r + 1.0 / 24.0
        p = p * r + 1.0 / 6.0
        p = p * r + 0.5
        p = p * r + 1.0
        out[b] = p * r + 1.0
    for b in range(n):
        bits[b] = (bits[b] << 52) + (1023 << 52)
    for b in range(n):
        out[b] *= room[b]


@njit("i8(f8)", cache=True)
def _terms(top):
    """Number of series terms after which the rest is below 1e-18 of the sum, for nodes within [0, top]."""
    term, r = 1.0, 0
    while term > _TINY or r < top:
        r += 1
        term *= top / r
        if r >= 20000:
            break
    return r


@njit("void(f8[:, ::1], i8, i8, i8, i8, f8, f8[::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[::1])", cache=True)
def series(y, n, nodes, lanes, order, top, d, d1, h, d2, scale):
    """Divided difference exp[-.., y_0..y_n] in units of exp(top) per lane, with its derivatives by node.

    d: value, d1[q]: node q repeated, d2[q, l], q <= l: both repeated. `scale` gets the log of what was taken out
    to stay within range (only for top > 600).
    """
    value = 1.0
    for q in range(1, n + 1):
        value /= q
    for b in range(lanes):
        d[b] = value
        scale[b] = 0.0
    for q in range(n + 1):
        for b in range(lanes):
            h[q, b] = value
    if order > 0:
        for q in range(nodes):
            for b in range(lanes):
                d1[q, b] = value / (n + 1)
    if order > 1:
        for q in range(nodes):
            for k in range(q, nodes):
                for b in range(lanes):
                    d2[q, k, b] = value / ((n + 1) * (n + 2))
    # sums of the node-repeated series run in own accumulators behind the first `nodes` rows
    g, w = h[n + 1 :], d2[nodes:]
    if order > 0:
        for q in range(nodes):
            for b in range(lanes):
                g[q, b] = d1[q, b]
    if order > 1:
        for q in range(nodes):
            for k in range(q, nodes):
                for b in range(lanes):
                    w[q, k, b] = d2[q, k, b]
    for r in range(1, _terms(top) + 1):
        c0 = 1.0 / (n + r)
        for b in range(lanes):
            h[0, b] *= y[0, b] * c0
        for q in range(1, n + 1):
            for b in range(lanes):
                h[q, b] = h[q, b] * y[q, b] * c0 + h[q - 1, b]
        for b in range(lanes):
            d[b] += h[n, b]
        if order > 0:
            c1 = 1.0 / (n + 1 + r)
            for q in range(nodes):
                for b in range(lanes):
                    g[q, b] = (g[q, b] * y[q, b] + h[n, b]) * c1
                    d1[q, b] += g[q, b]
        if order > 1:
            c2 = 1.0 / (n + 2 + r)
            for q in range(nodes):
                for k in range(q, nodes):
                    for b in range(lanes):
                        w[q, k, b] = (w[q, k, b] * y[k, b] + g[q, b]) * c2
                        d2[q, k, b] += w[q, k, b]
        if top > 600.0 and r % 16 == 0:
            for b in range(lanes):
                if d[b] > 1e150:
                    scale[b] += 150.0 * 2.302585092994046
                    d[b] *= 1e-150
                    for q in range(n + 1):
                        h[q, b] *= 1e-150
                    for q in range(nodes):
                        if order > 0:
                            g[q, b] *= 1e-150
                            d1[q, b] *= 1e-150
                        if order > 1:
                            for k in range(q, nodes):
                                w[q, k, b] *= 1e-150
                                d2[q, k, b] *= 1e-150
