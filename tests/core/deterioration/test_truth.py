"""The simulator's truth is found within the intervals (larger sizes: tests/bench/bench_recovery.py)."""

from collections import Counter

from tests.core.deterioration.truth import inside


def test_hazards_owners_exits_and_drift_lie_within_their_intervals():
    hit, total = Counter(), Counter()
    for seed in range(12):
        found, fit = inside(1_000, seed)
        assert fit.converged
        for name, (good, of) in found.items():
            hit[name] += good
            total[name] += of
    # 90 % of 36, 144, 48 and 24: at most about three standard deviations below
    assert hit["hazards"] >= 27
    assert hit["owners"] >= 118
    assert hit["exits"] >= 37
    assert hit["drift"] >= 17
