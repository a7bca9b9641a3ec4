"""Reads the assets of one class and their histories into columns, in bounded memory."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from gunmane.core.assess.fleets import Days, Fleet, Floats, Looks, Works
from gunmane.core.duties.columns import Coded
from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass, Precision, Status
from gunmane.store.query import Conn, ReadConn, sql

CHUNK = 50_000
NO_DAY = int(np.iinfo(np.int32).min)
EPOCH = date(1970, 1, 1).toordinal()
SIZES = ("length_m", "width_m", "area_m2", "diameter_mm", "depth_m")


async def _chunks(conn: ReadConn, query: str, *args: Any) -> AsyncGenerator[list[Any]]:
    cursor = await conn.cursor(query, *args)
    while rows := await cursor.fetch(CHUNK):
        yield rows


def _day(value: date | None) -> int:
    return NO_DAY if value is None else value.toordinal() - EPOCH


def _first_day(year: int | None, on: date | None, precision: str, *, septic: bool) -> int:
    """The day from which age counts, by the rule of `core.duties.facts.opening`."""
    if septic:
        return NO_DAY
    if on is not None:
        return _day(on)
    if year is None or precision not in (Precision.FISCAL_YEAR, Precision.YEAR):
        return NO_DAY
    return _day(date(year, 4 if precision == Precision.FISCAL_YEAR else 1, 1))


class _Assets:
    """Collects one class's assets chunk by chunk; a class because the columns grow together."""

    def __init__(self, asset_class: AssetClass) -> None:
        self.asset_class = asset_class
        self.kind = ATTRIBUTES[asset_class]
        self.decoder = msgspec.json.Decoder(self.kind)
        self.fields = [field.name for field in msgspec.structs.fields(self.kind)]
        self.owner: list[NDArray[np.int64]] = []
        self.ids: list[UUID] = []
        self.numbers: list[str] = []
        self.names: list[str | None] = []
        self.status: list[str | None] = []
        self.material: list[str | None] = []
        self.parts: dict[str, list[NDArray[Any]]] = {}
        self.worded: dict[str, list[Any]] = {name: [] for name in self.fields}

    def add(self, owner: int, rows: list[Any]) -> None:
        """Take over a chunk of rows."""
        (
            ids,
            numbers,
            names,
            year,
            on,
            precision,
            *sizes,
            material,
            attributes,
            lon,
            lat,
            status,
            simulated,
            flagged,
        ) = zip(*(row.values() for row in rows), strict=True)
        self.owner.append(np.full(len(rows), owner))
        self.ids += ids
        self.numbers += numbers
        self.names += names
        self.material += material
        self.status += [None if s == Status.IN_SERVICE else s for s in status]
        septic = self.asset_class is AssetClass.SEPTIC
        days = [_first_day(*one, septic=septic) for one in zip(year, on, precision, strict=True)]
        columns: dict[str, Any] = dict(zip(SIZES, sizes, strict=True))
        columns |= {"built_year": year, "lon": lon, "lat": lat}
        for name, values in columns.items():
            self.parts.setdefault(name, []).append(np.array(values, dtype=np.float64))
        self.parts.setdefault("built_day", []).append(np.array(days, dtype=np.int32))
        self.parts.setdefault("simulated", []).append(np.array(simulated, dtype=bool))
        self.parts.setdefault("flagged", []).append(np.array(flagged, dtype=bool))
        decode = self.decoder.decode
        known = [None if text is None else decode(text) for text in attributes]
        for name in self.fields:
            self.worded[name] += [None if one is None else getattr(one, name) for one in known]

    def joined(self, name: str, dtype: type) -> NDArray[Any]:
        """One column over all chunks."""
        parts = self.parts.get(name, [])
        return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


