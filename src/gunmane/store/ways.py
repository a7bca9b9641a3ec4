"""Whose assets a principal reads, what a list of assets is narrowed to, and the way on which its pages are found.

Nothing here decides what is found: policies and filters do. It decides what is looked through.
"""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from gunmane.core.words import AssetClass, Status
from gunmane.store import words
from gunmane.store.overview import COARSEST_LEVEL, FINEST_LEVEL
from gunmane.store.query import ReadConn, sql

LAST = UUID(int=2**128 - 1)
"""With an infinite loss the place before all others in the order of risk."""
MOST_ARMS = 150
"""Parts of a list that are merged; with more owners and classes each owner is gone through as a whole."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which assets to list; None does not restrict. `text` is looked for in number, name and route, whether
    full-width or half-width (`words.spellings`)."""

    classes: Sequence[str] | None = None
    grades: Sequence[str] | None = None
    scale: str | None = None
    statuses: Sequence[str] | None = None
    due_states: Sequence[str] | None = None
    text: str | None = None
    municipalities: Sequence[str] | None = None
    box: Box | None = None


class Reach(Struct, frozen=True):
    """The owners whose assets a principal reads one by one, with the classes that each opens (None: all of them)."""

    classes: dict[UUID, frozenset[str] | None]

    @property
    def owners(self) -> list[UUID]:
        """The owners."""
        return list(self.classes)

    def only(self, owners: Sequence[UUID] | None) -> "Reach":
        """Leave out the owners that are not among these, where some are given."""
        return self if owners is None else Reach({one: self.classes[one] for one in self.classes if one in owners})

    def among(self, owners: Sequence[UUID], wanted: Sequence[str] | None) -> tuple[list[UUID], list[str]]:
        """List which wanted classes of these owners are open, as two columns."""
        pairs = [
            (owner, one)
            for owner in owners
            for one in dict.fromkeys(AssetClass if wanted is None else wanted)
            if (open_ := self.classes[owner]) is None or one in open_
        ]
        return [owner for owner, _ in pairs], [str(one) for _, one in pairs]

    def arms(self, owners: Sequence[UUID], wanted: Wanted) -> tuple[str, list[tuple[UUID, str]]]:
        """Choose the index to walk: its word in the query, and the ranges that are merged in the list's order."""
        if wanted.statuses is not None and Status.IN_SERVICE not in wanted.statuses:
            by, values = "by_status", list(dict.fromkeys(map(str, wanted.statuses)))
        elif wanted.classes is not None:
            return "by_class", list(zip(*self.among(owners, wanted.classes), strict=True))
        elif wanted.municipalities is not None:
            by, values = "by_municipality", list(dict.fromkeys(wanted.municipalities))
        else:
            by, values = "by_owner", [""]
        return by, [(owner, value) for owner in owners for value in values]


async def reach(conn: ReadConn, planned: bool = False) -> Reach:
    """Find out whose assets the principal reads one by one.

    `planned` lets the statements of this transaction keep their plans, for lists in the order of risk, whose
    statements fit what is asked; others are planned for what is asked each time.
    """
    rows = await conn.fetch(sql("assets", "readable_owners"), planned)
    return Reach({row["owner_id"]: None if row["own"] else frozenset(row["classes"]) for row in rows})


def corners(box: Box | None) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return a box as the database takes it: its north-eastern and south-western corner."""
    return None if box is None else ((box[2], box[3]), (box[0], box[1]))


def like(text: str | None) -> list[str] | None:
    """Return patterns of the spellings of a text."""
    if text is None:
        return None
    escaped = (one.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for one in words.spellings(text))
    return [f"%{one}%" for one in escaped]


def filters(wanted: Wanted) -> tuple[Any, ...]:
    """Return the parameters $4 to $11 of the lists of assets."""
    return (
        wanted.classes, wanted.grades, wanted.scale, wanted.statuses, wanted.due_states, like(wanted.text),
        wanted.municipalities, corners(wanted.box),
    )  # fmt: skip


def narrowing(wanted: Wanted) -> frozenset[str]:
    """Name what the list is narrowed by, as the query's lines are marked."""
    given = {
        "classes": wanted.classes, "grades": wanted.grades, "scale": wanted.scale, "statuses": wanted.statuses,
        "due": wanted.due_states, "text": wanted.text, "municipalities": wanted.municipalities, "box": wanted.box,
    }  # fmt: skip
    return frozenset(name for name, value in given.items() if value is not None)


