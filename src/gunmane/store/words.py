"""Finds assets by parts of their number, name and route.

Of each asset the parts are kept that a search can be put together from: pairs of characters, and triples of ASCII
letters and digits. They are written after the assets, by `catch_up`; owners whose words are not complete are told
apart, so that a list can look through their assets one by one.
"""

import zlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from gunmane.store.query import Conn, ReadConn, sql

FEW = 4_000
"""Assets of an owner up to which a list begins with what was found; more are met soon in the order of the list."""

BATCH = 500
"""Assets whose words are made at once: about 10 ms of the processor's time."""


def _folded(text: str) -> str:
    """Fold case as a search without regard to case does, character by character."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def _hashes(owner_id: UUID, parts: Iterable[str]) -> list[int]:
    """Hash parts with their owner, as signed 32 bits; two parts with the same hash cost a look, nothing else."""
    start = zlib.crc32(owner_id.bytes)
    return sorted({zlib.crc32(part.encode(), start) - 2**31 for part in parts})


def grams(owner_id: UUID, texts: Iterable[str | None]) -> list[int]:
    """Return the parts of an asset's texts."""
    found: set[str] = set()
    for text in texts:
        if text:
            plain = _folded(text)
            found.update(plain[k : k + 2] for k in range(len(plain) - 1))
            found.update(three for k in range(len(plain) - 2) if (three := plain[k : k + 3]).isascii())
    return _hashes(owner_id, found)


def wanted(owner_id: UUID, text: str) -> list[int]:
    """Return the fewest parts that every asset has whose texts hold `text`; none for a single character."""
    plain = _folded(text)
    threes = {k for k in range(len(plain) - 2) if plain[k : k + 3].isascii()}
    inside = {k + shift for k in threes for shift in (0, 1)}
    twos = [plain[k : k + 2] for k in range(len(plain) - 1) if k not in inside]
    return _hashes(owner_id, [*(plain[k : k + 3] for k in threes), *twos])


async def find(conn: ReadConn, owners: Sequence[UUID], text: str) -> tuple[list[UUID], tuple[list[UUID], list[UUID]]]:
    """Split owners: those to be looked through, and of the others what may hold `text`, as owners and assets.

    An asset found has the parts of the text, perhaps not the text; nothing that holds it is left out.
    """
    complete = [row["owner_id"] for row in await conn.fetch(sql("words", "complete"), owners)]
    keys = [wanted(owner_id, text) for owner_id in complete]
    if not keys or not keys[0]:
        return list(owners), ([], [])
    width = max(map(len, keys))  # equal but for parts of an owner that share a hash
    flat = [one for key in keys for one in (key * width)[:width]]
    rows = await conn.fetch(sql("words", "find"), complete, flat, FEW)
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row["owner_id"]] = counts.get(row["owner_id"], 0) + 1
    near = {owner_id for owner_id in complete if counts.get(owner_id, 0) < FEW}
    kept = [row for row in rows if row["owner_id"] in near]
    far = [owner_id for owner_id in owners if owner_id not in near]
    return far, ([row["owner_id"] for row in kept], [row["asset_id"] for row in kept])


async def imported(conn: Conn, owner_id: UUID) -> None:
    """Note, in the transaction of an import, that words have to be written."""
    await conn.execute(sql("words", "imported"), owner_id)


async def put(conn: Conn, owner_id: UUID, rows: Iterable[tuple[UUID, str, int, Sequence[str | None]]]) -> None:
    """Keep the words of assets: identifier, class, revision, and number, name and route."""
    given = [(owner_id, asset_id, kind, revision, grams(owner_id, texts)) for asset_id, kind, revision, texts in rows]
    await conn.executemany(sql("words", "put"), given)


async def unworded_owners(conn: ReadConn) -> list[UUID]:
    """List the owners whose words are not complete; for the service's clock, over all owners."""
    return [row["owner_id"] for row in await conn.fetch(sql("words", "unworded_owners"))]


async def written(conn: ReadConn, owner_id: UUID) -> int:
    """Tell how often an owner's assets have been written by imports."""
    return await conn.fetchval(sql("words", "written"), owner_id) or 0


async def catch_up(conn: Conn, owner_id: UUID, after: UUID | None, imports: int, batch: int = BATCH) -> UUID | None:
    """Write the words of the next assets after one; None when that was the last and the words are complete.

    `imports` is what `written` told before the first batch: what an import has written since is left for the next
    time.
    """
    rows = await conn.fetch(sql("words", "unworded"), owner_id, after, batch)
    found = [
        (row["asset_id"], row["asset_class"], row["revision"], (row["number"], row["name"], row["route"]))
        for row in rows
    ]
    if found:
        await put(conn, owner_id, found)
    if len(found) == batch:
        return found[-1][0]
    await conn.execute(sql("words", "worded"), owner_id, imports)
    return None
