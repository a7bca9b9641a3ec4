"""Rows of the plan document about people's decisions: what was approved, what was set against a proposal."""

from datetime import date

from msgspec import Struct

from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass


class Approval(Struct, frozen=True, kw_only=True):
    """Who decided the plan, in which office, when and in which meeting."""

    decided_on: date
    meeting: str
    decided_by: str
    title: str
    note: str | None = None


class Overridden(Struct, frozen=True, kw_only=True):
    """A proposal for which a person set another alternative.

    `chosen` is what was set, `proposed` what the computation would do without it (None where it was not computed);
    `conflict` names the duty that it breaks: it then has no effect. Yen are over the plan, middle price, chosen less
    proposed.
    """

    code: str
    owner: str  # "" for the region
    asset_class: AssetClass | None = None
    subject: Text
    chosen: Text
    proposed: Text | None = None
    reason: Text
    note: str = ""
    by: str
    on: date
    conflict: Text | None = None
    yen: int | None = None
