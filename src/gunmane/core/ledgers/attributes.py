"""Attributes of a chunk's rows as JSON text, one fragment per column."""

from collections.abc import Callable
from typing import Any

import msgspec

from gunmane.core.ledgers.cells import keys, measures, memoised, texts
from gunmane.core.ledgers.columns import flag
from gunmane.core.ledgers.eras import When
from gunmane.core.ledgers.fields import attribute_fields
from gunmane.core.ledgers.memo import MEMO_SIZE
from gunmane.core.ledgers.recognise import Use
from gunmane.core.ledgers.rows import Rows
from gunmane.core.ledgers.text import one_line
from gunmane.core.words import AssetClass, Precision


def attribute_texts(rows: Rows) -> list[str]:
    """Return the JSON of each row's attributes Struct (`core.inventory`), with its tag `class` and without
    unknowns.
    """
    asset_class = rows.reading.asset_class
    uses = [use for use in rows.reading.uses if use.field.attribute]
    fragments = [_fragments(rows, use) for use in uses] + _extra(rows, asset_class)
    head = f'{{"class":"{asset_class.value}"'
    fed = {use.field.name for use in uses}
    for item in attribute_fields(asset_class):
        if item.name not in fed and item.name in rows.reading.constants:
            head += f',"{item.name}":{_json(rows.reading.constants[item.name])}'
    if not fragments:
        return [head + "}"] * len(rows)
    joined = map("".join, zip(*fragments, strict=True)) if len(fragments) > 1 else fragments[0]
    return [f"{head}{text}}}" for text in joined]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class _Fragments(dict[Any, str]):
    """Value → `,"name":value`, "" for None."""

    def __init__(self, name: str, form: Callable[[Any], Any]) -> None:
        super().__init__({None: ""})
        self._name = name
        self._form = form

    def __missing__(self, value: Any) -> str:
        text = f',"{self._name}":{_json(self._form(value))}'
        self[value] = text
        return text


def _fragments(rows: Rows, use: Use) -> list[str]:
    """Return one attribute column as fragments of JSON."""
    kind = use.field.kind
    if kind == "decimal":
        values = measures(rows, use)
    elif kind == "text":
        return _quoted(rows, use, use.field.name, texts(rows, use))
    elif kind == "day":
        values = _days(rows, use)
    else:
        values = memoised(rows, use)
    return _written(rows, use.field.name, values)


def _written(rows: Rows, name: str, values: list[Any]) -> list[str]:
    made = rows.context.fragments.setdefault(name, _Fragments(name, lambda value: value))
    if len(made) > MEMO_SIZE:
        made.clear()
        made[None] = ""
    return list(map(made.__getitem__, values))


def _quoted(rows: Rows, use: Use, name: str, values: list[str | None]) -> list[str]:
    """Return texts as fragments; where none needs escaping they are only put between quotation marks."""
    joined = rows.joined(use)
    if '"' in joined or "\\" in joined or not joined.isprintable():
        return _written(rows, name, values)
    before = f',"{name}":"'
    return [f'{before}{value}"' if value else "" for value in values]


def _days(rows: Rows, use: Use) -> list[Any]:
    """Read days; what is known by month or year only stays unknown, and the row is flagged."""
    cells = rows.cells(use)
    days: list[Any] = []
    for position, found in enumerate(memoised(rows, use)):
        exact = isinstance(found, When) and found.precision is Precision.DAY
        days.append(found.on if exact else None)
        if found is not None and not exact:
            rows.note(position, flag("day_unknown", use.field.name, one_line(cells[position])))
    return days


def _extra(rows: Rows, asset_class: AssetClass) -> list[list[str]]:
    """Return fragments of attributes that come from columns of another field."""
    extra: list[list[str]] = []
    coordinate = rows.reading.use_of("coordinate_id")
    if coordinate and asset_class is AssetClass.BRIDGE:
        extra.append(_quoted(rows, coordinate, "coordinate_id", keys(rows, coordinate)))
    section = rows.reading.use_of("diameter_mm")
    if section and asset_class is AssetClass.SEWER_PIPE:
        fed = any(use.field.name == "box_width_mm" for use in rows.reading.uses)
        memo = rows.context.memo(section)
        if not fed and any(type(value) is tuple for value in memo.values()):
            widths = [value[0] if type(value) is tuple else None for value in memo.column(rows.cells(section))]
            extra.append(_written(rows, "box_width_mm", widths))
    return extra
