"""Native cell values of sheets and layers as the text that ledgers are read from."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray


def as_text(value: Any) -> str:
    """Return a cell as text: whole numbers without decimals, dates as ISO, None and NaN as ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def texts(values: Iterable[Any]) -> list[str]:
    """Return cells as texts."""
    return [as_text(value) for value in values]


def array_texts(values: NDArray[Any]) -> list[str]:
    """Return a column that GDAL read as texts; missing dates (NaT) are ""."""
    if values.dtype.kind == "M":
        return [
            "" if text == "NaT" else text.removesuffix("T00:00:00") for text in np.datetime_as_string(values, "s")
        ]
    if values.dtype.kind in "iu":
        return list(map(str, values.tolist()))
    return texts(values.tolist())
