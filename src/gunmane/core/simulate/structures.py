"""Attributes of fictitious bridges, tunnels, other road structures, pavements and plants."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]


def choose(
    generator: np.random.Generator, n: int, options: Sequence[str], weights: Sequence[float]
) -> NDArray[np.str_]:
    """Draw `n` of `options` by `weights` (any positive scale)."""
    share = np.array(weights) / np.sum(weights)
    return np.array(options)[generator.choice(len(options), n, p=share)]


def joined(*parts: NDArray[Any] | str) -> NDArray[np.str_]:
    """Return the element-wise concatenation of texts."""
    sized = [part for part in parts if not isinstance(part, str)]
    n = sized[0].size
    lists = [[part] * n if isinstance(part, str) else part.tolist() for part in parts]
    return np.array(["".join(map(str, row)) for row in zip(*lists, strict=True)])


def bridges(generator: np.random.Generator, year: NDArray[np.int64], columns: Columns) -> Columns:
    """Road bridges of at least 2.0 m: mostly short, the long ones in steel or prestressed concrete."""
    n = year.size
    length = np.round(np.maximum(2.0, np.exp(generator.normal(2.15, 0.95, n))), 1)
    steel = columns["material"] == "steel"
    length = np.where(steel, np.round(length * 2.4, 1), length)
    spans = np.maximum(1, (length / 28.0).astype(int) + 1)
    width = np.round(np.clip(generator.normal(5.6, 2.2, n), 1.8, 18.0), 1)
    crosses = choose(generator, n, ["河川", "水路", "道路", "鉄道"], [0.62, 0.29, 0.08, 0.01])
    forms = choose(generator, n, ["床版橋", "T桁橋", "箱桁橋", "ラーメン橋"], [0.5, 0.3, 0.1, 0.1])
    return {
        "name": joined(columns["word"], "第", columns["serial"], "橋"),
        "kana": joined(columns["reading"], "ﾀﾞｲ", columns["serial"], "ｷｮｳ"),
        "length_m": length,
        "width_m": width,
        "area_m2": np.round(length * width, 1),
        "spans": spans,
        "structure": np.where(steel, "鋼I桁橋", forms),
        "crosses": crosses,
        "traffic": np.round(np.exp(generator.normal(6.0, 1.2, n)), -1).astype(int),
        "detour_km": np.round(np.exp(generator.normal(0.7, 0.8, n)), 1),
        "lanes": np.where(width > 5.5, 2, 1),
    }


def tunnels(generator: np.random.Generator, year: NDArray[np.int64], columns: Columns) -> Columns:
    """Road tunnels, drilled by the conventional method before about 1985 and by NATM since."""
    n = year.size
    return {
        "name": joined(columns["word"], "第", columns["serial"], "トンネル"),
        "length_m": np.round(np.exp(generator.normal(5.2, 0.8, n)), 0),
        "width_m": np.round(generator.normal(6.5, 1.0, n), 1),
        "method": np.where(year < 1985, "在来工法", "NATM"),
        "traffic": np.round(np.exp(generator.normal(6.3, 1.0, n)), -1).astype(int),
    }


def road_structures(generator: np.random.Generator, columns: Columns) -> Columns:
    """Large culverts, footbridges, sheds and gantries."""
    n = columns["serial"].size
    kind = choose(generator, n, ["大型カルバート", "横断歩道橋", "シェッド", "門型標識"], [0.5, 0.2, 0.15, 0.15])
    return {
        "name": joined(columns["word"], kind, columns["serial"]),
        "kind": kind,
        "length_m": np.round(np.exp(generator.normal(2.8, 0.6, n)), 1),
        "width_m": np.round(generator.uniform(2.0, 9.0, n), 1),
    }


def pavements(generator: np.random.Generator, columns: Columns, pitch_m: float) -> Columns:
    """Pavement sections of equal length along a road; class B carries the heavy traffic, D are living roads."""
    n = columns["serial"].size
    start = columns["from_km"].astype(float)
    road_class = choose(generator, n, ["B", "C", "D"], [0.08, 0.34, 0.58])
    width = np.round(np.where(road_class == "D", generator.normal(4.2, 0.6, n), generator.normal(6.6, 0.8, n)), 1)
    return {
        "name": joined(columns["route"], " ", np.round(start, 1), "kp"),
        "road_class": road_class,
        "from_km": np.round(start, 3),
        "to_km": np.round(start + pitch_m / 1000.0, 3),
        "length_m": np.full(n, pitch_m),
        "width_m": width,
        "area_m2": np.round(width * pitch_m, 1),
        "surface": np.where(columns["material"] == "concrete", "コンクリート", "アスファルト"),
    }


def plants(generator: np.random.Generator, columns: Columns) -> Columns:
    """Sewage works, water works, pumping stations and night-soil plants."""
    n = columns["serial"].size
    kind = choose(generator, n, ["終末処理場", "浄水場", "ポンプ場", "し尿処理場"], [0.3, 0.25, 0.4, 0.05])
    capacity = np.round(np.exp(generator.normal(7.2, 1.0, n)), -1)
    return {
        "name": joined(columns["word"], kind),
        "kind": kind,
        "capacity": capacity,
        "inflow": np.round(capacity * generator.uniform(0.25, 0.9, n), 0),
        "process": np.where(
            kind == "終末処理場", "オキシデーションディッチ法", np.where(kind == "浄水場", "急速ろ過", "")
        ),
    }
