"""Attributes of fictitious assets, class by class, as columns; NaN and "" mean that the owner lacks the value."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate import pipes, structures
from gunmane.core.simulate.parameters import ClassParameters, OwnerParameters, Parameters
from gunmane.core.simulate.place import Roads, degrees, points
from gunmane.core.simulate.structures import joined
from gunmane.core.simulate.times import days
from gunmane.core.words import AssetClass

Columns = dict[str, NDArray[Any]]

PREFIX = {
    AssetClass.BRIDGE: "BR0",
    AssetClass.TUNNEL: "TN0",
    AssetClass.ROAD_STRUCTURE: "ST0",
    AssetClass.PAVEMENT: "P",
    AssetClass.SEWER_PIPE: "K",
    AssetClass.MANHOLE: "M",
    AssetClass.WATER_PIPE: "W",
    AssetClass.SEPTIC: "J",
    AssetClass.TREATMENT_PLANT: "T",
}
"""First letters of ledger numbers; road structures follow the manner of the national road structure database."""

LINES = {AssetClass.PAVEMENT: 100.0, AssetClass.SEWER_PIPE: 38.0, AssetClass.WATER_PIPE: 60.0}
"""Classes drawn as lines, and the length in metres of one section or span along its road."""


class Batch(NamedTuple):
    """Which assets are made: `size` assets of one class of one owner, from serial number `first` (0-based)."""

    owner: OwnerParameters
    owner_code: str
    kind: ClassParameters
    first: int
    size: int


class Stock(NamedTuple):
    """Assets of one batch: columns by field name, places (n, 1 or 2 points, lon/lat), and what drives their fate."""

    columns: Columns
    places: NDArray[np.float64]
    born: NDArray[np.float64]  # decimal year
    log_factor: NDArray[np.float64]  # material and salt effects on the log hazard


def stock(generator: np.random.Generator, parameters: Parameters, net: Roads, batch: Batch) -> Stock:
    """Make the assets of `batch` on the roads of `net`."""
    n, kind = batch.size, batch.kind
    serial = np.arange(batch.first, batch.first + n)
    low, high, a, b = kind.built
    year = (low + (high + 1 - low) * generator.beta(a, b, n)).astype(np.int64)
    born = year + 0.25 + generator.random(n)
    material, spelling, effect = _materials(generator, kind, year)
    salt = generator.random(n) < batch.owner.salt_share
    places, road, along = _places(generator, parameters, net, batch, serial)
    words = parameters.syllables
    pick = serial % len(words)
    columns: Columns = {
        "number": numbers(batch.owner_code, kind.code, serial),
        "built_year": np.where(generator.random(n) < batch.owner.unknown_built, np.nan, year.astype(float)),
        "material": material,
        "material_text": spelling,
        "lon": places[:, :, 0].mean(axis=1),
        "lat": places[:, :, 1].mean(axis=1),
        "route": np.array([f"架空{r + 1:04d}号線" for r in road.tolist()]),
        "word": np.array([words[i][0] for i in pick.tolist()]),
        "reading": np.array([words[i][1] for i in pick.tolist()]),
        "owner_name": np.full(n, batch.owner.name),
        "owner_code": np.full(n, batch.owner_code),
        "office": np.full(n, batch.owner.office),
        "origin": np.full(n, "simulated"),
        "emergency": np.where(road % 9 == 0, 1.0 + road % 3, 0.0),
        "salt": salt,
        "from_km": along / 1000.0,
        "serial": serial + 1,
        "opened_on": days(born),
    }
    columns["latlon"] = joined(np.round(columns["lat"], 6), ",", np.round(columns["lon"], 6))
    columns |= _attributes(generator, kind.code, year, columns)
    return Stock(columns, places, born, effect + kind.salt_effect * salt)


def numbers(owner_code: str, asset_class: AssetClass, serial: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return ledger numbers: road structures as class, owner's code and serial, others as a letter and a serial."""
    prefix = PREFIX[asset_class]
    long = len(prefix) == 3
    return np.array(
        [f"{prefix}-{owner_code}-{i + 1:05d}" if long else f"{prefix}{i + 1:06d}" for i in serial.tolist()]
    )


def _materials(
    generator: np.random.Generator, kind: ClassParameters, year: NDArray[np.int64]
) -> tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.float64]]:
    """Draw each asset's material among those laid in its year; returns code, the ledger's spelling, effect."""
    n = year.size
    if not kind.materials:
        return np.full(n, ""), np.full(n, ""), np.zeros(n)
    weight = np.stack([m.weight * ((m.first <= year) & (year <= m.last)) for m in kind.materials], axis=1)
    bounds = np.cumsum(weight, axis=1)
    chosen = (generator.random(n)[:, None] * bounds[:, -1:] >= bounds).sum(axis=1)
    chosen = np.minimum(chosen, len(kind.materials) - 1)
    turn = generator.integers(0, 1 << 30, n)
    texts = [kind.materials[m].texts[t % len(kind.materials[m].texts)] for m, t in zip(chosen, turn, strict=True)]
    codes = np.array([m.code for m in kind.materials])
    effects = np.array([m.effect for m in kind.materials])
    return codes[chosen], np.array(texts), effects[chosen]


def _places(
    generator: np.random.Generator, parameters: Parameters, net: Roads, batch: Batch, serial: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[Any]]:
    """Return places (n, 1 or 2 points, lon/lat), the road of each asset and its metres along it.

    Lines and manholes follow one another along a road, so that spans join at manholes; the rest lies anywhere.
    """
    n, code = batch.size, batch.kind.code
    count = net.vertices.shape[0]
    pitch = LINES.get(AssetClass.SEWER_PIPE if code is AssetClass.MANHOLE else code)
    if pitch is None:
        road = generator.integers(0, count, n)
        along = generator.random(n) * net.length_m
        aside = generator.normal(0.0, 40.0 if code is AssetClass.SEPTIC else 3.0, (n, 2))
        return degrees(parameters.place, points(net, road, along) + aside)[:, None, :], road, along
    per_road = int(net.length_m // pitch)
    road, along = (serial // per_road) % count, (serial % per_road) * pitch
    begin = points(net, road, along)
    if code is AssetClass.MANHOLE:
        return degrees(parameters.place, begin)[:, None, :], road, along
    stop = points(net, road, along + pitch)
    both = np.stack([degrees(parameters.place, begin), degrees(parameters.place, stop)], axis=1)
    return both, road, along


def _attributes(
    generator: np.random.Generator,
    code: AssetClass,
    year: NDArray[np.int64],
    columns: Columns,
) -> Columns:
    if code is AssetClass.BRIDGE:
        return structures.bridges(generator, year, columns)
    if code is AssetClass.TUNNEL:
        return structures.tunnels(generator, year, columns)
    if code is AssetClass.ROAD_STRUCTURE:
        return structures.road_structures(generator, columns)
    if code is AssetClass.PAVEMENT:
        return structures.pavements(generator, columns, LINES[code])
    if code is AssetClass.SEWER_PIPE:
        return pipes.sewers(generator, columns, LINES[code])
    if code is AssetClass.MANHOLE:
        return pipes.manholes(generator, year, columns)
    if code is AssetClass.WATER_PIPE:
        return pipes.water(generator, year, columns, LINES[code])
    if code is AssetClass.SEPTIC:
        return pipes.septics(generator, year, columns)
    return structures.plants(generator, columns)
