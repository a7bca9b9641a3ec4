"""Reads the assets of some classes and their histories into columns."""

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, get_args, get_type_hints
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from gunmane.core.assess.fleets import Days, Fleet, Floats, Ints, Looks, Works
from gunmane.core.duties.columns import Coded
from gunmane.core.inventory import ATTRIBUTES
from gunmane.core.ledgers.columns import DERIVED
from gunmane.core.stock import OwnerFacts
from gunmane.core.words import AssetClass, Precision, Status
from gunmane.store import access
from gunmane.store.copied import JOINED, read_rows
from gunmane.store.copying import Fixed
from gunmane.store.histories import EPOCH, Events, Words
from gunmane.store.query import Conn, ReadConn, sql

NO_DAY = int(np.iinfo(np.int32).min)
SIZES = ("length_m", "width_m", "area_m2", "diameter_mm", "depth_m")
NAMES_OF_OTHERS = frozenset(("upstream", "downstream", "coordinate_id"))
"""Attributes that name other things: nearly as many texts as assets; no computation over a class asks for them."""

_ASSETS: Fixed = (
    ("asset_id", "V16"), ("built_year", ">i2"), ("built_on", ">i4"), ("built_precision", ">i2"),
    *((name, ">f8") for name in (*SIZES, "lon", "lat")), ("simulated", "?"), ("flagged", "?"),
)  # fmt: skip
_BYTES = JOINED.encode()
_PRECISIONS = tuple(Precision)
_NUMERIC = {int, float, bool, type(None)}

Columns = dict[str, NDArray[Any]]


class _Assets:
    """Collects one class's assets; a class because the columns grow together."""

    def __init__(self, asset_class: AssetClass) -> None:
        self.asset_class = asset_class
        kind = ATTRIBUTES[asset_class]
        hints = get_type_hints(kind)
        self.decoder = msgspec.json.Decoder(list[kind | None])
        self.blank = kind()
        self.fields = [f.name for f in msgspec.structs.fields(kind) if f.name not in NAMES_OF_OTHERS]
        self.numeric = {name for name in self.fields if _NUMERIC.issuperset(get_args(hints[name]) or (hints[name],))}
        self.words = {name: Words() for name in ("material", *self.fields) if name not in self.numeric}
        self.words["status"] = Words([Status.IN_SERVICE.value])
        self.pick: Callable[[Any], tuple[Any, ...]] = attrgetter(*self.fields, "__class__")  # a tuple, even of one
        self.numbers: list[str] = []
        self.names: list[str | None] = []
        self.owned: list[Columns] = []
        self.pieces: list[Columns] = []

    def take(self, fixed: NDArray[Any], texts: Sequence[bytes]) -> None:
        """Take over some assets of the owner that is being read."""
        numbers, names, materials, statuses, attributes = zip(*(text.split(_BYTES, 4) for text in texts), strict=True)
        self.numbers += _BYTES.join(numbers).decode().split(JOINED)
        self.names += [one or None for one in _BYTES.join(names).decode().split(JOINED)]
        piece: Columns = {name: fixed[name] for name, _ in _ASSETS}
        piece["material"] = self.words["material"].codes([one.decode() or None for one in materials])
        piece["status"] = self.words["status"].codes([one.decode() for one in statuses])
        known = self.decoder.decode(b"[" + b",".join(attributes) + b"]")
        columns = zip(*(self.pick(one or self.blank) for one in known), strict=True)
        for name, values in zip(self.fields, columns, strict=False):
            piece[name] = (
                np.array(values, dtype=np.float64) if name in self.numeric else self.words[name].codes(values)
            )
        self.pieces.append(piece)

    def finish_owner(self, first: int) -> NDArray[np.void]:
        """Order an owner's assets by the characters of their numbers, whatever the server's language is.

        `first` is the row of its first asset; returns the identifiers in their final order.
        """
        if not self.pieces:
            return np.zeros(0, dtype="V16")
        found = {name: np.concatenate([piece[name] for piece in self.pieces]) for name in self.pieces[0]}
        self.pieces = []
        numbers, names = self.numbers[first:], self.names[first:]
        order = sorted(range(len(numbers)), key=numbers.__getitem__)
        if order != list(range(len(order))):
            self.numbers[first:] = [numbers[row] for row in order]
            self.names[first:] = [names[row] for row in order]
            rows = np.array(order)
            found = {name: column[rows] for name, column in found.items()}
        self.owned.append(found)
        return found["asset_id"]

    def column(self, name: str) -> NDArray[Any]:
        """One column over all owners, in this machine's order of bytes."""
        found = np.concatenate([one[name] for one in self.owned])
        return found.astype(found.dtype.newbyteorder("="), copy=False)


