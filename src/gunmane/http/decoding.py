"""Turns bytes and parameters into values, and says everything that is wrong with them, each with its place.

msgspec stops at the first fault. When it does, the input is looked at again field by field, so that a caller mends
all faults at once. The second look costs time only for requests that are refused anyway.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct, UnsetType, structs

from gunmane.core.errors import Fault, GunmaneError

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_TYPE = re.compile(r"^Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`$")
_RANGE = re.compile(r"^Expected `(?:int|float|decimal)` (?P<reason>[<>=]+ .+|that's a multiple.+)$")
_LENGTH = re.compile(r"^Expected `[^`]+` of length (?P<reason>.+)$")
_PATTERN = re.compile(r"^Expected `str` matching regex (?P<reason>.+)$")
_CHOICE = re.compile(r"'\^\(([\w.|-]+)\)\$'")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL, which PostgreSQL's text cannot hold."""


def _words(message: str) -> tuple[str, dict[str, Any]]:
    """Turn msgspec's sentence into a code of the catalogue and its values."""
    if found := _TYPE.match(message):
        return "wrong_type", found.groupdict()
    if found := _RANGE.match(message):
        return "out_of_range", found.groupdict()
    if found := _LENGTH.match(message):
        return "too_long_or_short", found.groupdict()
    if found := _PATTERN.match(message):
        choice = _CHOICE.fullmatch(found["reason"])
        if choice:
            return "not_one_of_these", {"allowed": choice[1].split("|")}
        return "bad_pattern", found.groupdict()
    if message.startswith("Invalid enum value"):
        return "not_one_of", {}
    if message.startswith(("Invalid RFC3339", "Invalid ISO8601")):
        return "bad_date", {}
    if message == "Invalid UUID":
        return "bad_uuid", {}
    return "wrong_value", {"reason": message}


def fault(error: Exception, at: str = "") -> Fault:
    """Turn one msgspec error into a fault; `at` is the pointer of the value that was converted."""
    message = str(error)
    found = _PLACE.search(message)
    path = ""
    if found:
        message = message[: found.start()]
        path = "".join("/" + (name or index) for name, index in _STEP.findall(found["path"]))
    code, values = _words(message)
    return Fault(code, at + path, values)


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _struct_in(wanted: Any) -> type[Struct] | None:
    """Return the struct class of `X` or `X | None`, None for anything else."""
    options = [one for one in (get_args(wanted) or (wanted,)) if one not in (type(None), UnsetType)]
    if get_origin(wanted) in (list, tuple, dict) or len(options) != 1:
        return None
    return options[0] if isinstance(options[0], type) and issubclass(options[0], Struct) else None


def faults_of(raw: Any, wanted: type[Any], at: str = "", *, strict: bool = True) -> list[Fault]:
    """List every fault that keeps `raw` from being a `wanted` struct."""
    if not isinstance(raw, dict):
        return [Fault("wrong_type", at, {"expected": "object", "got": _kind(raw)})]
    found: list[Fault] = []
    fields = {one.encode_name: one for one in structs.fields(wanted)}
    found.extend(
        Fault("unknown_field", at + _pointer(str(name)), {"name": name}) for name in raw if name not in fields
    )
    for name, one in fields.items():
        if name not in raw:
            if one.required:
                found.append(Fault("missing", at + _pointer(name)))
            continue
        inner = _struct_in(one.type)
        if inner is not None and isinstance(raw[name], dict):
            found.extend(faults_of(raw[name], inner, at + _pointer(name), strict=strict))
            continue
        try:
            msgspec.convert(raw[name], one.type, strict=strict)
        except msgspec.ValidationError as error:
            refused = fault(error, at + _pointer(name))
            allowed = _words_of(one.type) if refused.code == "not_one_of" else []
            found.append(Fault("not_one_of_these", refused.at, {"allowed": allowed}) if allowed else refused)
    return found


def _words_of(wanted: Any) -> list[str]:
    """List the words of the only enumeration in a type; none where there are several or none."""
    inner = [_words_of(one) for one in get_args(wanted)] if not isinstance(wanted, type) or get_args(wanted) else []
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return [one.value for one in wanted]
    given = [words for words in inner if words]
    return given[0] if len(given) == 1 else []


def _kind(raw: Any) -> str:
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "boolean"}
    return "null" if raw is None else names.get(type(raw), "value")


def body(raw: bytes, wanted: type[T]) -> T:
    """Read a JSON body.

    Raises GunmaneError `malformed` for what is not JSON or nested deeper than can be read, `invalid` with every fault
    for what does not fit.
    """
    try:
        if b"\\u0000" in raw and _NUL.search(raw):
            raise GunmaneError("invalid", [Fault("bad_character")])
        return msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        refused = fault(error)
    except RecursionError:
        raise GunmaneError("malformed", [Fault("too_deep")]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GunmaneError("malformed", [Fault("not_json", "", {"reason": str(error)})]) from None
    try:
        found = faults_of(msgspec.json.decode(raw), wanted) if isinstance(wanted, type) else []
    except RecursionError:
        raise GunmaneError("malformed", [Fault("too_deep")]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # the first look met a wrong value before it came to the place where the JSON ends to be JSON
        raise GunmaneError("malformed", [Fault("not_json", "", {"reason": str(error)})]) from None
    raise GunmaneError("invalid", found or [refused])


def query(pairs: Sequence[tuple[str, str]], wanted: type[T]) -> T:
    """Read query parameters into a struct whose lists are written with commas.

    Raises GunmaneError `malformed` with every fault; the place of a fault is the parameter's name.
    """
    raw: dict[str, Any] = {}
    found: list[Fault] = []
    lists = {one.encode_name: _is_list(one.type) for one in structs.fields(wanted)}  # type: ignore[arg-type]
    for name, text in pairs:
        if name in raw:
            found.append(Fault("given_twice", name))
        if "\x00" in text or "\x00" in name:
            found.append(Fault("bad_character", name))
        raw[name] = text.split(",") if lists.get(name) else text
    if not found:
        try:
            made = msgspec.convert(raw, wanted, strict=False)
        except msgspec.ValidationError as error:
            found = faults_of(raw, wanted, strict=False) or [fault(error)]
        else:
            # without strictness msgspec reads the text "null" as None: a parameter that is given has a value
            found = [Fault("wrong_value", name, {"reason": "null"}) for name in raw if getattr(made, name) is None]
            # … and a bare number as seconds since 1970: a moment is written as such
            found += [
                Fault("wrong_value", name, {"reason": text})
                for name, text in pairs
                if isinstance(getattr(made, name), datetime) and _NUMBER.fullmatch(text)
            ]
            if not found:
                return made
    raise GunmaneError("malformed", _named(found))


_NUMBER = re.compile(r"\s*[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?\s*")


def _named(found: Iterable[Fault]) -> list[Fault]:
    return [Fault(one.code, one.at.removeprefix("/"), one.values) for one in found]


def _is_list(wanted: Any) -> bool:
    origin = get_origin(wanted)
    if origin in (list, tuple):
        return True
    return origin not in (None, dict) and any(_is_list(one) for one in get_args(wanted))
