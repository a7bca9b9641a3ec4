"""Ordered curves of spans seen once."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from gunmane.core.deterioration.curves import Looks, fit_curves, likelihood
from gunmane.core.deterioration.lifetimes import Lifetimes, fit_lifetimes
from gunmane.core.errors import GunmaneError


def looks(seed, size, shape=2.2, scales=(40.0, 70.0, 110.0)):
    """Spans seen once, at any age, with their rank; simulated."""
    generator = np.random.default_rng(seed)
    age = generator.uniform(1, 90, size)
    when = np.array(scales)[None, :] * generator.weibull(shape, size)[:, None]
    return age, (when <= age[:, None]).sum(axis=1)


def test_slopes_are_those_of_differences():
    age, rank = looks(1, 60)
    theta = np.array([0.7, 3.9, -0.4, -0.8])
    weight = np.linspace(0.5, 2, 60)
    numeric = approx_fprime(theta, lambda t: likelihood(t, np.log(age), rank, weight, 4)[0], 1e-6)
    assert likelihood(theta, np.log(age), rank, weight, 4)[1] == pytest.approx(numeric, rel=1e-4, abs=1e-3)


def test_truth_is_found_and_curves_never_cross():
    age, rank = looks(2, 20_000)
    fit = fit_curves(Looks(age=age, rank=rank, kind=np.zeros(age.size, int)), states=4, kinds=1)
    assert fit.converged
    error = np.sqrt(np.diag(fit.covariance[0]))
    assert abs(np.log(fit.shape(0)) - np.log(2.2)) < 3 * error[0]
    assert np.log(fit.scales(0)) == pytest.approx(np.log([40, 70, 110]), abs=0.05)
    shares = fit.better(0, np.linspace(1, 150, 60))
    assert (np.diff(shares, axis=1) > 0).all()
    assert (np.diff(shares, axis=0) < 0).all()
    low, high = fit.band(0, np.array([30.0, 60.0]))
    assert (low < fit.better(0, np.array([30.0, 60.0]))).all()
    assert (fit.better(0, np.array([30.0, 60.0])) < high).all()
    assert fit.reached(0)[1] == pytest.approx(70 * np.log(2) ** (1 / 2.2), rel=0.03)


def test_two_ranks_are_the_current_status_weibull():
    age, rank = looks(3, 5_000, scales=(50.0,))
    fit = fit_curves(Looks(age=age, rank=rank, kind=np.zeros(age.size, int)), states=2, kinds=1)
    failed = rank == 1
    plain = fit_lifetimes(
        Lifetimes(entry=np.zeros(age.size), lower=np.where(failed, 0.0, age), upper=np.where(failed, age, np.inf))
    )
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=0.05)
    assert np.log(fit.scales(0)[0]) == pytest.approx(plain.parameters[0], abs=0.01)
    assert np.log(fit.shape(0)) == pytest.approx(plain.parameters[1], abs=0.02)


def test_a_material_seen_little_is_held_to_the_others():
    age, rank = looks(4, 4_000)
    other = looks(5, 1_500, scales=(25.0, 45.0, 80.0))
    few = looks(6, 4, scales=(25.0, 45.0, 80.0))
    kind = np.repeat([0, 1, 2], [4_000, 1_500, 4])
    together = [np.concatenate(parts) for parts in zip((age, rank), other, few, strict=True)]
    fit = fit_curves(Looks(age=together[0], rank=together[1], kind=kind), states=4, kinds=4)
    assert fit.scales(1)[0] == pytest.approx(25, rel=0.08)
    assert abs(np.log(fit.scales(2)[0] / fit.scales(4)[0])) < 0.5
    assert np.array_equal(fit.parameters[3], fit.parameters[4])  # never seen: the common curves
    assert np.diag(fit.covariance[2])[1] > np.diag(fit.covariance[1])[1]


def test_coverage_of_the_intervals():
    """90 % intervals of the log scales hold the truth in 84 to 96 % of 120 fits."""
    inside, total = 0, 0
    for seed in range(120):
        age, rank = looks(100 + seed, 400)
        fit = fit_curves(Looks(age=age, rank=rank, kind=np.zeros(400, int)), states=4, kinds=0 + 1)
        theta, cover = fit.parameters[1], fit.covariance[1]
        truth = np.array([np.log(2.2), np.log(40), np.log(np.log(70 / 40)), np.log(np.log(110 / 70))])
        inside += int((np.abs(theta - truth) < 1.645 * np.sqrt(np.diag(cover))).sum())
        total += 4
    assert 0.84 < inside / total < 0.96


def test_faulty_looks_are_refused_with_every_fault():
    with pytest.raises(GunmaneError) as caught:
        fit_curves(
            Looks(age=np.array([-1.0, np.nan, 5]), rank=np.array([0, 1, 9]), kind=np.zeros(3, int)), states=4, kinds=1
        )
    assert {f.code for f in caught.value.faults} == {"age_negative", "age_not_a_number", "rank_outside_scale"}
