"""The two ways to a divided difference of exp, and log, against each other and against more digits."""

from fractions import Fraction

import numpy as np
import pytest

from gunmane.core.deterioration.series import LANES, log_lanes, pair, series

GAPS = [0.0, 1e-300, 1e-12, 1e-8, 1e-3, 0.3, 0.999999, 1.0, 1.000001, 2.5, 17.0, 90.0]


def _room():
    room = np.zeros(LANES)
    return room, room.view(np.int64)


def _exact(gap, repeats):
    """exp[-gap (repeats[1] times), 0 (repeats[0] times)] times exp(gap), by its series in many digits."""
    nodes = [Fraction(0)] * repeats[0] + [-Fraction(gap)] * repeats[1]
    total, size = Fraction(0), len(nodes) - 1
    shifted = [node + Fraction(gap) for node in nodes]
    factorial, r = Fraction(1), 0
    for k in range(1, size + 1):
        factorial *= k
    table = [Fraction(1)] * (size + 1)  # complete homogeneous polynomials of the shifted nodes
    while True:
        term = table[size] / factorial
        total += term
        if r > 2 * gap + 20 and term < total * Fraction(1, 10**25):
            return total
        r += 1
        factorial *= size + r
        table[0] *= shifted[0]
        for q in range(1, size + 1):
            table[q] = _cut(table[q] * shifted[q] + table[q - 1])


def _cut(value):
    """Keep 60 binary digits more than a double has, so that fractions stay short."""
    if value == 0:
        return value
    shift = 180 - (value.numerator.bit_length() - value.denominator.bit_length())
    return Fraction(int(value * Fraction(2) ** shift)) / Fraction(2) ** shift


@pytest.mark.parametrize("first", [True, False])
def test_two_nodes_in_closed_form(first):
    lanes = len(GAPS)
    y = np.zeros((4, LANES))
    y[0 if first else 1, :lanes] = GAPS
    d, scale = np.zeros(LANES), np.zeros(LANES)
    d1, d2, work = np.zeros((4, LANES)), np.zeros((4, 4, LANES)), np.zeros((8, LANES))
    pair(y, 2, lanes, 2, d, d1, work, d2, scale, *_room())
    one, other = (0, 1) if first else (1, 0)
    for b, gap in enumerate(GAPS):
        shift = float(np.exp(-gap)) if gap < 700 else 0.0
        assert scale[b] == gap

        def exact(zeros, gaps, gap=gap, shift=shift):
            return float(_exact(gap, (zeros, gaps))) * shift

        assert d[b] == pytest.approx(exact(1, 1), rel=3e-15)
        assert d1[one, b] == pytest.approx(exact(2, 1), rel=3e-15)
        assert d1[other, b] == pytest.approx(exact(1, 2), rel=3e-14)
        assert d2[one, one, b] == pytest.approx(exact(3, 1), rel=3e-15)
        assert d2[0, 1, b] == pytest.approx(exact(2, 2), rel=2e-14 * (1 + gap))
        assert d2[other, other, b] == pytest.approx(exact(1, 3), rel=2e-14 * (1 + gap) ** 2)


def test_both_ways_agree():
    y = np.zeros((4, LANES))
    y[0, :] = np.linspace(0.0, 30.0, LANES)
    y[1, ::3] = y[0, ::3]
    y[0, ::3] = 0.0
    shape = (np.zeros(LANES), np.zeros((4, LANES)), np.zeros((8, LANES)), np.zeros((8, 4, LANES)), np.zeros(LANES))
    d, d1, work, d2, scale = (block.copy() for block in shape)
    pair(y, 2, LANES, 2, d, d1, work, d2, scale, *_room())
    s, s1, work, s2, none = (block.copy() for block in shape)
    series(y, 1, 2, LANES, 2, 30.0, s, s1, work, s2, none)
    gap = np.exp(scale)
    assert d * gap == pytest.approx(s, rel=1e-14)
    assert d1[:2] * gap == pytest.approx(s1[:2], rel=1e-12)
    for q, k in ((0, 0), (0, 1), (1, 1)):
        assert d2[q, k] * gap == pytest.approx(s2[q, k], rel=1e-10)


def test_logarithm():
    generator = np.random.default_rng(1)
    x = np.concatenate([
        np.exp(generator.uniform(-300, 300, 2000)), 1 + generator.uniform(-1e-3, 1e-3, 400),
        [1.0, 0.5, 2.0, np.sqrt(0.5), 2.3e-308],
    ])  # fmt: skip
    out, room = np.zeros(x.size), np.zeros(x.size)
    log_lanes(x, out, room, room.view(np.int64), x.size)
    assert out == pytest.approx(np.log(x), rel=5e-16, abs=0.0)
