"""What an import did with each ledger."""

from typing import Any

from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.ledgers.recognise import Question
from gunmane.core.words import AssetClass
from gunmane.store import ledgers

COUNTS = (
    "read", "left_out", "added", "changed", "unchanged", "vanished", "rejected", "newly_rejected", "mended",
    "flagged", "inspections", "repairs", "contacts",
)  # fmt: skip
"""What is counted of each ledger; `flagged` are rows with a doubt, not those where something was only filled in."""


class LedgerOutcome(Struct, kw_only=True):
    """What an import did with one ledger.

    `state`: imported, identical (left alone, its counts are those recorded), failed (see `problem`). `vanished` is
    counted once per owner and class, with the last of its ledgers.
    """

    owner_code: str
    path: str
    asset_class: AssetClass
    content: str
    state: str = "imported"
    read: int = 0
    left_out: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    rejected: int = 0
    newly_rejected: int = 0
    mended: int = 0
    flagged: int = 0
    inspections: int = 0
    repairs: int = 0
    contacts: int = 0
    encoding: str = ""
    columns: dict[str, str] = field(default_factory=dict[str, str])
    unrecognised: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    warnings: tuple[Fault, ...] = ()
    added_examples: tuple[str, ...] = ()
    changed_examples: tuple[ledgers.Change, ...] = ()
    vanished_examples: tuple[str, ...] = ()
    problem: str = ""
    problem_values: dict[str, Any] = field(default_factory=dict[str, Any])
    faults: tuple[Fault, ...] = ()

    @property
    def wrote(self) -> bool:
        """Whether anything of the inventory is different now."""
        return bool(
            self.added or self.changed or self.inspections or self.repairs or self.contacts or self.newly_rejected
        )

    def recall(self, known: ledgers.Recorded) -> None:
        """Say of a ledger left alone what was recorded of it."""
        self.state, self.read = "identical", known.rows_read
        self.unchanged = known.rows_new + known.rows_changed + known.rows_unchanged
        self.rejected, self.flagged = known.rows_rejected, known.rows_flagged

    def begin(self) -> None:
        """Count from nothing."""
        self.state = "imported"
        for name in COUNTS:
            setattr(self, name, 0)
