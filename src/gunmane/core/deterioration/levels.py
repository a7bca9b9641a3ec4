"""Which level of each attribute an asset has, and which of them a chain can learn from."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.deterioration.chain import ChainFit
from gunmane.core.deterioration.intervals import Floats, Intervals, Ints
from gunmane.core.deterioration.shared import Shared

UNKNOWN = "unknown"
LEAST = 20
"""A level seen in fewer pairs of inspections than these has no effect of its own: it counts as the mean (own
setting)."""


class Levels(Struct, frozen=True, kw_only=True, eq=False):
    """N assets by M combinations of levels: `cell` is an asset's combination, `code` (M x attributes) its levels.

    names: of each attribute, its levels. sd: what is believed of the standard deviation of its effects (log scale).
    """

    attributes: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    sd: tuple[float, ...]
    cell: Ints
    code: Ints

    def shared(self, rows: Intervals) -> Shared | None:
        """Choose the effects that some intervals can tell; None without any.

        An attribute takes part with at least two levels that are seen often enough.
        """
        if rows.cell is None or not self.attributes:
            return None
        held = np.bincount(rows.cell, rows.weight, len(self.code))
        names: list[str] = []
        block: list[int] = []
        columns: list[Floats] = []
        sd: list[float] = []
        for a, attribute in enumerate(self.attributes):
            counts = np.bincount(self.code[:, a], held, len(self.names[a]))
            seen = np.flatnonzero(counts >= LEAST)
            if seen.size < 2:
                continue
            block += [len(sd)] * seen.size
            sd.append(self.sd[a])
            for level in seen.tolist():
                names.append(f"{attribute}={self.names[a][level]}")
                columns.append((self.code[:, a] == level).astype(np.float64))
        if not names:
            return None
        return Shared(
            names=tuple(names), block=np.array(block, np.int64), sd=np.array(sd), table=np.column_stack(columns)
        )

    def table(self, fit: ChainFit) -> Floats:
        """Return the fit's columns for each combination, centred; a level that the fit does not know is the mean."""
        out = np.zeros((len(self.code), fit.shared.size))
        for a, attribute in enumerate(self.attributes):
            mine = [k for k, name in enumerate(fit.shared_names) if name.startswith(f"{attribute}=")]
            levels = [fit.shared_names[k].partition("=")[2] for k in mine]
            known = np.isin(self.code[:, a], [n for n, name in enumerate(self.names[a]) if name in levels])
            for k, level in zip(mine, levels, strict=True):
                place = self.names[a].index(level) if level in self.names[a] else -1
                out[:, k] = np.where(known, (self.code[:, a] == place) - fit.shared_center[k], 0.0)
        return out

    def parts(self, fit: ChainFit) -> list[tuple[str, NDArray[np.bool_], float]]:
        """Return each effect of a fit: its name, the combinations that have it, its log factor against the mean."""
        found: list[tuple[str, NDArray[np.bool_], float]] = []
        table = self.table(fit)
        for a, attribute in enumerate(self.attributes):
            mine = np.array([name.startswith(f"{attribute}=") for name in fit.shared_names], bool)
            value = table[:, mine] @ fit.shared[mine]
            for place, level in enumerate(self.names[a]):
                cells = self.code[:, a] == place
                if cells.any() and f"{attribute}={level}" in fit.shared_names:
                    found.append((f"{attribute}={level}", cells, float(value[cells][0])))
        return found


def combine(
    attributes: tuple[str, ...], columns: tuple[tuple[tuple[str, ...], Ints], ...], sd: tuple[float, ...]
) -> Levels:
    """Find the combinations of levels that occur; columns: the levels of each attribute and each asset's."""
    size = columns[0][1].size if columns else 0
    key = np.zeros(size, np.int64)
    for names, code in columns:
        key = key * len(names) + code
    found, cell = np.unique(key, return_inverse=True)
    codes = np.zeros((found.size, len(columns)), np.int64)
    for a in range(len(columns) - 1, -1, -1):
        found, codes[:, a] = np.divmod(found, len(columns[a][0]))
    return Levels(
        attributes=attributes, names=tuple(names for names, _ in columns), sd=sd,
        cell=cell.reshape(-1).astype(np.int64), code=codes,
    )  # fmt: skip
