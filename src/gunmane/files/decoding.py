"""TOML files that people write, decoded with everything that is wrong with their shape named at once."""

import datetime
import re
import tomllib
from difflib import get_close_matches
from typing import Any, cast

import msgspec
from msgspec import inspect

from gunmane.core.errors import Fault

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")

_KINDS: tuple[tuple[type[inspect.Type], str, type | tuple[type, ...]], ...] = (
    (inspect.BoolType, "true / false", bool),
    (inspect.IntType, "1", int),
    (inspect.FloatType, "1.5", (int, float)),
    (inspect.StrType, '"…"', str),
    (inspect.DateType, "2026-04-01", datetime.date),
)
"""Plain kinds of values: how one is written, and what TOML reads it as."""


def decode(data: bytes, kind: type[Any]) -> tuple[Any, list[Fault]]:
    """Decode TOML to a Struct; with any fault (place: JSON Pointer) the value is None.

    The faults are `toml_syntax`, `toml_encoding`, `no_such_key`, `key_missing`, `not_possible` and `wrong_kind`.
    """
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None, [Fault("toml_encoding")]
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else ("?", "?")
        return None, [Fault("toml_syntax", values={"line": line, "column": column})]
    faults = _faults(table, inspect.type_info(kind), "")
    return (None, faults) if faults else (msgspec.convert(table, kind), [])


def _faults(value: Any, kind: inspect.Type, at: str) -> list[Fault]:
    """Name what of a value is not of its kind."""
    if isinstance(kind, inspect.UnionType):
        kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        tables = [one for one in kinds if isinstance(one, (inspect.StructType, inspect.DictType))]
        fitting = tables if isinstance(value, dict) and tables else kinds
        return min((_faults(value, one, at) for one in fitting), key=len)
    if isinstance(kind, inspect.StructType):
        return _faults_of_table(value, kind, at) if isinstance(value, dict) else _wrong(at, "[…] / {…}")
    if isinstance(kind, inspect.DictType):
        if not isinstance(value, dict):
            return _wrong(at, "{ … = … }")
        found = cast("dict[str, Any]", value)
        return [fault for key, one in found.items() for fault in _faults(one, kind.value_type, f"{at}/{key}")]
    if isinstance(kind, (inspect.VarTupleType, inspect.ListType)):
        if not isinstance(value, list):
            return _wrong(at, "[[…]] / […]")
        items = cast("list[Any]", value)
        return [f for place, one in enumerate(items) for f in _faults(one, kind.item_type, f"{at}/{place}")]
    if isinstance(kind, inspect.EnumType):
        allowed = [str(one.value) for one in kind.cls]
        if value in allowed:
            return []
        return [Fault("not_possible", at, {"value": value, "allowed": ", ".join(allowed)})]
    for plain, written, read in _KINDS:
        if isinstance(kind, plain):
            apart = isinstance(value, bool) and read is not bool  # TOML's true is no number
            return [] if isinstance(value, read) and not apart else _wrong(at, written, value)
    return []


def _wrong(at: str, expected: str, value: Any = None) -> list[Fault]:
    text = "" if value is None else str(value)
    return [Fault("wrong_kind", at, {"value": text, "expected": expected})]


def _faults_of_table(table: dict[str, Any], kind: inspect.StructType, at: str) -> list[Fault]:
    """Name unknown and missing keys of a table, and what is wrong with the values of the others."""
    fields = {one.encode_name: one for one in kind.fields}
    faults: list[Fault] = []
    for key, value in table.items():
        if key in fields:
            faults += _faults(value, fields[key].type, f"{at}/{key}")
            continue
        near = get_close_matches(key, fields, 1)
        allowed = near[0] if near else ", ".join(fields)
        faults.append(Fault("no_such_key_near" if near else "no_such_key", f"{at}/{key}", {"allowed": allowed}))
    faults += [
        Fault("key_missing", at or "/", {"key": name})
        for name, one in fields.items()
        if one.required and name not in table
    ]
    return faults
