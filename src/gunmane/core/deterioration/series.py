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


@njit("void(f8[::1], f8[::1], f8[::1], i8[::1], i8)", cache=True)
def log_lanes(x, out, room, bits, n):
    """log for positive, normal x without branches; `bits` must view `room`. Error below 2 ulp.

    x = m 2^k with m in [0.7, 1.42); log m = 2 artanh((m - 1) / (m + 1)) by its series up to the 21st power.
    """
    for b in range(n):
        room[b] = x[b]
    for b in range(n):
        k = (bits[b] - 0x3FE6A09E667F3BCD) >> 52
        bits[b] -= k << 52
        out[b] = float(k)
    for b in range(n):
        s = (room[b] - 1.0) / (room[b] + 1.0)
        t = s * s
        p = 1.0 / 21.0
        p = p * t + 1.0 / 19.0
        p = p * t + 1.0 / 17.0
        p = p * t + 1.0 / 15.0
        p = p * t + 1.0 / 13.0
        p = p * t + 1.0 / 11.0
        p = p * t + 1.0 / 9.0
        p = p * t + 1.0 / 7.0
        p = p * t + 0.2
        p = p * t + 1.0 / 3.0
        rest = 2.0 * s * t * p + out[b] * 1.9082149292705877e-10
        out[b] = out[b] * 0.6931471803691238 + (2.0 * s + rest)


@njit("void(f8[::1], f8[::1], f8[::1], f8[::1], i8[::1], i8)", cache=True)
def log_hazard_lanes(p, out, work, room, bits, n):
    """log(-log(1 - p)) for 1e-300 <= p < 1: the log of the cumulative hazard behind a probability.

    -log(1 - p) = 2 artanh(p / (2 - p)), by its series for p < 0.29, so that small ones keep all their digits.
    """
    for b in range(n):
        work[b] = 1.0 - p[b]
    log_lanes(work, out, room, bits, n)
    for b in range(n):
        s = p[b] / (2.0 - p[b])
        t = s * s
        q = 1.0 / 21.0
        q = q * t + 1.0 / 19.0
        q = q * t + 1.0 / 17.0
        q = q * t + 1.0 / 15.0
        q = q * t + 1.0 / 13.0
        q = q * t + 1.0 / 11.0
        q = q * t + 1.0 / 9.0
        q = q * t + 1.0 / 7.0
        q = q * t + 0.2
        q = q * t + 1.0 / 3.0
        work[b] = 2.0 * s + 2.0 * s * t * q if p[b] < 0.29 else -out[b]
    log_lanes(work, out, room, bits, n)


@njit(
    "void(f8[:, ::1], i8, i8, i8, f8[::1], f8[:, ::1], f8[:, ::1], f8[:, :, ::1], f8[::1], f8[::1], i8[::1])",
    cache=True,
)
def pair(y, nodes, lanes, order, d, d1, work, d2, scale, room, bits):
    """What `series` gives for two nodes (n = 1), in closed form; y as there, `scale` is the log of what is taken out.

    With e = |y_0 - y_1| and phi_k the functions of exponential integrators, exp[0, -e] = phi_1(-e), and a node 0
    repeated gives phi_2, phi_3; the sum over all repetitions is the divided difference itself, which gives the
    others. phi_3 by its power series for e < 1 and by the recurrence from exp otherwise: at most three bits are lost.
    """
    for b in range(lanes):
        scale[b] = abs(y[0, b] - y[1, b])
        work[0, b] = -min(scale[b], 600.0)
    exp_lanes(work[0], work[1], room, bits, lanes)
    for b in range(lanes):
        e = scale[b]
        p = 1.0 / 355687428096000.0
        p = 1.0 / 20922789888000.0 - p * e
        p = 1.0 / 1307674368000.0 - p * e
        p = 1.0 / 87178291200.0 - p * e
        p = 1.0 / 6227020800.0 - p * e
        p = 1.0 / 479001600.0 - p * e
        p = 1.0 / 39916800.0 - p * e
        p = 1.0 / 3628800.0 - p * e
        p = 1.0 / 362880.0 - p * e
        p = 1.0 / 40320.0 - p * e
        p = 1.0 / 5040.0 - p * e
        p = 1.0 / 720.0 - p * e
        p = 1.0 / 120.0 - p * e
        p = 1.0 / 24.0 - p * e
        near3 = 1.0 / 6.0 - p * e
        near2 = 0.5 - e * near3
        near1 = 1.0 - e * near2
        over = 1.0 / max(e, 1.0)
        far1 = (1.0 - work[1, b]) * over
        far2 = (1.0 - far1) * over
        far3 = (0.5 - far2) * over
        close = e < 1.0
        d[b] = near1 if close else far1
        work[0, b] = near2 if close else far2
        work[1, b] = near3 if close else far3
    if order > 0:
        for b in range(lanes):
            first = y[0, b] >= y[1, b]
            high, low = work[0, b], d[b] - work[0, b]
            d1[0, b] = high if first else low
            if nodes > 1:
                d1[1, b] = low if first else high
    if order > 1:
        for b in range(lanes):
            first = y[0, b] >= y[1, b]
            high = work[1, b]
            low = 0.5 * (d[b] - 2.0 * (work[0, b] - work[1, b]))
            d2[0, 0, b] = high if first else low
            if nodes > 1:
                d2[0, 1, b] = work[0, b] - 2.0 * work[1, b]
                d2[1, 1, b] = low if first else high


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
