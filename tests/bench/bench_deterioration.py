"""Speed of the deterioration engine: `python -m tests.bench.bench_deterioration [--full] [--msm ROWS]`.

Medians of one process, by the clock and of processor time (other programs on the machine slow the clock, not that).
Rivals in the same run: lifelines for lifetimes; R's msm through Rscript where it is installed (its time grows with
the rows: 2,000 take about ten seconds, 100,000 about five minutes).
"""

# ruff: noqa: E402  (the time of the import itself is measured)

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

begun = time.perf_counter(), time.process_time()

import numpy as np

from gunmane.core.deterioration import newton
from gunmane.core.deterioration.chain import ChainPrior, Intervals, fit_chain
from gunmane.core.deterioration.forecast import forecast_bad
from gunmane.core.deterioration.intervals import prepare
from gunmane.core.deterioration.lifetimes import Lifetimes, fit_lifetimes

IMPORT = time.perf_counter() - begun[0], time.process_time() - begun[1]

BETA = np.array([
    [-1.6, 0.2, 0.2, 0.2, 0.1], [-2.3, 0.2, 0.1, 0.2, 0.0], [-2.7, 0.2, 0.0, 0.15, -0.1],
    [-3.0, 0.2, -0.1, 0.1, -0.2],
])  # fmt: skip


def simulate(size, seed):
    """Distinct intervals with 4 covariates, 20 owners, 5 grades."""
    generator = np.random.default_rng(seed)
    x, group = generator.normal(size=(size, 4)), generator.integers(0, 20, size)
    effects = generator.normal(size=20) * 0.25
    years = generator.uniform(1, 6, size)
    begin = generator.integers(0, 4, size)
    state, left = begin.copy(), years.copy()
    for s in range(4):
        here = state == s
        stay = generator.exponential(1 / np.exp(BETA[s, 0] + x @ BETA[s, 1:] + effects[group]))
        moved = here & (stay < left)
        left = np.where(moved, left - stay, np.where(here, 0, left))
        state = np.where(moved, s + 1, state)
    return Intervals(from_rank=begin, to_rank=state, years=years, covariates=x, group=group)


def median(work, rounds):
    """Median seconds of some calls: by the clock, and of processor time."""
    times = []
    for _ in range(rounds):
        start, used = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - start, time.process_time() - used))
    return tuple(statistics.median(column) for column in zip(*times, strict=True))


def report(name, seconds, more=""):
    wall, used = seconds
    print(f"{name:60s} {wall * 1e3:10.1f} ms  processor {used * 1e3:10.1f} ms  {more}", flush=True)


def chain(size):
    rows = simulate(size, 1)
    data = prepare(rows, 5, 20, exits=False)
    layout = newton.Layout(stages=4, width=5, exits=0, periods=0, groups=20)
    dense = BETA.reshape(-1).copy()
    nothing, none = np.zeros(0, np.int64), np.zeros((0, size))
    for order, name in ((1, "value and gradient"), (2, "value, gradient, Hessian")):
        seconds = median(lambda o=order: newton.evaluate(o, data, layout, dense, np.zeros(20), nothing, none), 7)
        report(f"chain {size:>9,} rows: {name}", seconds, f"{size / seconds[1] / 1e6:.1f} M rows/s of processor time")
    seconds = median(lambda: fit_chain(rows, states=5, prior=None, groups=20), 3)
    report(f"chain {size:>9,} rows: whole fit, 20 owners", seconds)


