"""Decimal years and days."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


def decimal(day: np.datetime64) -> float:
    """Return a day as decimal years."""
    year = day.astype("datetime64[Y]")
    first = year.astype("datetime64[D]")
    length = ((year + 1).astype("datetime64[D]") - first).astype(int)
    return float(year.astype(int) + 1970 + (day - first).astype(int) / length)


def days(time: Floats) -> Days:
    """Return decimal years as days."""
    year = np.floor(time)
    first = (year.astype(np.int64) - 1970).astype("datetime64[Y]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(int)
    return first.astype("datetime64[D]") + ((time - year) * length).astype(np.int64).astype("timedelta64[D]")
