"""Finds assets by parts of their number, name and route.

Of each asset the parts are kept that a search can be put together from: pairs of characters, and triples of ASCII
letters and digits. They are written after the assets, by `catch_up`; owners whose words are not complete are told
apart, so that a list can look through their assets one by one.
"""

import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from gunmane.store.query import Conn, ReadConn, sql

FEW = 4_000
"""Assets of an owner up to which a list begins with what was found; more are met soon in the order of the list."""

BATCH = 500
"""Assets whose words are made at once: about 10 ms of the processor's time."""


def _half_width() -> dict[int, str]:
    """Return the half-width spelling of each kana that has one; sounds with marks take two characters."""
    found: dict[int, str] = {}
    for code in range(0xFF61, 0xFFA0):
        plain = unicodedata.normalize("NFKC", chr(code))
        found[ord(plain)] = chr(code)
        for mark, half in (("\u3099", "\uff9e"), ("\u309a", "\uff9f")):
            if len(marked := unicodedata.normalize("NFC", plain + mark)) == 1:
                found[ord(marked)] = chr(code) + half
    return found


_HALF = _half_width()
_FULL = {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {0x20: "\u3000"}


def spellings(text: str) -> list[str]:
    """Return the ways in which ledgers write a text: as given, and in one width throughout.

    `第２３７` is also `第237`, `ﾊﾞｼ` also `バシ`, and the other way round; blanks around it are dropped. Ledgers keep
    their own spelling, and one that mixes widths inside the text is not met.
    """
    given = text.strip() or text
    plain = unicodedata.normalize("NFKC", given).strip() or given
    return list(dict.fromkeys((given, plain, plain.translate(_FULL), plain.translate(_HALF))))


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
    asked = [(owner_id, wanted(owner_id, one)) for one in spellings(text) for owner_id in complete]
    if not asked or not all(key for _, key in asked):
        return list(owners), ([], [])
    width = max(len(key) for _, key in asked)  # shorter ones repeat their parts
    flat = [one for _, key in asked for one in (key * width)[:width]]
    rows = await conn.fetch(sql("words", "find"), [owner_id for owner_id, _ in asked], flat, FEW)
    counts = Counter(row["owner_id"] for row in rows)
    near = {owner_id for owner_id in complete if counts[owner_id] < FEW}
    kept = list({(row["owner_id"], row["asset_id"]) for row in rows if row["owner_id"] in near})
    far = [owner_id for owner_id in owners if owner_id not in near]
    return far, ([owner_id for owner_id, _ in kept], [asset_id for _, asset_id in kept])


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
