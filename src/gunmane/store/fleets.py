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
from gunmane.store.query import Conn, ReadConn, sql

NO_DAY = int(np.iinfo(np.int32).min)
SIZES = ("length_m", "width_m", "area_m2", "diameter_mm", "depth_m")
NAMES_OF_OTHERS = frozenset(("upstream", "downstream", "coordinate_id"))
"""Attributes that name other things: nearly as many texts as assets; no computation over a class asks for them."""

_ASSETS: Fixed = (
    ("asset_id", "V16"), ("built_year", ">i2"), ("built_on", ">i4"), ("built_precision", ">i2"),
    *((name, ">f8") for name in (*SIZES, "lon", "lat")), ("simulated", "?"), ("flagged", "?"),
)  # fmt: skip
_EVENTS: Fixed = (("asset_id", "V16"), ("day", ">i4"))
_EPOCH = date(2000, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
_BYTES = JOINED.encode()
_PRECISIONS = tuple(Precision)
_NUMERIC = {int, float, bool, type(None)}

Columns = dict[str, NDArray[Any]]


class _Words:
    """Texts and their codes; None, and what is `known` to stand for nothing, is -1."""

    def __init__(self, known: Sequence[str] = ()) -> None:
        self.index: dict[Any, int] = {None: -1} | dict.fromkeys(known, -1)
        self.labels: list[Any] = []

    def codes(self, values: Sequence[Any]) -> NDArray[np.int32]:
        """Encode values."""
        for value in set(values) - self.index.keys():
            self.index[value] = len(self.labels)
            self.labels.append(value)
        return np.array(list(map(self.index.__getitem__, values)), dtype=np.int32)

    def settled(self, codes: NDArray[np.int32]) -> Coded:
        """Number the texts by their first use, so that the rows alone decide the codes."""
        used, first = np.unique(codes, return_index=True)
        order = used[used >= 0][np.argsort(first[used >= 0])]
        renamed = np.full(int(used.max(initial=-1)) + 2, -1, dtype=np.int32)
        renamed[order] = np.arange(len(order))
        return Coded(renamed[codes], tuple(self.labels[code] for code in order.tolist()))


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
        self.words = {name: _Words() for name in ("material", *self.fields) if name not in self.numeric}
        self.words["status"] = _Words([Status.IN_SERVICE.value])
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
    looks, works = _Events(("scale", "grade", "duty")), _Events(("kind",))
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
    conn: ReadConn, owner_id: UUID, as_of: date, found: Sequence[_Assets], looks: "_Events", works: "_Events"
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
        given = (owner_id, classes, JOINED, as_of)
        await read_rows(conn, sql("fleets", "inspections_of_classes"), given, _EVENTS, looks.take)
        await read_rows(conn, sql("fleets", "repairs_of_classes"), (owner_id, classes, as_of), _EVENTS, works.take)
    return [len(mine) for mine in ids]


class _Events:
    """Collects inspections or repairs with their words; those of assets no longer listed are left out."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.index: dict[bytes, int] = {}
        self.parts: list[tuple[NDArray[np.int8], Ints, Days, Ints]] = []

    def begin(self, ids: Sequence[NDArray[np.void]], firsts: Sequence[int]) -> None:
        """Say whose events follow: of each class, identifiers in the order of the rows, and the first row."""
        self.keys = np.concatenate([one.view("S16") for one in ids])
        self.kind = np.repeat(np.arange(len(ids), dtype=np.int8), [len(one) for one in ids])
        self.row = np.concatenate([first + np.arange(len(one)) for one, first in zip(ids, firsts, strict=True)])
        self.order = np.argsort(self.keys)

    def take(self, fixed: NDArray[Any], texts: Sequence[bytes]) -> None:
        """Take over some events of the present owner."""
        wanted = np.ascontiguousarray(fixed["asset_id"]).view("S16")
        slots = np.searchsorted(self.keys, wanted, sorter=self.order)
        at = self.order[np.minimum(slots, len(self.order) - 1)]
        kept = self.keys[at] == wanted
        for text in set(texts) - self.index.keys():
            self.index[text] = len(self.index)
        codes = np.array(list(map(self.index.__getitem__, texts)), dtype=np.int64)
        day = fixed["day"].astype(np.int32) + np.int32(_EPOCH)
        self.parts.append((self.kind[at[kept]], self.row[at[kept]], day[kept], codes[kept]))

    def close(self) -> None:
        """Put all that came by class, asset, day and words, so that equal histories come in an equal order."""
        none = (np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64))
        kind, asset, day, code = (np.concatenate(one) for one in zip(none, *self.parts, strict=True))
        said = sorted(self.index)
        rank = np.zeros(len(said), dtype=np.int64)
        rank[[self.index[text] for text in said]] = np.arange(len(said))
        code = rank[code]
        order = np.lexsort((code, day, asset, kind))
        self.texts = [text.decode().split(JOINED) for text in said]
        self.all = kind[order], asset[order], day[order], code[order]

    def of_class(self, place: int) -> tuple[Ints, Days, list[Coded]]:
        """The events of one class."""
        kind, asset, day, code = self.all
        cut = slice(*np.searchsorted(kind, [place, place + 1]).tolist())
        coded: list[Coded] = []
        for column in range(len(self.names)):
            words = _Words([""])
            table = words.codes([text[column] for text in self.texts])
            coded.append(words.settled(table[code[cut]]))
        return asset[cut], day[cut], coded


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
    return np.where(on != NO_DAY, on + _EPOCH, np.where(dated, opened, NO_DAY)).astype(np.int32)


async def refresh_statistics(conn: Conn) -> None:
    """Bring the planner's statistics up to date after a large change."""
    await conn.execute(sql("fleets", "refresh_statistics"))