async def read_fleets(
    conn: ReadConn,
    classes: Sequence[AssetClass],
    owners: Sequence[tuple[UUID, OwnerFacts]],
    as_of: date,
    seen: Callable[[float], None] = lambda _: None,
) -> list[Fleet]:
    """Read the classes that have assets; owners in the given order, assets by number. `seen`: share of owners read.

    Histories are read for all classes of an owner at once: no index leads to those of one class.
    """
    found = [_Assets(asset_class) for asset_class in classes]
    looks, works = Events(("scale", "grade", "duty")), Events(("kind",))
    sizes = np.zeros((len(classes), len(owners)), dtype=np.int64)
    for place, (owner_id, _) in enumerate(owners):
        seen(place / len(owners))
        async with access.only(conn, owner_id):
            sizes[:, place] = await _read_owner(conn, owner_id, as_of, found, looks, works)
    seen(1.0)
    facts = tuple(facts for _, facts in owners)
    looks.close()
    works.close()
    return [
        _fleet(one, facts, sizes[k], looks.of_class(k), works.of_class(k))
        for k, one in enumerate(found)
        if one.numbers
    ]


async def _read_owner(
    conn: ReadConn, owner_id: UUID, as_of: date, found: Sequence[_Assets], looks: Events, works: Events
) -> list[int]:
    """Read one owner's assets with their histories; return how many assets of each class there are."""
    firsts = [len(one.numbers) for one in found]
    ids: list[NDArray[np.void]] = []
    for one, first in zip(found, firsts, strict=True):
        precisions = [precision.value for precision in _PRECISIONS]
        given = (owner_id, one.asset_class.value, JOINED, precisions, sorted(DERIVED))
        await read_rows(conn, sql("fleets", "assets_of_class"), given, _ASSETS, one.take)
        ids.append(one.finish_owner(first))
    classes = [one.asset_class.value for one, mine in zip(found, ids, strict=True) if len(mine)]
    if classes:
        looks.begin(ids, firsts)
        works.begin(ids, firsts)
        given = (owner_id, classes, as_of)
        await conn.execute(sql("fleets", "scan_whole"))
        for row in await conn.fetch(sql("fleets", "inspections_of_classes"), *given):
            looks.take((row["scale"], row["grade"], row["duty"]), row["assets"], row["days"])
        for row in await conn.fetch(sql("fleets", "repairs_of_classes"), *given):
            works.take((row["kind"],), row["assets"], row["days"])
        await conn.execute(sql("fleets", "scan_by_choice"))
    return [len(mine) for mine in ids]


def _fleet(
    found: _Assets,
    owners: tuple[OwnerFacts, ...],
    sizes: Ints,
    looks: tuple[Ints, Days, list[Coded]],
    works: tuple[Ints, Days, list[Coded]],
) -> Fleet:
    asset_class = found.asset_class
    asset, day, (scale, grade, duty) = looks
    worked, worked_day, (kind,) = works
    columns: dict[str, Floats] = {name: found.column(name) for name in (*SIZES, *found.numeric)}
    texts = {"material": found.words["material"].settled(found.column("material"))}
    for name in found.fields:
        if name not in found.numeric:
            coded = found.words[name].settled(found.column(name))
            if coded.labels:
                texts[name] = coded
            else:
                columns[name] = np.full(len(coded.codes), np.nan)
    year = found.column("built_year").astype(np.float64)
    return Fleet(
        asset_class=asset_class,
        owners=owners,
        owner=np.repeat(np.arange(len(owners)), sizes),
        ids=np.ascontiguousarray(found.column("asset_id")).view(np.uint8).reshape(-1, 16),
        numbers=found.numbers,
        names=found.names,
        built_year=np.where(year == 0, np.nan, year),
        built_day=_first_days(found)
        if asset_class is not AssetClass.SEPTIC
        else np.full(len(year), NO_DAY, np.int32),
        columns=columns,
        texts=texts,
        status=found.words["status"].settled(found.column("status")),
        place=np.column_stack((found.column("lon"), found.column("lat"))),
        simulated=found.column("simulated"),
        flagged=found.column("flagged"),
        looks=Looks(asset=asset, day=day, scale=scale, grade=grade, duty=duty),
        works=Works(asset=worked, day=worked_day, kind=kind),
    )


def _first_days(found: _Assets) -> Days:
    """The day from which age counts, by the rule of `core.duties.facts.opening`."""
    on, year = found.column("built_on").astype(np.int64), found.column("built_year").astype(np.int64)
    precision = found.column("built_precision") - 1
    months = (year - 1970) * 12 + np.where(precision == _PRECISIONS.index(Precision.FISCAL_YEAR), 3, 0)
    opened = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    dated = (year != 0) & np.isin(precision, [_PRECISIONS.index(p) for p in (Precision.FISCAL_YEAR, Precision.YEAR)])
    return np.where(on != NO_DAY, on + EPOCH, np.where(dated, opened, NO_DAY)).astype(np.int32)


async def refresh_statistics(conn: Conn) -> None:
    """Bring the planner's statistics up to date after a large change."""
    await conn.execute(sql("fleets", "refresh_statistics"))
