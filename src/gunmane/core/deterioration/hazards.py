"""Compiled lifetime families: cumulative hazard and density with first and second derivatives, row by row."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownVariableType=false
# (the types of compiled functions stand in their signatures)

import numpy as np
from numba import njit

WEIBULL, GOMPERTZ, HERZ = 0, 1, 2


@njit("f8(i8, f8, f8, f8, f8, f8, f8[::1])", cache=True)
def cumulative(family, t, log_t, eta, first, second, out):
    """H(t); out: dH by (eta, first, second), then (ee, ef, es, ff, fs, ss).

    Weibull H = (t / exp(eta))^k, first = log k. Gompertz H = exp(eta) (exp(b t) - 1) / b, first = b. Herz
    H = log(A + exp(y)) - log(A + 1), y = t / exp(eta) - c > 0, first = log A, second = log c (Herz, Aqua 1996).
    """
    for k in range(9):
        out[k] = 0.0
    if t <= 0.0:
        return 0.0
    if family == WEIBULL:
        k = np.exp(first)
        away = k * (log_t - eta)
        value = np.exp(min(away, 600.0))
        out[0], out[1] = -k * value, away * value
        out[3], out[4], out[6] = k * k * value, -k * value * (1.0 + away), away * (1.0 + away) * value
        return value
    if family == GOMPERTZ:
        x = first * t
        if abs(x) < 1e-3:
            g = t * (1.0 + x / 2.0 + x * x / 6.0 + x**3 / 24.0)
            g1 = t * t * (0.5 + x / 3.0 + x * x / 8.0 + x**3 / 30.0)
            g2 = t**3 * (1.0 / 3.0 + x / 4.0 + x * x / 10.0 + x**3 / 36.0)
        else:
            e = np.exp(min(x, 600.0))
            g = np.expm1(min(x, 600.0)) / first
            g1 = (t * e - g) / first
            g2 = (t * t * e - 2.0 * g1) / first
        rate = np.exp(min(eta, 600.0))
        out[0] = out[3] = rate * g
        out[1] = out[4] = rate * g1
        out[6] = rate * g2
        return rate * g
    tau, c, big_a = np.exp(log_t - eta), np.exp(second), np.exp(first)
    y = tau - c
    if y <= 0.0:
        return 0.0
    q = 1.0 / (1.0 + np.exp(y - first))
    p, w = 1.0 - q, big_a / (1.0 + big_a)
    out[0], out[1], out[2] = -p * tau, q - w, -p * c
    out[3], out[4], out[5] = p * q * tau * tau + p * tau, p * q * tau, p * q * tau * c
    out[6], out[7], out[8] = p * q - w * (1.0 - w), p * q * c, p * q * c * c - p * c
    high = max(first, y)
    return high + np.log(np.exp(first - high) + np.exp(y - high)) - np.log1p(big_a)


@njit("f8(i8, f8, f8, f8, f8, f8, f8[::1])", cache=True)
def log_hazard(family, t, log_t, eta, first, second, out):
    """log h(t), with derivatives as in `cumulative`; -inf where failure is impossible."""
    for k in range(9):
        out[k] = 0.0
    if family == WEIBULL:
        k = np.exp(first)
        away = k * (log_t - eta)
        out[0], out[1] = -k, 1.0 + away
        out[4], out[6] = -k, away
        return first + away - log_t
    if family == GOMPERTZ:
        out[0], out[1] = 1.0, t
        return eta + first * t
    tau, c = np.exp(log_t - eta), np.exp(second)
    y = tau - c
    if y <= 0.0:
        return -np.inf
    q = 1.0 / (1.0 + np.exp(y - first))
    p = 1.0 - q
    out[0], out[1], out[2] = -q * tau - 1.0, -q, -q * c
    out[3], out[4], out[5] = -p * q * tau * tau + q * tau, -p * q * tau, -p * q * tau * c
    out[6], out[7], out[8] = -p * q, -p * q * c, -p * q * c * c - q * c
    return np.log(p) - eta


@njit(
    "f8(f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8, f8[:, ::1], f8[:, ::1])",
    cache=True,
)
def weibull_rows(entry, lower, upper, log_entry, log_lower, log_upper, weight, eta, first, slope, curve):
    """What `lifetimes` says, for Weibull alone: two parameters, whose shape is the same in every row.

    With away = k (log t - eta) and H = exp(away), H's derivatives are -k H, away H, k k H, -k H (1 + away) and
    away (1 + away) H; log(1 - exp(-d)) is log(exp(d) - 1) - d.
    """
    k = np.exp(first)
    total = 0.0
    for n in range(entry.shape[0]):
        away = k * (log_lower[n] - eta[n])
        low = np.exp(min(away, 600.0)) if lower[n] > 0.0 else 0.0
        low_f = away * low if low > 0.0 else 0.0
        low_ff = low_f * (1.0 + away) if low > 0.0 else 0.0
        h, h_f, h_ff = -low, -low_f, -low_ff  # what is linear in H, and its derivatives by the shape
        value, out_e, out_f, out_ee, out_ef, out_ff = -low, 0.0, 0.0, 0.0, 0.0, 0.0
        if entry[n] > 0.0:
            far = k * (log_entry[n] - eta[n])
            early = np.exp(min(far, 600.0))
            value += early
            h += early
            h_f += far * early
            h_ff += far * (1.0 + far) * early
        if lower[n] == upper[n]:
            value += first + away - log_lower[n]
            out_e, out_f, out_ef, out_ff = -k, 1.0 + away, -k, away
        elif upper[n] < np.inf:
            far = k * (log_upper[n] - eta[n])
            high = np.exp(min(far, 600.0))
            d = max(high - low, 1e-300)
            d_f = far * high - low_f
            grown = np.expm1(min(d, 600.0))
            f = 1.0 / grown
            f2 = -(f + f * f)
            value += np.log(grown) - min(d, 600.0)
            h += f * (high - low)
            h_f += f * d_f
            h_ff += f * (far * (1.0 + far) * high - low_ff) + f2 * d_f * d_f
            d_e = -k * (high - low)
            out_ee, out_ef = f2 * d_e * d_e, f2 * d_e * d_f
        w = weight[n]
        total += w * value
        slope[0, n], slope[1, n], slope[2, n] = w * (out_e - k * h), w * (out_f + h_f), 0.0
        curve[0, n], curve[1, n], curve[2, n] = w * (out_ee + k * k * h), w * (out_ef - k * (h + h_f)), 0.0
        curve[3, n], curve[4, n], curve[5, n] = w * (out_ff + h_ff), 0.0, 0.0
    return total


@njit(
    "f8(i8, f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8[::1], f8, f8, f8[:, ::1], f8[:, ::1])",
    cache=True,
)
def lifetimes(family, entry, lower, upper, log_entry, log_lower, log_upper, weight, eta, first, second, slope, curve):
    """Log-likelihood of left-truncated, censored lifetimes; slope (3 x N) and curve (6 x N) per row, weighted.

    H(entry) - H(lower), plus log h where lower == upper, plus log(1 - exp(-(H(upper) - H(lower)))) where upper is
    finite and larger.
    """
    a, b = np.zeros(9), np.zeros(9)
    total = 0.0
    for n in range(entry.shape[0]):
        value = 0.0
        for k in range(3):
            slope[k, n] = 0.0
        for k in range(6):
            curve[k, n] = 0.0
        if entry[n] > 0.0:
            value += cumulative(family, entry[n], log_entry[n], eta[n], first, second, a)
            for k in range(3):
                slope[k, n] += a[k]
            for k in range(6):
                curve[k, n] += a[3 + k]
        low = cumulative(family, lower[n], log_lower[n], eta[n], first, second, a)
        value -= low
        for k in range(3):
            slope[k, n] -= a[k]
        for k in range(6):
            curve[k, n] -= a[3 + k]
        if lower[n] == upper[n]:
            value += log_hazard(family, lower[n], log_lower[n], eta[n], first, second, b)
            for k in range(3):
                slope[k, n] += b[k]
            for k in range(6):
                curve[k, n] += b[3 + k]
        elif upper[n] < np.inf:
            d = cumulative(family, upper[n], log_upper[n], eta[n], first, second, b) - low
            d = max(d, 1e-300)
            f = 1.0 / np.expm1(min(d, 600.0))
            f2 = -(f + f * f)
            value += np.log(-np.expm1(-d))
            at = 0
            for k in range(3):
                dk = b[k] - a[k]
                slope[k, n] += f * dk
                for j in range(k, 3):
                    curve[at, n] += f * (b[3 + at] - a[3 + at]) + f2 * dk * (b[j] - a[j])
                    at += 1
        total += weight[n] * value
        for k in range(3):
            slope[k, n] *= weight[n]
        for k in range(6):
            curve[k, n] *= weight[n]
    return total


@njit("void(f8[:, ::1], f8[::1], i8[::1], f8[::1], f8[::1])", cache=True)
def predict(x, beta, group, effects, eta):
    """eta = x beta + effects[group]; compiled because threaded BLAS is slow on tall, narrow tables."""
    for n in range(x.shape[0]):
        value = effects[group[n]] if effects.shape[0] > 0 else 0.0
        for c in range(x.shape[1]):
            value += x[n, c] * beta[c]
        eta[n] = value


@njit(
    "void(f8[:, ::1], i8[::1], f8[:, ::1], f8[:, ::1], i8, f8[::1], f8[:, ::1], f8[::1], f8[::1], f8[:, ::1])",
    cache=True,
    fastmath={"reassoc", "contract", "nsz"},
)
def gather_rows(x, group, slope, curve, shapes, gradient, hessian, group_slope, group_curve, cross):
    """Sum the rows' derivatives into those of coefficients, shapes and owners (signs as they come)."""
    width, owners = x.shape[1], group_slope.shape[0]
    for n in range(x.shape[0]):
        for c in range(width):
            gradient[c] += slope[0, n] * x[n, c]
            weighted = curve[0, n] * x[n, c]
            for e in range(c, width):
                hessian[c, e] += weighted * x[n, e]
            for k in range(shapes):
                hessian[c, width + k] += curve[1 + k, n] * x[n, c]
        for k in range(shapes):
            gradient[width + k] += slope[1 + k, n]
            for j in range(k, shapes):
                hessian[width + k, width + j] += curve[3 + k + j, n]
        if owners > 0:
            one = group[n]
            group_slope[one] += slope[0, n]
            group_curve[one] += curve[0, n]
            for c in range(width):
                cross[one, c] += curve[0, n] * x[n, c]
            for k in range(shapes):
                cross[one, width + k] += curve[1 + k, n]
