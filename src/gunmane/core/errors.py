"""Errors that a user can do something about: a code, a place, and a sentence safe to show."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field


class Fault(Struct, frozen=True):
    """One thing wrong with an input, with its place.

    `at` is a JSON Pointer for requests and a column name for ledgers. `code` names a text in the catalogue
    (`data/texts/*.toml`, table `faults`), `values` fill its placeholders.
    """

    code: str
    at: str = ""
    values: dict[str, Any] = field(default_factory=dict[str, Any])


class GunmaneError(Exception):
    """A request that cannot be carried out, with every fault found.

    The HTTP status of each code is chosen in one table in `http/problems.py`.
    """

    def __init__(self, code: str, faults: Sequence[Fault] = (), **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.faults = tuple(faults)
        self.values = values

    def __str__(self) -> str:
        details = "; ".join(f"{fault.at}: {fault.code} {fault.values}" for fault in self.faults)
        return f"{self.code} {self.values or ''} {details}".strip()
