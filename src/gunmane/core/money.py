"""Money: whole yen, ranges of estimates, and shares that add up."""

from collections.abc import Sequence

from msgspec import Struct


class Range(Struct, frozen=True):
    """An estimate with its low and high case; the three cases stand for the same plan under other unit prices."""

    low: float
    mid: float
    high: float

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def minus(self, other: "Range") -> "Range":
        """Return the difference case by case: the same price lies under both, so low goes with low."""
        cases = (self.low - other.low, self.mid - other.mid, self.high - other.high)
        return Range(min(cases), cases[1], max(cases))

    def rounded(self) -> "Range":
        """Return the range in whole yen."""
        return Range(round(self.low), round(self.mid), round(self.high))


ZERO = Range(0.0, 0.0, 0.0)


def exactly(value: float) -> Range:
    """Return the range of a value that is no estimate (a count, a length)."""
    return Range(value, value, value)


def allocate(total: int, weights: Sequence[float]) -> tuple[int, ...]:
    """Split whole yen by weights so that the parts add up to the total (largest remainder, ties to the first).

    Weights must not be negative; all zero means equal parts. Raises ValueError for a negative weight or none at all.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be given and not be negative")
    whole = sum(weights)
    parts = [weight / whole for weight in weights] if whole > 0 else [1 / len(weights)] * len(weights)
    shares = [int(total * part // 1) for part in parts]
    order = sorted(range(len(parts)), key=lambda k: (shares[k] - total * parts[k], k))
    for k in range(total - sum(shares)):
        shares[order[k % len(order)]] += 1
    return tuple(shares)