def msm(size):
    if shutil.which("Rscript") is None:
        print("msm: Rscript is not installed")
        return
    rows = simulate(size, 2)
    mine = median(lambda: fit_chain(rows, states=5, prior=None), 3)
    fit = fit_chain(rows, states=5, prior=None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.csv"
        lines = ["id,t,s,a,b,c,d"]
        for n in range(size):
            x = ",".join(f"{v:.17g}" for v in rows.covariates[n])
            lines.append(f"{n},0,{rows.from_rank[n] + 1},{x}")
            lines.append(f"{n},{rows.years[n]:.17g},{rows.to_rank[n] + 1},{x}")
        path.write_text("\n".join(lines))
        script = (
            f"suppressMessages(library(msm)); d <- read.csv('{path}'); q <- matrix(0,5,5);"
            "q[cbind(1:4,2:5)] <- c(.2,.1,.07,.05); t <- system.time(f <- msm(s ~ t, subject=id, data=d, qmatrix=q,"
            "covariates=~a+b+c+d, control=list(fnscale=10000, maxit=200)));"
            "cat(t[[3]], t[[1]] + t[[2]], format(f$minus2loglik, digits=12))"
        )
        run = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print("msm:", run.stderr.strip().splitlines()[-1:] or "failed")
        return
    *theirs, minus2 = (float(v) for v in run.stdout.split())
    ratio = f"ratio {theirs[0] / mine[0]:,.0f} by the clock, {theirs[1] / mine[1]:,.0f} of processor time"
    report(f"R msm {size:,} rows, no owners", theirs, f"{ratio}; -2LL {minus2:.5f}")
    report(f"ours  {size:,} rows, no owners", mine, f"-2LL {-2 * fit.log_likelihood:.5f}")


def lifetimes(size):
    generator = np.random.default_rng(3)
    x = generator.normal(size=(size, 4))
    life = np.exp(4.2 + x @ [0.2, -0.1, 0.1, 0.0]) * generator.weibull(2.5, size)
    entry = generator.uniform(0, 40, size)
    keep = life > entry
    x, life, entry = x[keep], life[keep], entry[keep]
    look = entry + generator.uniform(5, 40, life.size)
    lower = np.where(life < look, np.maximum(life - 3, entry), look)
    upper = np.where(life < look, lower + 6, np.inf)
    data = Lifetimes(entry=entry, lower=lower, upper=upper, covariates=x)
    mine = median(lambda: fit_lifetimes(data), 5)
    fit = fit_lifetimes(data)
    report(f"Weibull {life.size:,} rows, truncated and interval-censored", mine, f"logL {fit.log_likelihood:.4f}")
    import warnings

    import pandas
    from lifelines import WeibullAFTFitter

    frame = pandas.DataFrame(x, columns=list("abcd")).assign(entry=entry, lower=lower, upper=upper)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rival = WeibullAFTFitter()
        theirs = median(
            lambda: rival.fit_interval_censoring(
                frame, lower_bound_col="lower", upper_bound_col="upper", entry_col="entry"
            ),
            1,
        )
    ratio = f"ratio {theirs[0] / mine[0]:.0f} by the clock, {theirs[1] / mine[1]:.0f} of processor time"
    report("lifelines, same rows", theirs, f"{ratio}; logL {rival.log_likelihood_:.4f}")


def scoring(size, distinct):
    """Score assets known by owner, grade, one worded covariate and the day of the last look; or all different."""
    fit = fit_chain(simulate(20_000, 4), states=5, prior=ChainPrior(hazards=(0.1,) * 4), groups=20)
    generator = np.random.default_rng(5)
    rank, group = generator.integers(0, 4, size), generator.integers(0, 20, size)
    covariates = np.zeros((size, 4))
    covariates[:, 0] = generator.integers(0, 5, size)
    if distinct:
        covariates[:, 1] = generator.normal(size=size)
    since = generator.uniform(0, 6, size)
    found = []
    seconds = median(
        lambda: found.append(forecast_bad(
            fit, rank, bad_rank=3, group=group, covariates=covariates, since=since, years=30, draws=50,
            horizons=(1.0, 5.0, 10.0, 30.0),
        )),
        1,
    )  # fmt: skip
    kinds, draws = found[0].probability.shape[0], found[0].draws
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    more = f"{kinds:,} kinds, {draws} draws; peak of the process, data included, {peak:.2f} GB"
    report(f"score {size:,} assets x 30 years", seconds, more)


def alone(*words):
    """Run a part of this benchmark in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", "tests.bench.bench_deterioration", *words], check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help="also 1e6 intervals and 1e7 assets")
    parser.add_argument("--msm", type=int, default=2000, help="rows of the comparison with R's msm; 0 for none")
    parser.add_argument("--score", type=int, help="only the forecasts of so many assets")
    parser.add_argument("--distinct", action="store_true", help="with --score: no two assets alike")
    options = parser.parse_args()
    if options.score:
        scoring(options.score, options.distinct)
        return
    report("import of the engine, compiled code cached", IMPORT)
    chain(100_000)
    if options.full:
        chain(1_000_000)
    lifetimes(120_000)
    alone("--score", "1000000")
    alone("--score", "100000", "--distinct")
    if options.full:
        alone("--score", "10000000")
    if options.msm:
        msm(options.msm)


if __name__ == "__main__":
    main()
