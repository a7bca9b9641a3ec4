"""Says of due dates why they are so: which article, from which fact, as of when."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from msgspec import structs

from gunmane.core.calendar import date_text
from gunmane.core.duties.engine import DueItem, due_items
from gunmane.core.duties.rules import RuleBook
from gunmane.files.rules import rule_book
from gunmane.store import duties as store
from gunmane.store.query import ReadConn, Record
from gunmane.store.records import DueRow

FEW = 20
"""Reasons of so many assets are written at once (about 0.1 ms each); of more, aside, so that others are served."""
MOST = 5000
"""Assets whose duties a process keeps, with what they followed from; the one unused longest goes first."""

Items = dict[str, DueItem]
_kept: OrderedDict[Record, Items] = OrderedDict()


async def explain(conn: ReadConn, rows: Sequence[DueRow]) -> list[DueRow]:
    """Write the reasons of due dates from the rule and the facts up to the day of their run.

    The table holds no sentences: millions of rows would not be read before the next computation. Where records have
    changed since, the reason says so and how the duty stands by the present ones. Duties are worked out again only
    where something that they follow from is not as it was.
    """
    keys = list(dict.fromkeys((r.owner_id, r.asset_id, r.as_of) for r in rows if r.as_of and r.reason_ja is None))
    if not keys:
        return list(rows)
    told, book = await store.told(conn, keys), rule_book()
    found = {one: items for one in told.values() if (items := _kept.pop(one, None)) is not None}
    new = [one for one in told.values() if one not in found]
    made = _items(new, book) if len(new) <= FEW else await asyncio.to_thread(_items, new, book)
    found.update(zip(new, made, strict=True))
    _kept.update(found)
    while len(_kept) > MOST:
        _kept.popitem(last=False)
    items = {key: found[one] for key, one in told.items()}
    return _explained(rows, items, book)


def _items(told: Sequence[Record], book: RuleBook) -> list[Items]:
    return [{item.duty: item for item in due_items(store.facts_of(one), one["as_of"], book)} for one in told]


def _explained(rows: Sequence[DueRow], items: Mapping[store.Key, Items], book: RuleBook) -> list[DueRow]:
    made: list[DueRow] = []
    for row in rows:
        key = None if row.as_of is None else (row.owner_id, row.asset_id, row.as_of)
        made.append(row if key is None or key not in items else _worded(row, items[key].get(row.duty), book))
    return made


@cache
def _basis(book: RuleBook, rule: str) -> str | None:
    return next((one.basis_en for one in book.rules if one.id == rule), None)


def _worded(row: DueRow, item: DueItem | None, book: RuleBook) -> DueRow:
    said: dict[str, str] = {}
    as_of = row.as_of or date.min
    for language, texts in (("ja", book.ja), ("en", book.en)):
        day = date_text(as_of, language)
        if item is None:
            said[language] = texts.reasons["no_longer"].format(on=day)
            continue
        reason = item.reason_ja if language == "ja" else item.reason_en
        if (item.state.value, item.due) != (row.state, row.due):
            reason = texts.reasons["join"].join((texts.reasons["changed"].format(on=day), reason))
        said[language] = reason
    basis = _basis(book, row.rule)
    return structs.replace(row, basis_en=basis, reason_ja=said["ja"], reason_en=said["en"])
