"""What is possible at all, as data."""

import msgspec
from msgspec import Struct

from gunmane.core.words import AssetClass, SourceStatus


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """The possible range of a field, both ends included; outside it the value is unknown and the row is flagged.

    `classes` empty means every class. `reason` says why the range is what it is.
    """

    field: str
    low: float
    high: float
    reason: str
    status: SourceStatus
    classes: tuple[AssetClass, ...] = ()


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """`data/limits.toml`.

    `off_owner_km`: an asset farther than this from its owner's seat is rejected; `reach_km` names owners of which
    that is not true. `length_ratio`: a ledger length that differs from its line by more than this factor is flagged
    (lines longer than `length_ratio_from_m` only).
    """

    limits: tuple[Limit, ...]
    off_owner_km: float
    reach_km: dict[str, float]
    length_ratio: float
    length_ratio_from_m: float

    def of(self, name: str, asset_class: AssetClass) -> tuple[float, float] | None:
        """Return the range of a field for a class, None when nothing is impossible; a class's own limit goes
        first.
        """
        ranked = sorted((item for item in self.limits if item.field == name), key=lambda item: not item.classes)
        return next(((i.low, i.high) for i in ranked if not i.classes or asset_class in i.classes), None)


def read_limits(data: bytes) -> Limits:
    """Decode `limits.toml`; raises msgspec.ValidationError with the place of what is wrong."""
    return msgspec.toml.decode(data, type=Limits)
