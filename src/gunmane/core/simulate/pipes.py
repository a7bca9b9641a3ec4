"""Attributes of fictitious sewers, manholes, water pipes and septic systems."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate.structures import choose, joined

Columns = dict[str, NDArray[Any]]
Ints = NDArray[np.int64]

SEWER_MM = ((150, 200, 250, 300, 400, 500, 600, 800, 1000, 1350, 2000), (8, 40, 20, 10, 6, 5, 4, 3, 2, 1.5, 0.5))
WATER_MM = ((40, 50, 75, 100, 150, 200, 250, 300, 400), (8, 24, 26, 22, 11, 5, 2, 1.5, 0.5))
"""Inner diameters in millimetres and how common they are (assumed)."""


def diameters(generator: np.random.Generator, n: int, table: tuple[tuple[int, ...], tuple[float, ...]]) -> Ints:
    """Draw diameters in millimetres from a table of sizes and weights."""
    weights = np.array(table[1], dtype=float)
    return np.array(table[0])[generator.choice(len(table[0]), n, p=weights / weights.sum())]


def sewers(generator: np.random.Generator, columns: Columns, pitch_m: float) -> Columns:
    """Spans from manhole to manhole down a road; the serial of the upstream manhole is that of the span."""
    serial = columns["serial"].astype(np.int64)
    n = serial.size
    material = columns["material"]
    diameter = diameters(generator, n, SEWER_MM)
    diameter = np.where((material == "pvc") & (diameter > 450), 300, diameter)  # unplasticised pipe stays small
    piece_m = np.where(material == "clay", 1.0, np.where(material == "pvc", 4.0, 2.43))
    length = np.round(pitch_m - generator.uniform(0.8, 1.6, n), 2)
    drainage = choose(generator, n, ["汚水", "雨水", "合流"], [0.82, 0.13, 0.05])
    return {
        "name": joined("K-", serial),
        "drainage": drainage,
        "diameter_mm": diameter,
        "length_m": length,
        "depth_m": np.round(np.clip(generator.gamma(4.0, 0.55, n), 0.6, 9.0), 2),
        "pieces": np.ceil(length / piece_m).astype(int),
        "upstream": joined("M", np.char.zfill(serial.astype(str), 6)),
        "downstream": joined("M", np.char.zfill((serial + 1).astype(str), 6)),
        "pressure": generator.random(n) < 0.02,
        "corrosion_prone": generator.random(n) < 0.03,
        "material_code": _codes(material, {"rc": "02", "pvc": "09", "clay": "14", "ductile": "07", "frpm": "11"}),
        "drainage_code": _codes(drainage, {"合流": "01", "汚水": "02", "雨水": "03"}),
    }


def _codes(values: NDArray[Any], table: dict[str, str]) -> NDArray[np.str_]:
    """Return the two-digit codes of the NILIM draft exchange standard; 99 is unknown."""
    return np.array([table.get(code, "99") for code in values.tolist()])


def manholes(generator: np.random.Generator, year: Ints, columns: Columns) -> Columns:
    """Manholes with covers that are often younger than the body."""
    n = year.size
    carriageway = generator.random(n) < 0.6
    inner = choose(generator, n, ["900", "1200", "600", "300"], [70, 15, 10, 5]).astype(int)
    level = np.round(20.0 + 60.0 * generator.random(n), 2)
    depth = np.round(np.clip(generator.gamma(4.0, 0.6, n), 0.7, 10.0), 2)
    renewed = generator.random(n) < 0.3
    cover = np.where(renewed, np.minimum(year + 15 + (10 * generator.random(n)).astype(int), 2025), year)
    return {
        "name": joined("人孔", columns["serial"]),
        "diameter_mm": inner,
        "diameter_cm": inner // 10,
        "cover_year": cover,
        "carriageway": carriageway,
        "ground_level_m": level,
        "depth_m": depth,
        "invert_level_m": np.round(level - depth, 2),
        "cover_kind": np.where(carriageway, "T-25", "T-14"),
    }


def water(generator: np.random.Generator, year: Ints, columns: Columns, pitch_m: float) -> Columns:
    """Water mains; ductile iron with quake-proof joints since about 2000."""
    n = year.size
    material = columns["material"]
    joint = np.where(material == "ductile", np.where(year >= 2000, "NS", np.where(year >= 1975, "K", "A")), "")
    joint = np.where(material == "pvc", np.where(year >= 1985, "RR", "TS"), joint)
    joint = np.where(material == "pe", "融着", joint)
    return {
        "name": joined("W-", columns["serial"]),
        "use": choose(generator, n, ["導水管", "送水管", "配水管"], [0.02, 0.08, 0.9]),
        "diameter_mm": diameters(generator, n, WATER_MM),
        "length_m": np.round(pitch_m * generator.uniform(0.93, 1.0, n), 1),
        "depth_m": np.round(np.clip(generator.normal(1.0, 0.2, n), 0.6, 2.5), 2),
        "joint": joint,
        "seismic": (joint == "NS") | (joint == "融着"),
        "soil": choose(generator, n, ["普通", "腐食性", "良好"], [0.7, 0.12, 0.18]),
        "crossing": generator.random(n) < 0.006,
    }


def septics(generator: np.random.Generator, year: Ints, columns: Columns) -> Columns:
    """Septic systems; new single-type tanks end with fiscal year 2000. The persons in them are fictitious."""
    n = year.size
    single = (year <= 2000) & (generator.random(n) < np.clip((2003 - year) / 20.0, 0.0, 0.95))
    size = choose(generator, n, ["5", "7", "10", "14", "30"], [52, 34, 9, 4, 1]).astype(int)
    contact = np.where(year < 1995, "分離接触ばっ気", "嫌気ろ床接触ばっ気")
    compact = np.where(year >= 2008, "担体流動生物ろ過", contact)
    known = ~np.isnan(columns["built_year"].astype(float))
    installed = columns["opened_on"]
    started = installed + generator.integers(3, 60, n).astype("timedelta64[D]")
    return {
        "name": joined("浄化槽", columns["serial"]),
        "treatment": np.where(single, "単独", "合併"),
        "process": np.where(single, np.where(year < 1980, "全ばっ気", "分離接触ばっ気"), compact),
        "persons": size,
        "design_bod": np.where(single, 90, 20),
        "installed_on": np.where(known, installed, np.datetime64("NaT")),
        "started_on": np.where(known, started, np.datetime64("NaT")),
        "building": choose(generator, n, ["専用住宅", "併用住宅", "店舗", "集会所"], [90, 5, 3, 2]),
        "blower": choose(generator, n, ["単口", "2口", ""], [50, 35, 15]),
        "agency": np.full(n, "架空県浄化槽検査センター"),
        "district": joined("架空", columns["word"], "地区"),
        "person": joined("架空太郎", np.char.zfill(columns["serial"].astype(str), 6)),
        "phone": np.full(n, "000-0000-0000"),
        "address": joined(columns["owner_name"], "大字", columns["word"], columns["serial"], "番地(架空)"),
        "suspended": np.where(generator.random(n) < 0.02, "休止", "使用中"),
    }
