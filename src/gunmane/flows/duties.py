"""Says of due dates why they are so: which article, from which fact, as of when."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import structs

from gunmane.core.calendar import date_text
from gunmane.core.duties.engine import DueItem, due_items
from gunmane.core.duties.facts import AssetFacts
from gunmane.core.duties.rules import RuleBook
from gunmane.files.rules import rule_book
from gunmane.store import duties as store
from gunmane.store.query import ReadConn
from gunmane.store.records import DueRow

Key = tuple[UUID, UUID, date]
FEW = 20
"""Reasons of so many assets are written at once (about 1 ms each); of more, aside, so that others are served."""


async def explain(conn: ReadConn, rows: Sequence[DueRow]) -> list[DueRow]:
    """Write the reasons of due dates from the rule and the facts up to the day of their run.

    The table holds no sentences: millions of rows would not be read before the next computation. Where records have
    changed since, the reason says so and how the duty stands by the present ones.
    """
    keys = list(dict.fromkeys((r.owner_id, r.asset_id, r.as_of) for r in rows if r.as_of and r.reason_ja is None))
    if not keys:
        return list(rows)
    facts, book = await store.facts(conn, keys), rule_book()
    if len(facts) <= FEW:
        return _explained(rows, facts, book)
    return await asyncio.to_thread(_explained, rows, facts, book)


def _explained(rows: Sequence[DueRow], facts: Mapping[Key, AssetFacts], book: RuleBook) -> list[DueRow]:
    items = {(key, item.duty): item for key, known in facts.items() for item in due_items(known, key[2], book)}
    made: list[DueRow] = []
    for row in rows:
        key = None if row.as_of is None else (row.owner_id, row.asset_id, row.as_of)
        if key is None or key not in facts:
            made.append(row)
        else:
            made.append(_worded(row, items.get((key, row.duty)), book))
    return made


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
    basis = next((rule.basis_en for rule in book.rules if rule.id == row.rule), None)
    return structs.replace(row, basis_en=basis, reason_ja=said["ja"], reason_en=said["en"])
