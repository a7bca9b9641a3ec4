"""Lifetimes and recurrent events: derivatives, known answers, recovery from simulation."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from tests import outside

from gunmane.core.deterioration import events, hazards
from gunmane.core.deterioration.events import Memory, Windows, expected_events, fit_events
from gunmane.core.deterioration.lifetimes import (
    SHAPES,
    Family,
    LifetimePrior,
    Lifetimes,
    _Problem,
    fit_lifetimes,
)
from gunmane.core.errors import GunmaneError

DATA = Path(__file__).parent / "data"
SHARED = outside.DATA / "deterioration"


def _table(path):
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))


def _column(table, name, missing=np.inf):
    return np.array([missing if r[name] in ("NA", "", "Inf") else float(r[name]) for r in table])


def test_pipes_with_truncation_and_intervals():
    table = _table(DATA / "pipes_lt_ic.csv.gz")
    entry, lower, upper = (_column(table, name) for name in ("entry", "lo", "hi"))
    material = _column(table, "material")[:, None]
    fit = fit_lifetimes(Lifetimes(entry=entry, lower=lower, upper=upper, covariates=material))
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(-2462.481811, abs=1e-5)  # R optim, same model
    assert fit.parameters == pytest.approx([4.338707, -0.350400, 0.993751], abs=1e-5)
    wrong = fit_lifetimes(Lifetimes(entry=entry * 0, lower=lower, upper=upper, covariates=material))
    assert wrong.log_likelihood == pytest.approx(-2819.106560, abs=1e-5)
    assert wrong.parameters[2] > 1.15  # truth log 2.6 = 0.956: forgetting what failed before makes pipes look strong


@pytest.mark.parametrize("family", list(Family))
def test_derivatives_agree_with_differences(family):
    generator = np.random.default_rng(1)
    size = 60
    entry = generator.uniform(0, 20, size) * (generator.random(size) < 0.5)
    lower = entry + generator.uniform(1, 30, size)
    upper = np.where(
        generator.random(size) < 0.3, np.inf, lower + generator.uniform(1, 9, size) * (generator.random(size) < 0.6)
    )
    data = Lifetimes(
        entry=entry, lower=lower, upper=upper, covariates=generator.normal(size=(size, 1)),
        group=generator.integers(0, 2, size), weight=generator.uniform(0.5, 2, size),
    )  # fmt: skip
    problem = _Problem(data, family, 2, None)
    place = {"weibull": [3.5, 0.2, 0.7], "gompertz": [-4.0, 0.2, 0.05], "herz": [2.0, 0.2, 1.5, -3.5]}[family]
    place, effects = np.array(place), np.array([0.1, -0.1])

    def value(p):
        return problem.evaluate(p, effects)[0]

    _, slope, curve, group_slope, group_curve, cross = problem.evaluate(place, effects)
    assert slope == pytest.approx(approx_fprime(place, value, 1e-7), rel=1e-4, abs=1e-4)
    for k in range(place.size):
        away = np.zeros(place.size)
        away[k] = 1e-6
        above, below = problem.evaluate(place + away, effects), problem.evaluate(place - away, effects)
        assert -curve[k] == pytest.approx((above[1] - below[1]) / 2e-6, rel=1e-4, abs=1e-3)
        assert -cross[:, k] == pytest.approx((above[3] - below[3]) / 2e-6, rel=1e-4, abs=1e-3)
    first = np.array([1e-6, 0.0])
    above, below = problem.evaluate(place, effects + first), problem.evaluate(place, effects - first)
    assert group_slope[0] == pytest.approx((above[0] - below[0]) / 2e-6, rel=1e-4)
    assert -group_curve[0] == pytest.approx((above[3][0] - below[3][0]) / 2e-6, rel=1e-4)
    assert SHAPES[family]


def test_weibull_of_shape_one_is_the_exponential_by_hand():
    data = Lifetimes(
        entry=np.zeros(4), lower=np.array([2.0, 3.0, 5.0, 10.0]), upper=np.array([2.0, 3.0, np.inf, np.inf])
    )
    shape_one = LifetimePrior(median=10.0, median_sd=1e4, shape=1.0, shape_sd=1e-6)
    fit = fit_lifetimes(data, prior=shape_one)
    assert np.exp(-fit.parameters[0]) == pytest.approx(2 / 20, rel=1e-3)
    assert fit.survival(np.array([0.0, 10.0])) == pytest.approx([1.0, np.exp(-1.0)], rel=1e-3)


def test_no_data_gives_back_the_prior_median():
    nothing = Lifetimes(entry=np.zeros(1), lower=np.array([1e-6]), upper=np.array([np.inf]))
    for family in (Family.WEIBULL, Family.GOMPERTZ):
        fit = fit_lifetimes(nothing, family=family, prior=LifetimePrior(median=76.0))
        assert fit.survival(np.array([76.0]))[0] == pytest.approx(0.5, abs=0.01)


def test_owners_are_shrunk_and_recovered():
    generator = np.random.default_rng(5)
    size, groups = 6000, 12
    group = generator.integers(0, groups, size)
    effects = generator.normal(size=groups) * 0.25
    life = np.exp(4.0 + effects[group]) * generator.weibull(2.5, size)
    look = generator.uniform(5, 80, size)  # one camera look each
    data = Lifetimes(
        entry=np.zeros(size),
        lower=np.where(life < look, 0.0, look),
        upper=np.where(life < look, look, np.inf),
        group=group,
    )
    fit = fit_lifetimes(data, groups=groups, prior=LifetimePrior(median=60.0))
    away = fit.group_effects - (effects - effects.mean())
    assert fit.converged
    assert np.abs(away - away.mean()).max() < 0.12
    assert fit.group_sd == pytest.approx(effects.std(), rel=0.5)
    assert np.exp(fit.parameters[1]) == pytest.approx(2.5, rel=0.1)


def test_faults_of_lifetimes_are_named():
    bad = Lifetimes(entry=np.array([5.0, -1.0]), lower=np.array([3.0, 2.0]), upper=np.array([1.0, 3.0]))
    with pytest.raises(GunmaneError) as caught:
        fit_lifetimes(bad)
    assert {f.code for f in caught.value.faults} == {"age_negative", "upper_below_lower", "entry_after_lower"}


@outside.needs("deterioration")
@pytest.mark.parametrize("family", [Family.WEIBULL, Family.GOMPERTZ])
def test_left_truncated_mgus2_converges(family):
    table = _table(SHARED / "surv_mgus2_agescale.csv")
    begin, end, died = (_column(table, name) for name in ("a0", "a1", "death"))
    data = Lifetimes(
        entry=begin, lower=end, upper=np.where(died == 1, end, np.inf), covariates=_column(table, "male")[:, None]
    )
    fit = fit_lifetimes(data, family=family)
    assert fit.converged
    if family is Family.WEIBULL:
        assert fit.log_likelihood == pytest.approx(-3131.632504, abs=1e-5)
        assert fit.parameters == pytest.approx([4.323374, -0.065763, 1.678263], rel=1e-4)
    else:
        assert fit.log_likelihood >= -3121.145132 - 1e-5  # R's optim stopped 5e-6 short
        assert fit.parameters[2] == pytest.approx(0.06034957, rel=1e-3)


@outside.needs("deterioration")
def test_survreg_references():
    table = _table(SHARED / "surv_capacitor.csv")
    ends, failed = _column(table, "time"), _column(table, "status")
    x = np.column_stack([_column(table, "temperature"), _column(table, "voltage")])
    data = Lifetimes(entry=ends * 0, lower=ends, upper=np.where(failed == 1, ends, np.inf), covariates=x)
    fit = fit_lifetimes(data)
    assert fit.log_likelihood == pytest.approx(-244.242343, abs=1e-5)
    assert np.exp(-fit.parameters[3]) == pytest.approx(0.36380918, rel=1e-4)
    table = _table(SHARED / "surv_lung.csv")
    ends, failed = _column(table, "time"), _column(table, "status")
    x = np.column_stack([_column(table, "age"), _column(table, "sex")])
    fit = fit_lifetimes(
        Lifetimes(entry=ends * 0, lower=ends, upper=np.where(failed == 2, ends, np.inf), covariates=x)
    )
    assert fit.log_likelihood == pytest.approx(-1147.054431, abs=1e-5)
    assert fit.parameters[:3] == pytest.approx([6.274853, -0.01225703, 0.38208514], rel=1e-4)
    table = _table(SHARED / "surv_turbine_currentstatus.csv")
    fit = fit_lifetimes(
        Lifetimes(
            entry=np.zeros(len(table)),
            lower=_column(table, "L", 0.0),
            upper=_column(table, "U"),
            weight=_column(table, "w"),
        )
    )
    assert fit.log_likelihood == pytest.approx(-189.287193, abs=1e-5)
    assert fit.parameters[0] == pytest.approx(3.845397, rel=1e-4)
    assert np.exp(-fit.parameters[1]) == pytest.approx(0.459605, rel=1e-4)


def _windows(size, seed):
    generator = np.random.default_rng(seed)
    start = generator.uniform(0, 30, size)
    end = start + generator.uniform(5, 20, size)
    length = generator.uniform(20, 500, size)
    x = generator.integers(0, 2, (size, 1)).astype(float)
    rate = np.exp(-8.5 + 0.5 * x[:, 0] + 0.7 * np.log(length))
    return generator, Windows(start=start, end=end, events=np.zeros(size), length=length, covariates=x), rate


def _close(fit, truth):
    sd = np.sqrt(np.diag(fit.covariance))
    return (np.abs(fit.parameters - truth) / sd).max()


def test_events_of_mixed_pipes_are_recovered():
    generator, data, rate = _windows(8000, 1)
    mean = rate * (data.end**1.4 - data.start**1.4)
    frail = generator.gamma(1.5, 1 / 1.5, 8000)
    data = Windows(
        start=data.start, end=data.end, events=generator.poisson(frail * mean).astype(float), length=data.length,
        covariates=data.covariates,
    )  # fmt: skip
    fit = fit_events(data, memory=Memory.MIXED)
    assert fit.converged
    assert _close(fit, [-8.5, 0.5, 0.7, np.log(1.4), np.log(1.5)]) < 3.7
    poisson = fit_events(data, memory=Memory.POISSON)
    assert fit.log_likelihood > poisson.log_likelihood + 50
    coming = expected_events(fit, data, 5.0)
    actual = generator.poisson(frail * rate * ((data.end + 5) ** 1.4 - data.end**1.4))
    assert coming.sum() == pytest.approx(actual.sum(), rel=0.1)
    own = expected_events(poisson, data, 5.0)
    assert ((coming - actual) ** 2).mean() < ((own - actual) ** 2).mean()


def test_yule_process_with_late_recording_is_recovered():
    generator, data, rate = _windows(6000, 2)
    alpha, k = 0.8, 1.4
    counts = np.zeros(6000)
    for n in range(6000):  # in the time Lambda(t) the intensity is 1 + alpha N
        at, until, seen_from, total = 0.0, rate[n] * data.end[n] ** k, rate[n] * data.start[n] ** k, 0
        while True:
            at += generator.exponential(1 / (1 + alpha * total))
            if at > until:
                break
            total += 1
            counts[n] += at > seen_from
    data = Windows(start=data.start, end=data.end, events=counts, length=data.length, covariates=data.covariates)
    fit = fit_events(data, memory=Memory.LEYP)
    assert fit.converged
    assert _close(fit, [-8.5, 0.5, 0.7, np.log(k), np.log(alpha)]) < 3.7
    assert fit.log_likelihood > fit_events(data, memory=Memory.MIXED).log_likelihood


@pytest.mark.parametrize("memory", list(Memory))
def test_event_gradients(memory):
    _, data, _ = _windows(50, 3)
    counts = np.arange(50.0) % 4
    data = Windows(start=data.start, end=data.end, events=counts, length=data.length, covariates=data.covariates)
    x = events._design(data)
    place = np.array([-7.0, 0.4, 0.6, 0.3, -0.2])[: 4 if memory is Memory.POISSON else 5]
    _, slope = events._likelihood(place, data, x, memory)
    assert slope == pytest.approx(
        approx_fprime(place, lambda p: events._likelihood(p, data, x, memory)[0], 1e-7), rel=1e-4
    )


def test_windows_without_any_event_are_refused():
    _, data, _ = _windows(10, 4)
    with pytest.raises(GunmaneError, match="no_observations"):
        fit_events(data)
    with pytest.raises(GunmaneError, match="bad_windows"):
        fit_events(Windows(start=np.array([2.0]), end=np.array([1.0]), events=np.array([0.5])))


@pytest.mark.parametrize("log_shape", [-1.0, 0.0, 0.9, 1.5])
def test_weibull_rows_are_those_of_the_general_kernel(log_shape: float) -> None:
    draw, size = np.random.default_rng(1), 2000
    entry = np.where(draw.random(size) < 0.3, 0.0, draw.uniform(0, 40, size))
    lower = entry + draw.uniform(0.01, 30, size) * (draw.random(size) < 0.8)
    upper = lower + draw.choice([0.0, 3.0, np.inf], size) * draw.uniform(0.01, 10, size)
    upper = np.where(np.isnan(upper) | (upper == 0), np.inf, upper)
    with np.errstate(divide="ignore"):
        columns = (entry, lower, upper, np.log(entry), np.log(lower), np.log(upper))
    weight, eta = draw.uniform(0, 3, size), draw.normal(3.5, 0.5, size)
    general, special = ((np.full((3, size), 7.0), np.full((6, size), 7.0)) for _ in range(2))
    expected = hazards.lifetimes(hazards.WEIBULL, *columns, weight, eta, log_shape, 0.0, *general)
    found = hazards.weibull_rows(*columns, weight, eta, log_shape, *special)
    assert found == pytest.approx(expected, rel=1e-13)
    for mine, theirs in zip(special, general, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-8, atol=1e-9)