async def read_fleet(
    conn: ReadConn, asset_class: AssetClass, owners: Sequence[tuple[UUID, OwnerFacts]], as_of: date
) -> Fleet:
    """Read one class of several owners; owners in the given order, assets by number."""
    found = _Assets(asset_class)
    looks: list[tuple[NDArray[Any], ...]] = []
    works: list[tuple[NDArray[Any], ...]] = []
    words: dict[str, dict[str, int]] = {"scale": {}, "grade": {}, "duty": {}, "kind": {}}
    for place, (owner_id, _) in enumerate(owners):
        first = len(found.ids)
        async for rows in _chunks(conn, sql("fleets", "assets_of_class"), owner_id, asset_class.value):
            found.add(place, rows)
        rows_of = {asset_id: first + k for k, asset_id in enumerate(found.ids[first:])}
        if not rows_of:
            continue
        where = (owner_id, asset_class.value)
        replaced = [row[0] for row in await conn.fetch(sql("fleets", "superseded_of_class"), *where)]
        async for rows in _chunks(conn, sql("fleets", "inspections_of_class"), *where, as_of, replaced):
            looks.append(_events(rows, rows_of, ("scale", "grade", "duty"), words))
        async for rows in _chunks(conn, sql("fleets", "repairs_of_class"), *where, as_of):
            works.append(_events(rows, rows_of, ("kind",), words))
    return _fleet(found, asset_class, tuple(facts for _, facts in owners), looks, works, words)


def _events(
    rows: list[Any], rows_of: dict[UUID, int], names: tuple[str, ...], words: dict[str, dict[str, int]]
) -> tuple[NDArray[Any], ...]:
    """Turn a chunk of inspections or repairs into columns; those of assets no longer listed are left out."""
    assets, days, *texts = zip(*(row.values() for row in rows), strict=True)
    at = np.array([rows_of.get(asset, -1) for asset in assets], dtype=np.int64)
    kept = at >= 0
    coded = [
        np.array([-1 if v is None else words[name].setdefault(v, len(words[name])) for v in values], dtype=np.int32)
        for name, values in zip(names, texts, strict=True)
    ]
    day = np.array([d.toordinal() - EPOCH for d in days], dtype=np.int32)
    return at[kept], day[kept], *(codes[kept] for codes in coded)


def _join(parts: list[tuple[NDArray[Any], ...]], width: int) -> list[NDArray[Any]]:
    if not parts:
        return [np.zeros(0, dtype=np.int64), *(np.zeros(0, dtype=np.int32) for _ in range(width - 1))]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _fleet(
    found: _Assets,
    asset_class: AssetClass,
    owners: tuple[OwnerFacts, ...],
    looks: list[tuple[NDArray[Any], ...]],
    works: list[tuple[NDArray[Any], ...]],
    words: dict[str, dict[str, int]],
) -> Fleet:
    labels = {name: tuple(index) for name, index in words.items()}
    asset, day, scale, grade, duty = _join(looks, 5)
    worked, worked_day, kind = _join(works, 3)
    columns: dict[str, Floats] = {name: found.joined(name, np.float64) for name in SIZES}
    texts = {"material": Coded.of(found.material)}
    for name, values in found.worded.items():
        if all(v is None or isinstance(v, bool | int | float) for v in values):
            columns[name] = np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
        else:
            texts[name] = Coded.of(values)
    return Fleet(
        asset_class=asset_class,
        owners=owners,
        owner=np.concatenate(found.owner) if found.owner else np.zeros(0, dtype=np.int64),
        ids=found.ids,
        numbers=found.numbers,
        names=found.names,
        built_year=found.joined("built_year", np.float64),
        built_day=_as_days(found.joined("built_day", np.int32)),
        columns=columns,
        texts=texts,
        status=Coded.of(found.status),
        place=np.column_stack((found.joined("lon", np.float64), found.joined("lat", np.float64))),
        simulated=found.joined("simulated", bool),
        flagged=found.joined("flagged", bool),
        looks=Looks(
            asset=asset,
            day=_as_days(day),
            scale=Coded(scale, labels["scale"]),
            grade=Coded(grade, labels["grade"]),
            duty=Coded(duty, labels["duty"]),
        ),
        works=Works(asset=worked, day=_as_days(worked_day), kind=Coded(kind, labels["kind"])),
    )


def _as_days(values: NDArray[Any]) -> Days:
    return values.astype(np.int32)


async def refresh_statistics(conn: Conn) -> None:
    """Bring the planner's statistics up to date after a large change."""
    await conn.execute(sql("fleets", "refresh_statistics"))
