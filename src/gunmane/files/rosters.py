"""Reads the sentences and check lists of day plans."""

from functools import cache

import msgspec

from gunmane.core.schedule.wording import SafetyRow, Texts
from gunmane.resources import DATA


@cache
def texts(language: str) -> Texts:
    """Return the sentences of day plans in one language."""
    return msgspec.toml.decode((DATA / "texts" / language / "rosters.toml").read_bytes(), type=Texts)


@cache
def safety() -> tuple[SafetyRow, ...]:
    """Return the check lists of day sheets."""
    return msgspec.toml.decode((DATA / "safety.toml").read_bytes(), type=dict[str, tuple[SafetyRow, ...]])["rows"]
