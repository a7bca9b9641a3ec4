"""The inventory read in columns, for computations over a whole region.

The server sends each column as one value (lengths and characters, or the numbers' bytes), page by page in the order
of the primary key: no Python object per row and column unless it is asked for.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.inventory import ATTRIBUTES, Asset
from gunmane.core.words import AssetClass, Origin, Precision, Scale, Status
from gunmane.store.query import ReadConn, sql

PAGE = 200_000
_NO_DAY = -2147483648

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]


class Coded(Struct, frozen=True, eq=False):
    """A column of few distinct texts: `codes` point into `values`, -1 is unknown."""

    values: tuple[str, ...]
    codes: NDArray[np.int16]

    def texts(self) -> list[str | None]:
        """Return the texts row by row."""
        table = [*self.values, None]
        return [table[code] for code in self.codes.tolist()]


class Columns(Struct, frozen=True, kw_only=True, eq=False):
    """Assets of one class, column by column, sorted by owner (in the order asked for) and identifier.

    Unknown is NaN in numbers, NaT in days, None in lists, -1 in codes. Units are those of `core.inventory.Asset`.
    `owner` points into `owners`; `asset_id` is an array of n x 16 bytes. `longitude` and `latitude` are the middle of
    the box around the geometry. `attributes` and `geometry` are empty unless asked for.
    """

    asset_class: AssetClass
    owners: tuple[UUID, ...]
    owner: Ints
    asset_id: NDArray[np.uint8]
    number: list[str]
    name: list[str | None]
    route: list[str | None]
    material_text: list[str | None]
    built_year: Floats
    built_on: Days
    built_precision: Coded
    municipality_code: Coded
    length_m: Floats
    width_m: Floats
    area_m2: Floats
    diameter_mm: Floats
    depth_m: Floats
    longitude: Floats
    latitude: Floats
    material: Coded
    status: Coded
    origin: Coded
    attributes: list[Any]
    geometry: list[bytes | None]

    def __len__(self) -> int:
        return len(self.owner)

    def ids(self) -> list[UUID]:
        """Return the identifiers as objects."""
        raw = self.asset_id.tobytes()
        return [UUID(bytes=raw[start : start + 16]) for start in range(0, len(raw), 16)]

    def numbers(self, name: str) -> Floats:
        """Return a measure or a numeric attribute as floats; yes is 1, no 0, NaN where unknown or no number."""
        if isinstance(getattr(self, name, None), np.ndarray):
            return getattr(self, name)
        found = [getattr(one, name, None) for one in self.attributes]
        return np.array([one if isinstance(one, int | float) else None for one in found], dtype=np.float64)

    def asset(self, position: int, asset_id: UUID | None = None) -> Asset:
        """Return one row as a value; its attributes are None unless they were read."""
        return self.assets(range(position, position + 1), None if asset_id is None else [asset_id])[0]

    def assets(self, positions: Sequence[int] | None = None, ids: Sequence[UUID] | None = None) -> list[Asset]:
        """Return rows (all of them by default) as values."""
        rows = range(len(self)) if positions is None else positions
        picked: Any = np.fromiter(rows, dtype=np.int64, count=len(rows))

        def floats(values: Floats) -> list[float | None]:
            return [None if value != value else value for value in values[picked].tolist()]

        def whole(values: Floats) -> list[int | None]:
            return [None if value != value else int(value) for value in values[picked].tolist()]

        def coded(column: Coded) -> list[str | None]:
            return Coded(column.values, column.codes[picked]).texts()

        raw = self.asset_id[picked].tobytes()
        found = ids or [UUID(bytes=raw[start : start + 16]) for start in range(0, len(raw), 16)]
        days = self.built_on[picked].tolist()
        measures = zip(
            whole(self.built_year), floats(self.length_m), floats(self.width_m), floats(self.area_m2),
            whole(self.diameter_mm), floats(self.depth_m), strict=True,
        )  # fmt: skip
        words = zip(
            coded(self.built_precision), coded(self.municipality_code), coded(self.material), coded(self.status),
            coded(self.origin), strict=True,
        )  # fmt: skip
        precisions, statuses, origins = (
            {p.value: p for p in Precision},
            {s.value: s for s in Status},
            {o.value: o for o in Origin},
        )
        made: list[Asset] = []
        for row, owner, asset_id, day, measure, word in zip(
            rows, self.owner[picked].tolist(), found, days, measures, words, strict=True
        ):
            made.append(
                Asset(
                    owner_id=self.owners[owner], asset_id=asset_id, asset_class=self.asset_class,
                    number=self.number[row], name=self.name[row], built_year=measure[0], built_on=day,
                    built_precision=precisions[word[0] or "unknown"], municipality_code=word[1],
                    route=self.route[row], length_m=measure[1], width_m=measure[2], area_m2=measure[3],
                    diameter_mm=measure[4],
                    depth_m=measure[5], material=word[2], material_text=self.material_text[row],
                    attributes=self.attributes[row] if self.attributes else None,
                    geometry=self.geometry[row] if self.geometry else None,
                    status=statuses[word[3] or "in_service"], origin=origins[word[4] or "ledger"],
                )
            )  # fmt: skip
        return made


class InspectionColumns(Struct, frozen=True, kw_only=True, eq=False):
    """Inspections that stand, sorted by asset and day; `asset` points into the rows of `Columns`.

    `grade` codes "scale:grade", -1 where nothing was judged.
    """

    asset: Ints
    inspection_id: NDArray[np.uint8]
    inspected_on: Days
    date_precision: Coded
    grade: Coded
    duty: Coded

    def __len__(self) -> int:
        return len(self.asset)


class RepairColumns(Struct, frozen=True, kw_only=True, eq=False):
    """Repairs sorted by asset and day; `asset` points into the rows of `Columns`."""

    asset: Ints
    repaired_on: Days
    kind: Coded
    cost_yen: Floats

    def __len__(self) -> int:
        return len(self.asset)


def _joined(pages: Sequence[Any], name: str, kind: str) -> NDArray[Any]:
    raw = b"".join(page[name] or b"" for page in pages)
    return np.frombuffer(raw, dtype=kind).astype(kind.replace(">", "="))


def _floats(pages: Sequence[Any], name: str) -> Floats:
    return _joined(pages, name, ">f8")


def _days(pages: Sequence[Any], name: str) -> Days:
    numbers = _joined(pages, name, ">i4").astype(np.int64)
    return np.where(numbers == _NO_DAY, np.datetime64("NaT", "D"), numbers.astype("datetime64[D]"))


def _coded(pages: Sequence[Any], name: str, values: Sequence[str]) -> Coded:
    return Coded(tuple(values), _joined(pages, name, ">i2") - np.int16(1))


def _pieces(pages: Sequence[Any], name: str) -> list[Any]:
    """Cut the characters (or bytes) of each page by their lengths; -1 is None."""
    found: list[Any] = []
    for page in pages:
        lengths = np.frombuffer(page[f"{name}_length"] or b"", dtype=">i4")
        whole = page[name]
        if whole is None:
            found += [None if length < 0 else "" for length in lengths.tolist()]
            continue
        ends = accumulate(np.maximum(lengths, 0).tolist(), initial=0)
        found += [whole[start:end] for start, end in pairwise(ends)]
        unknown = np.flatnonzero(lengths < 0).tolist()
        offset = len(found) - len(lengths)
        for position in unknown:
            found[offset + position] = None
    return found


def _ids(pages: Sequence[Any], name: str) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(page[name] or b"" for page in pages), dtype=np.uint8).reshape(-1, 16)


async def read_columns(
    conn: ReadConn,
    owners: Sequence[UUID],
    asset_class: AssetClass,
    *,
    attributes: bool = True,
    geometry: bool = False,
    known_at: datetime | None = None,
    page: int = PAGE,
) -> Columns:
    """Read the assets of some owners and one class; `known_at` reads them as they were known at that moment."""
    listed = {
        row["name"]: row["values"] or []
        for row in await conn.fetch(sql("inventory", "column_values"), list(owners), asset_class.value)
    }
    lists: tuple[list[str], ...] = (
        [one.value for one in Precision], [one.value for one in Status], [one.value for one in Origin],
        listed["material"], listed["municipality_code"],
    )  # fmt: skip
    pages: list[Any] = []
    counts: list[int] = []
    for owner_id in owners:
        after, total = None, 0
        while True:
            row = await conn.fetchrow(
                sql("inventory", "columns"),
                owner_id, asset_class.value, after, page, known_at, *lists, attributes, geometry,
            )  # fmt: skip
            pages.append(row)
            total += row["n"]
            if row["n"] < page:
                break
            after = UUID(bytes=row["asset_id"][-16:])
        counts.append(total)
    names = ("built_year", "length_m", "width_m", "area_m2", "diameter_mm", "depth_m", "longitude", "latitude")
    measures: dict[str, Any] = {name: _floats(pages, name) for name in names}
    words = ("built_precision", "status", "origin", "material", "municipality_code")
    measures |= {name: _coded(pages, name, values) for name, values in zip(words, lists, strict=True)}
    return Columns(
        asset_class=asset_class,
        owners=tuple(owners),
        owner=np.repeat(np.arange(len(owners)), counts),
        asset_id=_ids(pages, "asset_id"),
        number=_pieces(pages, "number"),
        name=_pieces(pages, "name"),
        route=_pieces(pages, "route"),
        material_text=_pieces(pages, "material_text"),
        built_on=_days(pages, "built_on"),
        attributes=_decoded(_pieces(pages, "attributes"), asset_class) if attributes else [],
        geometry=_pieces(pages, "geometry") if geometry else [],
        **measures,
    )


def _decoded(found: Sequence[str | None], asset_class: AssetClass) -> list[Any]:
    """Decode the attributes of all rows at once."""
    whole = "[" + ",".join(one or "null" for one in found) + "]"
    return msgspec.json.decode(whole, type=list[ATTRIBUTES[asset_class] | None])


_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, odd


def _keys(ids: NDArray[np.uint8]) -> NDArray[np.uint64]:
    halves = np.ascontiguousarray(ids).view(">u8").astype(np.uint64)
    return halves[:, 0] * _MIX ^ halves[:, 1]


def positions(columns: Columns, ids: NDArray[np.uint8]) -> Ints:
    """Return the row of each identifier in `columns`; -1 for those that are not there."""
    if not len(columns) or not len(ids):
        return np.full(len(ids), -1, dtype=np.int64)
    keys = _keys(columns.asset_id)
    order = np.argsort(keys)
    slots = np.minimum(np.searchsorted(keys, _keys(ids), sorter=order), len(order) - 1)
    found = order[slots]
    return np.where((columns.asset_id[found] == ids).all(axis=1), found, -1)


async def _pages(
    conn: ReadConn,
    query: str,
    owners: Sequence[UUID],
    asset_class: AssetClass,
    page: int,
    names: tuple[str, str],
    *lists: Any,
) -> list[Any]:
    pages: list[Any] = []
    for owner_id in owners:
        after: tuple[Any, ...] = (None, None, None)
        while True:
            row = await conn.fetchrow(sql("inventory", query), owner_id, asset_class.value, *after, page, *lists)
            pages.append(row)
            if row["n"] < page:
                break
            day = np.frombuffer(row[names[1]][-4:], dtype=">i4").astype("datetime64[D]")[0].astype(object)
            after = (UUID(bytes=row["asset_id"][-16:]), day, UUID(bytes=row[names[0]][-16:]))
    return pages


async def read_inspections(
    conn: ReadConn, columns: Columns, scales: dict[str, Scale], *, page: int = PAGE
) -> InspectionColumns:
    """Read the inspections that stand of the assets in `columns`."""
    owners, asset_class = columns.owners, columns.asset_class
    duties = await conn.fetchval(sql("inventory", "inspection_duties"), list(owners), asset_class.value)
    precisions = [one.value for one in Precision]
    grades = [f"{code}:{grade}" for code, scale in scales.items() for grade in scale.grades]
    pages = await _pages(
        conn,
        "inspection_columns",
        owners,
        asset_class,
        page,
        ("inspection_id", "inspected_on"),
        precisions,
        grades,
        duties,
    )
    asset = positions(columns, _ids(pages, "asset_id"))
    known: Any = asset >= 0
    return InspectionColumns(
        asset=asset[known],
        inspection_id=_ids(pages, "inspection_id")[known],
        inspected_on=_days(pages, "inspected_on")[known],
        date_precision=_picked(_coded(pages, "date_precision", precisions), known),
        grade=_picked(_coded(pages, "grade", grades), known),
        duty=_picked(_coded(pages, "duty", duties), known),
    )


async def read_repairs(conn: ReadConn, columns: Columns, *, page: int = PAGE) -> RepairColumns:
    """Read the repairs of the assets in `columns`."""
    kinds = ["repair", "rehabilitation", "replacement", "removal", "cleaning"]
    pages = await _pages(
        conn, "repair_columns", columns.owners, columns.asset_class, page, ("repair_id", "repaired_on"), kinds
    )
    asset = positions(columns, _ids(pages, "asset_id"))
    known: Any = asset >= 0
    return RepairColumns(
        asset=asset[known],
        repaired_on=_days(pages, "repaired_on")[known],
        kind=_picked(_coded(pages, "kind", kinds), known),
        cost_yen=_floats(pages, "cost_yen")[known],
    )


def _picked(column: Coded, rows: Any) -> Coded:
    return Coded(column.values, column.codes[rows])