async def rare(conn: ReadConn, owners: Sequence[UUID], wanted: Wanted, limit: int) -> bool:
    """Tell whether so few assets have the wanted grade or state of duty that they are gathered sooner than met.

    Of n assets with k wanted ones the list's order passes limit x n / k rows until the page is full; the others are
    looked up by grade or state, all k. Both are as of the last computation, which decides nothing but the way.
    """
    if wanted.grades is None and wanted.due_states is None:
        return False
    counts = await conn.fetchrow(
        sql("tallies", "shares"), owners, wanted.classes, wanted.grades, wanted.due_states, wanted.scale
    )
    k = counts["graded"] if wanted.grades is not None else counts["due"]
    return k**2 < limit * counts["whole"]


class Way(Struct, frozen=True):
    """How a page is found soonest: owners to go through in the list's order, owners to look at by place, and assets
    (`found`, with their owners `of`) to choose from."""

    far: list[UUID]
    near: list[UUID]
    of: list[UUID]
    found: list[UUID]

    @property
    def mixed(self) -> bool:
        """Whether the rows come from several queries."""
        return bool(self.far) + bool(self.near) + bool(self.found) > 1


async def way_to(conn: ReadConn, owners: Sequence[UUID], wanted: Wanted, limit: int) -> Way:
    """Choose the way to a page."""
    far, (of, found) = (owners, ([], [])) if wanted.text is None else await words.find(conn, owners, wanted.text)
    far, near = await _by_share(conn, far, wanted, limit)
    return Way(far, near, of, found)


async def _by_share(
    conn: ReadConn, owners: Sequence[UUID], wanted: Wanted, limit: int
) -> tuple[list[UUID], list[UUID]]:
    """Split owners by how their assets in a box are found soonest: in the list's order, or by place.

    Of n assets of the wanted classes with k in the box the list's order passes about limit x n / k rows until the
    page is full, the place all in the box. The map's cells tell between which numbers k lies; where that leaves it
    open, finer cells are asked. They decide nothing but the way.
    """
    box = wanted.box
    if box is None or not owners:
        return list(owners), []
    west, south, east, north = box
    coarse = math.floor(math.log2(360 / max(east - west, north - south, 1e-6)))
    far: set[UUID] = set()
    open_ = list(owners)
    for finer in (3, 6):
        level = min(max(coarse + finer, COARSEST_LEVEL), FINEST_LEVEL)
        (left, bottom), (right, top) = to_cell(west, south, level), to_cell(east, north, level)
        counts = await conn.fetch(
            sql("overview", "box_counts"), open_, level, left, right, top, bottom, COARSEST_LEVEL,
            wanted.classes,
        )  # fmt: skip
        far |= {row["owner_id"] for row in counts if row["inside"] * row["all_inside"] > limit * row["whole"]}
        left_open = [
            row
            for row in counts
            if row["inside"] * row["all_inside"] <= limit * row["whole"] < row["touched"] * row["all_touched"]
        ]
        open_ = [row["owner_id"] for row in left_open]
        if not open_:
            break
    else:
        far |= {row["owner_id"] for row in left_open if 2 * row["touched"] > row["whole"]}
    return [one for one in owners if one in far], [one for one in owners if one not in far]


def to_cell(longitude: float, latitude: float, level: int) -> tuple[int, int]:
    """Return the map cell of one level in which a place lies (Web Mercator)."""
    side = 1 << level
    bent = math.asinh(math.tan(math.radians(min(max(latitude, -85.05), 85.05))))
    x, y = (longitude + 180) / 360 * side, (1 - bent / math.pi) / 2 * side
    return min(max(int(x), 0), side - 1), min(max(int(y), 0), side - 1)
