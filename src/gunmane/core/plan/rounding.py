"""From prices to a whole choice within all limits: draw, mend, spend what is left, exchange.

All steps after mending are monotone in the true value; random numbers come from a seeded generator only.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec import Struct

from gunmane.core.plan.dual import Prices, Stop, combined_prices, kinds_of, over
from gunmane.core.plan.exchange import exchange
from gunmane.core.plan.instances import Choices, Instance
from gunmane.core.plan.moves import draw, improve, losses, mend, nearest, settle, worth
from gunmane.core.stock import Array, Floats

TEMPERATURES = (0.0, 0.0001, 0.001)
FEW = 20_000  # assets for which several draws are tried
NEAR = 12
FINES = (1.2, 3.0, 30.0)
SWEEPS = 3
EXCHANGED_UP_TO = 200_000
EXCHANGES = 100  # tries for each asset in a round
MOST_EXCHANGES = 2_000_000  # tries in a round
MOST_UNTIMED = 100_000  # the same without a clock, where nothing else ends the search
AT_ONCE = 100_000  # tries between two looks at the clock
KICKED_UP_TO = 20_000


class _State(Struct, frozen=True, eq=False):
    """A choice with what it uses, changed in place: [T] money, [T] hours, [R, T] money of groups."""

    choice: Choices
    money: Floats
    hours: Floats
    groups: Floats


class _Problem(Struct, frozen=True, eq=False):
    """The arrays that every kernel takes."""

    value: Array
    keep: Floats
    cost: Floats
    hours: Floats
    group: Array
    money_cap: Floats
    hours_cap: Floats
    group_cap: Floats


def _start(problem: _Problem, choice: Choices) -> _State:
    years = problem.value.shape[2]
    rows = np.flatnonzero(choice >= 0)
    measure, year = choice[rows] // years, choice[rows] % years
    money, hours, groups = np.zeros(years), np.zeros(years), np.zeros(problem.group_cap.shape)
    np.add.at(money, year, problem.cost[rows, measure])
    np.add.at(hours, year, problem.hours[rows, measure])
    for k in range(problem.group.shape[1]):
        np.add.at(groups, (problem.group[rows, k], year), problem.cost[rows, measure])
    return _State(choice, money, hours, groups)


def _arguments(problem: _Problem, state: _State) -> tuple[Array, ...]:
    return (
        problem.value, problem.keep, problem.cost, problem.hours, problem.group, state.choice, state.money,
        state.hours, state.groups, problem.money_cap, problem.hours_cap, problem.group_cap,
    )  # fmt: skip


def _over(problem: _Problem, state: _State) -> bool:
    return bool(
        (state.money > problem.money_cap).any()
        or (state.hours > problem.hours_cap).any()
        or (state.groups > problem.group_cap).any()
    )


class _Guide(Struct, frozen=True, eq=False):
    """What the prices say: each asset's kind, combined price of money [P, T], price of hours [T], near options."""

    kind: Array
    money: Floats
    hours: Floats
    near: Array  # [n, 12]
    margin: Floats  # what the second best option loses, by the largest cost
    prices: Prices


def _settled(problem: _Problem, choice: Choices, guide: _Guide, random: np.random.Generator, stop: Stop) -> _State:
    """Bring a draw inside the limits: fines of over-use rise until nothing is over-used, then the rest is mended."""
    state = _start(problem, choice)
    order = _wavering(guide, random)
    fines = [
        np.where(np.isfinite(cap), np.maximum(price, mean), 0.0)
        for price, cap, mean in (
            (guide.prices.money, problem.money_cap, float(guide.money.mean())),
            (guide.prices.hours, problem.hours_cap, float(guide.hours.mean())),
            (guide.prices.groups, problem.group_cap, float(guide.money.mean())),
        )
    ]
    for factor in FINES:
        raised = [factor * fine for fine in fines]
        for _ in range(SWEEPS):
            every: tuple[Any, ...] = (order, guide.near, *raised, *_arguments(problem, state))
            if over(stop) or not settle(*every):
                break
    _mend_rest(problem, state)
    if _over(problem, state) and np.isfinite(problem.keep).any():
        # Assets that must have a measure go first; the others come back when what is left is spent.
        state = _start(problem, np.where(np.isfinite(problem.keep), -1, state.choice).astype(np.int32))
        _mend_rest(problem, state)
    return state


