"""Reads what reminders lean on: ladders, how sending is tried, sentences."""

from functools import cache

import msgspec
from msgspec import Struct

from gunmane.core.reminders.ladders import Ladder
from gunmane.core.reminders.timing import Delivery
from gunmane.core.words import Language, SourceStatus
from gunmane.resources import DATA


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of reminding; see data/ladders.toml."""

    done_rests_days: int
    link_days: int
    most_lines: int
    stale_days: int
    status: SourceStatus


class LadderFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `data/ladders.toml`."""

    delivery: Delivery
    parameters: Parameters
    ladders: tuple[Ladder, ...]


class Texts(Struct, frozen=True):
    """The sentences of one language, by what they are for."""

    mail: dict[str, str]
    letter: dict[str, str]
    page: dict[str, str]
    feed: dict[str, str]
    classes: dict[str, str]


@cache
def ladder_file() -> LadderFile:
    """Return the ladders that ship with the program."""
    return msgspec.toml.decode((DATA / "ladders.toml").read_bytes(), type=LadderFile)


@cache
def texts(language: Language) -> Texts:
    """Return the sentences of one language."""
    return msgspec.toml.decode((DATA / "texts" / language.value / "reminders.toml").read_bytes(), type=Texts)
