"""Portfolio optimiser against the incremental benefit-cost rule (IBC), on two generators of simulated instances.

    python -m tests.bench.bench_plan [--sizes 1000,100000] [--seeds 1,2] [--effort 3] [--seconds 60]

Prints for each instance the proven gap, the seconds and the IBC rule's gap to the same bound; medians and the worst
at the end. "mixed" has six real alternatives, "preventive" (variant B) has repair nearly always best.
"""

import argparse
import time

import numpy as np

from gunmane.core.plan.instances import Choices, Instance, excess, instance_of, use_of
from gunmane.core.plan.portfolio import bound, solve

YEARS, MEASURES, FUNDS = 30, 5, 4


def generated(kind: str, n: int, seed: int, groups: int = 1) -> Instance:
    """Make a simulated instance: lognormal costs, budget 35 % and hours 31.5 % of the unlimited yearly spend.

    Measures are repair, replace, downsize, merge, remove; merging and removing are possible for some assets only.
    """
    random = np.random.default_rng(seed)
    whole = np.clip(random.lognormal(np.log(3.0), 1.0, n), 0.3, 40.0)  # replacement, million yen
    factors = np.array([0.25, 1.0, 0.7, 0.55, 0.3]) * random.uniform(0.8, 1.25, (n, MEASURES))
    cost = whole[:, None] * factors
    hours = 20 + 12 * cost * random.uniform(0.7, 1.4, (n, MEASURES))
    hazard = random.beta(1.2, 20, n)
    growth = random.uniform(1.02, 1.12, n)
    risk = whole * random.lognormal(-0.3, 0.9, n)
    left = np.array([0.25, 0.03, 0.06, 0.05, 0.0]) * random.uniform(0.6, 1.4, (n, MEASURES))
    service = np.array([0.0, 0.0, 0.12, 0.2, 0.35]) * random.uniform(0.3, 1.7, (n, MEASURES)) * whole[:, None]
    if kind == "preventive":
        left[:, 0] *= 0.2
        cost[:, 0] *= 0.4
        service[:, 2:] *= 3
    allowed = np.ones((n, MEASURES), dtype=bool)
    allowed[:, 2] = random.random(n) < 0.6
    allowed[:, 3] = random.random(n) < 0.3
    allowed[:, 4] = random.random(n) < 0.25
    discount = 0.96 ** np.arange(YEARS)
    value = np.empty((n, MEASURES, YEARS), dtype=np.float32)
    keep = np.empty(n)
    for first in range(0, n, 50_000):
        rows = slice(first, first + 50_000)
        chance = np.minimum(hazard[rows, None] * growth[rows, None] ** np.arange(YEARS), 0.6)
        loss = chance * risk[rows, None] * discount
        before = np.cumsum(loss, axis=1) - loss
        total = loss.sum(axis=1)
        keep[rows] = total
        after = total[:, None] - before
        value[rows] = (
            before[:, None, :]
            + left[rows, :, None] * after[:, None, :]
            + (0.35 * cost[rows] + service[rows])[:, :, None] * discount
        )
    value[~allowed] = np.inf
    flat = value.reshape(n, -1)
    best = flat.argmin(axis=1)
    done = flat[np.arange(n), best] < keep
    money = cost[np.arange(n), best // YEARS][done].sum() / YEARS
    work = hours[np.arange(n), best // YEARS][done].sum() / YEARS
    wobble = random.uniform(0.85, 1.15, (2, YEARS))
    group = np.sort(random.integers(0, groups, n))
    if groups == 1:
        return instance_of(
            value, keep, cost, 0.35 * money * wobble[0], hours=hours, hours_cap=0.315 * work * wobble[1]
        )
    fund = random.choice(FUNDS, n, p=[0.5, 0.3, 0.15, 0.05])
    budget = 0.35 * money * wobble[0]

    def shared(of: np.ndarray, count: int) -> np.ndarray:
        parts = np.bincount(of, weights=whole, minlength=count) / whole.sum()
        return np.outer(parts, budget) * random.uniform(0.7, 1.15, (count, YEARS))

    return instance_of(
        value, keep, cost, budget, hours=hours, hours_cap=0.315 * work * wobble[1],
        group=group, group_budget=shared(group, groups), fund=fund, fund_budget=shared(fund, FUNDS),
    )  # fmt: skip


def benefit_cost_rule(instance: Instance) -> Choices:
    """Choose by the incremental benefit-cost rule as published (INCBEN): our reading, not a vendor's code.

    In each year every asset without a measure offers its upper frontier of benefit (value of keeping less value of
    the measure now) against cost; increments are taken by ratio until the year's money or hours end.
    """
    n, measures, years = instance.value.shape
    choice = np.full(n, -1, dtype=np.int32)
    for t in range(years):
        free = np.flatnonzero(choice < 0)
        cost = np.concatenate([np.zeros((len(free), 1)), instance.cost[free]], axis=1)
        gain = np.concatenate(
            [np.zeros((len(free), 1)), instance.keep[free, None] - instance.value[free, :, t]], axis=1
        )
        order = np.argsort(cost, axis=1)
        cost, gain = np.take_along_axis(cost, order, 1), np.take_along_axis(gain, order, 1)
        at = np.zeros(len(free), dtype=np.int64)  # position on the frontier
        steps: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        rows = np.arange(len(free))
        for _ in range(measures):
            more_gain = gain - gain[rows, at][:, None]
            more_cost = cost - cost[rows, at][:, None]
            ratio = np.where((more_cost > 0) & (more_gain > 0), more_gain / np.maximum(more_cost, 1e-12), -1.0)
            ratio[np.arange(measures + 1)[None, :] <= at[:, None]] = -1.0
            to = ratio.argmax(axis=1)
            good = ratio[rows, to] > 0
            steps.append((rows[good], at[good], to[good], ratio[rows, to][good]))
            at = np.where(good, to, at)
        taken = np.zeros(len(free), dtype=np.int64)
        who, source, target, ratio = (np.concatenate([step[k] for step in steps]) for k in range(4))
        money, hours = float(instance.budget[t]), float(instance.hours_cap[t])
        work = np.concatenate([np.zeros((len(free), 1)), instance.hours[free]], axis=1)
        work = np.take_along_axis(work, order, 1)
        for k in np.argsort(-ratio, kind="stable"):
            i = who[k]
            if taken[i] != source[k]:
                continue
            extra = cost[i, target[k]] - cost[i, source[k]]
            effort = work[i, target[k]] - work[i, source[k]]
            if extra <= money and effort <= hours:
                money -= extra
                hours -= effort
                taken[i] = target[k]
        done = taken > 0
        choice[free[done]] = (order[rows[done], taken[done]] - 1) * years + t
    return choice


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="1000,100000")
    options.add_argument("--seeds", default="1,2")
    options.add_argument("--kinds", default="mixed,preventive")
    options.add_argument("--effort", type=int, default=3)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--groups", type=int, default=1, help="owners with budgets, and four funds")
    options.add_argument("--rival-up-to", type=int, default=100_000)
    given = options.parse_args()
    solve(generated("mixed", 300, 0), effort=1)  # compile
    for size in (int(text) for text in given.sizes.split(",")):
        gaps: list[float] = []
        times: list[float] = []
        for kind in given.kinds.split(","):
            for seed in (int(text) for text in given.seeds.split(",")):
                instance = generated(kind, size, seed, given.groups)
                start, before = time.perf_counter(), time.process_time()
                found = solve(
                    instance, seed=seed, effort=given.effort, clock=time.perf_counter, seconds=given.seconds
                )
                spent, worked = time.perf_counter() - start, time.process_time() - before
                assert excess(instance, use_of(instance, found.choice)) == 0
                assert abs(bound(instance, found.prices) - found.bound) <= 1e-9 * abs(found.bound)
                line = f"{kind:11s} n={size:>8,d} seed={seed} gap={100 * found.gap:8.4f} %  {spent:6.1f} s"
                line += f", processor {worked:6.1f} s"
                if size <= given.rival_up_to and given.groups == 1:
                    start = time.perf_counter()
                    rival = use_of(instance, benefit_cost_rule(instance)).value / found.bound - 1
                    line += (
                        f"  IBC {100 * rival:8.4f} % ({time.perf_counter() - start:.1f} s, x{rival / found.gap:.1f})"
                    )
                print(line, flush=True)
                gaps.append(100 * found.gap)
                times.append(spent)
        print(f"n={size:,d}: worst gap {max(gaps):.4f} %, median {np.median(gaps):.4f} %, longest {max(times):.1f} s")


if __name__ == "__main__":
    main()
