"""What inspectors and repair crews left behind: inspections, repairs and breaks seen through each owner's habits."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate.chain import Events, histories, states_at
from gunmane.core.simulate.parameters import ClassParameters, OwnerParameters, Parameters, Rounds
from gunmane.core.simulate.stock import Stock
from gunmane.core.simulate.times import Days, Floats, days, decimal

Ints = NDArray[np.int64]


LATER = (5, 10)
"""Years after the end of the records at which the truth is told, to score forecasts."""


class Inspections(NamedTuple):
    """Inspections ordered by asset and time: true rank, recorded rank, and whether it is the asset's latest."""

    asset: Ints
    time: Floats
    day: Days
    rank: Ints
    recorded: Ints
    latest: NDArray[np.bool_]
    initial: NDArray[np.bool_]  # made soon after the start of use
    noise: Floats  # (inspections, 4) uniform numbers, for what else is written about the visit


class Repairs(NamedTuple):
    """Repairs and breaks ordered by asset and time; `recorded` tells whether the owner wrote it down."""

    asset: Ints
    time: Floats
    day: Days
    before: Ints  # -1 for breaks of classes without a scale
    after: Ints
    cost_yen: Ints
    recorded: NDArray[np.bool_]


class Fate(NamedTuple):
    """The true and the recorded past of one batch.

    `final` is the true rank when the records end, `later` (assets, len(LATER)) the true rank some years after that
    if things go on as they did; -1 without a scale.
    """

    start: Ints
    events: Events
    inspections: Inspections
    repairs: Repairs
    final: Ints
    later: Ints


def fate(
    generator: np.random.Generator,
    parameters: Parameters,
    owner: OwnerParameters,
    kind: ClassParameters,
    owner_effect: float,
    assets: Stock,
) -> Fate:
    """Live through the life of every asset of a batch up to the horizon, and record it up to the end of the records.

    Everything is drawn up to the horizon, so that a later end of the records continues the same past.
    """
    end, horizon = (decimal(np.datetime64(day) + 1) for day in (parameters.as_of, parameters.horizon))
    n = assets.born.size
    if not kind.hazards:
        none = np.zeros(n, dtype=np.int64)
        flat = np.zeros((n, 1))
        events = histories(generator, flat, np.zeros(2), 1.0, none, np.full(n, horizon), horizon, parameters.drift)
        repairs = _until(_breaks(generator, parameters, owner, kind, owner_effect, assets, horizon), end)
        return Fate(none, events, _no_inspections(), repairs, none - 1, np.full((n, len(LATER)), -1))
    start = generator.choice(len(kind.start), n, p=np.array(kind.start) / sum(kind.start)).astype(np.int64)
    hazards = np.exp(assets.log_factor + owner_effect)[:, None] * np.array(kind.hazards)
    exits = np.array(kind.exits)
    events = histories(generator, hazards, exits, kind.reset, start, assets.born, horizon, parameters.drift)
    everyone = np.arange(n)

    def ranks(time: float) -> Ints:
        return states_at(events, start, everyone, np.full(n, time))

    return Fate(
        start,
        events,
        _inspections(generator, owner, kind, assets.born, start, events, end, horizon),
        _until(_repairs(generator, parameters, owner, kind, events), end),
        ranks(end),
        np.stack([ranks(end + years) for years in LATER], axis=1),
    )


def _no_inspections() -> Inspections:
    none = np.zeros(0, dtype=np.int64)
    return Inspections(
        none, np.zeros(0), none.astype("datetime64[D]"), none, none, none > 0, none > 0, np.zeros((0, 4))
    )