def _wavering(guide: _Guide, random: np.random.Generator) -> Array:
    """Return the assets to be settled in random order: all, or of very many the tenth that a change costs least."""
    n = len(guide.near)
    if n <= EXCHANGED_UP_TO:
        return random.permutation(n)
    rows = np.argpartition(guide.margin, n // 10)[: n // 10]
    return random.permutation(rows)


def _mend_rest(problem: _Problem, state: _State) -> None:
    loss = np.empty(len(state.choice))
    for _ in range(20):
        if not _over(problem, state):
            return
        every: tuple[Any, ...] = (*_arguments(problem, state), loss)
        losses(*every)
        candidates = np.flatnonzero(np.isfinite(loss))
        order = candidates[np.argsort(loss[candidates], kind="stable")]
        if not mend(order, *_arguments(problem, state)):
            return


def _polish(problem: _Problem, state: _State, guide: _Guide, effort: int, stop: Stop) -> None:
    """Spend what is left: assets with the greatest gain per priced use first, until a round gains nothing."""
    ratio = np.empty(len(problem.keep))
    arguments = _arguments(problem, state)
    for _ in range(effort):
        if over(stop):
            break
        every: tuple[Any, ...] = (*arguments[:4], guide.kind, arguments[5], guide.money, guide.hours, ratio)
        worth(*every)
        hopeful = np.flatnonzero(ratio > 0)
        order = hopeful[np.argsort(-ratio[hopeful], kind="stable")]
        gained = 0.0
        for first in range(0, len(order), AT_ONCE):
            if over(stop):
                return
            gained += float(improve(order[first : first + AT_ONCE], *arguments))
        if gained <= 0:
            break


def value_of(problem: _Problem, choice: Choices) -> float:
    """Return the true value of a choice."""
    years, rows = problem.value.shape[2], np.flatnonzero(choice >= 0)
    chosen = problem.value[rows, choice[rows] // years, choice[rows] % years]
    return float(problem.keep[choice < 0].sum()) + float(chosen.astype(np.float64).sum())


def search(
    instance: Instance, prices: Prices, seed: int, effort: int, stop: Stop = None, start: Choices | None = None,
    exchanges: bool = True,
) -> Choices:  # fmt: skip
    """Return the best choice found within all limits; where hard measures leave no room the least over-used one.

    `start` joins as one more candidate. Limits are kept to one part in 10^12.
    """
    problem = _Problem(
        instance.value, instance.keep, instance.cost, instance.hours, instance.group,
        instance.budget * (1 + 1e-12), instance.hours_cap * (1 + 1e-12), instance.group_budget * (1 + 1e-12),
    )  # fmt: skip
    rows, kind = kinds_of(instance.group)
    money, effort_price = combined_prices(prices, rows), np.ascontiguousarray(prices.hours)
    arrays = (instance.value, instance.keep, instance.cost, instance.hours, kind)
    near = np.empty((instance.size, NEAR), dtype=np.int32)
    scale, margin = instance.cost.max(axis=1, initial=0.0), np.empty(instance.size)
    nearest(*arrays, money, effort_price, scale, near, margin)
    guide = _Guide(kind, money, effort_price, near, margin, prices)
    random = np.random.default_rng(seed)
    best: tuple[bool, float, _State] | None = None
    draws: list[Choices] = [] if start is None else [start.astype(np.int32)]
    for temperature in TEMPERATURES if instance.size <= FEW else TEMPERATURES[:1]:
        choice = np.empty(instance.size, dtype=np.int32)
        draw(*arrays, money, effort_price, scale, temperature, random.random(instance.size), choice)
        draws.append(choice)
    for choice in draws:
        state = _settled(problem, choice, guide, random, stop)
        _polish(problem, state, guide, effort, stop)
        found = (_over(problem, state), value_of(problem, state.choice), state)
        if best is None or found[:2] < best[:2]:
            best = found
    if best is None:
        return np.zeros(0, dtype=np.int32)
    state = best[2]
    if exchanges and 1 < instance.size <= EXCHANGED_UP_TO:
        for _ in range(effort):
            if not _exchanged(problem, state, guide, random, EXCHANGES, stop):
                break
        if stop is not None and not best[0] and instance.size <= KICKED_UP_TO:
            state = _kicked(problem, state, guide, random, stop)
    return state.choice


def _exchanged(
    problem: _Problem, state: _State, guide: _Guide, random: np.random.Generator, tries: int, stop: Stop
) -> float:
    """Try so many exchanges for each asset, or until the time is up; returns the value gained."""
    arguments = _arguments(problem, state)
    most = MOST_UNTIMED if stop is None else MOST_EXCHANGES
    left, gained = min(tries * len(state.choice), most), 0.0
    while left > 0 and not over(stop):
        count = min(left, AT_ONCE)
        every: tuple[Any, ...] = (int(random.integers(2**31)), count, *arguments[:5], guide.near, *arguments[5:])
        gained += float(exchange(*every))
        left -= count
    return gained


def _kicked(
    problem: _Problem,
    state: _State,
    guide: _Guide,
    random: np.random.Generator,
    stop: tuple[Callable[[], float], float],
) -> _State:
    """Iterated local search until the time is up: some assets are taken out at random, all is improved again.

    A slightly worse choice is walked on from now and then; the best one is returned.
    """
    movable = np.flatnonzero(np.isfinite(problem.keep))
    if not len(movable):
        return state
    best, low = state.choice.copy(), value_of(problem, state.choice)
    current, level = best, low
    while stop[0]() < stop[1]:
        choice = current.copy()
        choice[random.choice(movable, min(len(movable), int(random.integers(2, 12))), replace=False)] = -1
        trial = _start(problem, choice)
        every: tuple[Any, ...] = (random.permutation(len(choice)), *_arguments(problem, trial))
        improve(*every)
        _exchanged(problem, trial, guide, random, 20, stop)
        value = value_of(problem, trial.choice)
        if value < level + 2e-4 * abs(low) * random.random() ** 4:
            current, level = trial.choice, value
        if value < low:
            best, low = trial.choice.copy(), value
    return _start(problem, best)