def _inspections(
    generator: np.random.Generator,
    owner: OwnerParameters,
    kind: ClassParameters,
    born: Floats,
    start: Ints,
    events: Events,
    end: float,
    horizon: float,
) -> Inspections:
    """Visit covered assets once per round; some visits fall out, some grades are misread."""
    if kind.rounds is None:
        return _no_inspections()
    n, plan = born.size, kind.rounds
    count = int((horizon - plan.first) / plan.period) + 1
    offset = generator.integers(0, plan.period, n)
    fiscal = plan.first + offset[:, None] + plan.period * np.arange(count)
    time = fiscal + 0.45 + 0.7 * generator.random((n, count))  # between mid June and late February
    covered = generator.random(n) < plan.coverage
    held = generator.random((n, count)) < plan.attendance * owner.attendance
    held &= covered[:, None] & (time > born[:, None] + 0.5) & (time < horizon)
    asset, column = np.nonzero(held)
    time = time[asset, column]
    asset, time, initial = _with_initial(generator, plan, born, asset, time)
    slip = np.where(generator.random(asset.size) < 0.5, -1, 1) * (generator.random(asset.size) < owner.misread)
    noise = generator.random((asset.size, 4))
    past = time < end
    asset, time, slip, noise, initial = asset[past], time[past], slip[past], noise[past], initial[past]
    rank = states_at(events, start, asset, time)
    latest = np.ones(asset.size, dtype=np.bool_)
    latest[:-1] = asset[1:] != asset[:-1]
    recorded = np.clip(rank + slip, 0, len(kind.hazards))
    return Inspections(asset, time, days(time), rank, recorded, latest, initial, noise)


def _with_initial(
    generator: np.random.Generator, plan: Rounds, born: Floats, asset: Ints, time: Floats
) -> tuple[Ints, Floats, NDArray[np.bool_]]:
    """Add the inspection in the first months of use; use starts within two months of completion.

    Five to seven and a half months after completion lie in the window of article 7 of the Septic System Act (months 4
    to 8 of use).
    """
    when = born + 0.43 + 0.2 * generator.random(born.size)
    held = (generator.random(born.size) < plan.initial_attendance) & (born >= plan.initial_from)
    first = np.flatnonzero(held & (plan.initial_from > 0))
    asset, time = np.concatenate([asset, first]), np.concatenate([time, when[first]])
    initial = np.arange(asset.size) >= asset.size - first.size
    order = np.lexsort((time, asset))
    return asset[order], time[order], initial[order]


def _until(repairs: Repairs, end: float) -> Repairs:
    """Leave out what comes after the end of the records."""
    past = repairs.time < end
    return Repairs(
        repairs.asset[past],
        repairs.time[past],
        repairs.day[past],
        repairs.before[past],
        repairs.after[past],
        repairs.cost_yen[past],
        repairs.recorded[past],
    )


def _repairs(
    generator: np.random.Generator,
    parameters: Parameters,
    owner: OwnerParameters,
    kind: ClassParameters,
    events: Events,
) -> Repairs:
    """Return the repairs of the record years; a share of them was never written down."""
    kept = events.repair & (events.time >= parameters.recorded_from + 0.25)
    time, before = events.time[kept], events.before[kept]
    cost = np.round(kind.cost_yen * np.exp(generator.normal(0.0, 0.6, time.size)) * before, -3).astype(np.int64)
    written = generator.random(time.size) >= owner.unrecorded_repairs
    return Repairs(events.asset[kept], time, days(time), before, events.after[kept], cost, written)


def _breaks(
    generator: np.random.Generator,
    parameters: Parameters,
    owner: OwnerParameters,
    kind: ClassParameters,
    owner_effect: float,
    assets: Stock,
    end: float,
) -> Repairs:
    """Breaks of a power-law Poisson process: rate40 x length x effects x (a / 40)^(shape - 1) at age a in years."""
    n, shape = assets.born.size, kind.break_shape
    lengths = assets.columns["length_m"].astype(float) / 1000.0 if "length_m" in assets.columns else np.zeros(n)
    scale = kind.breaks_per_km_year * lengths * np.exp(assets.log_factor + owner_effect) * 40.0 / shape
    begin = np.clip(parameters.recorded_from + 0.25 - assets.born, 0.0, None) / 40.0
    age = np.clip(end - assets.born, 0.0, None) / 40.0
    low, high = begin**shape, np.maximum(age, begin) ** shape
    count = generator.poisson(scale * (high - low))
    asset = np.repeat(np.arange(n), count)
    aged = 40.0 * (low[asset] + generator.random(asset.size) * (high - low)[asset]) ** (1.0 / shape)
    time = assets.born[asset] + aged
    order = np.lexsort((time, asset))
    asset, time = asset[order], time[order]
    cost = np.round(kind.cost_yen * np.exp(generator.normal(0.0, 0.6, asset.size)), -3).astype(np.int64)
    none = np.full(asset.size, -1)
    written = generator.random(asset.size) >= owner.unrecorded_repairs
    return Repairs(asset, time, days(time), none, none, cost, written)
