"""Risk as expected loss in yen per year, likelihood and consequence kept apart, with reasons.

    risk = (yearly probability of first reaching a bad grade) x (share of such cases that become an event)
           x (yen lost per event)

The yearly probability is the discounted sum over the coming years of P(first entry in year h), levelled
(`Forecasts.yearly`). The yen per event follow `data/consequences.toml`: per class a base and amounts, times powers of
sizes, times factors; each coefficient with source and status. A matrix is only a view of these numbers: rank by the
number (Cox, Risk Analysis 28-2, 2008, on why not by the cell).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.words import AssetClass, SourceStatus

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MATRIX = 5
"""Bands per axis of the risk matrix."""

LOSS_EDGES = (0.0, 0.0, 1e3, 1e4, 1e5, 1e6)
"""Lower edges of the classes of expected loss on maps and in lists, yen a year (own setting); class 0: not scored.

`count_finest_cells` in sql/overview.sql has them too.
"""


def loss_band(yen: float | None) -> int:
    """Return the class of an expected loss in yen a year: 0 not scored, 1 lowest, 5 highest."""
    return 0 if yen is None else max(band for band in range(1, 6) if yen >= LOSS_EDGES[band])


class Amount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Adds rate x product of the columns, in yen per event; `unknown` stands in for each missing column."""

    code: str
    columns: tuple[str, ...]
    rate: float
    unknown: tuple[float, ...]
    source: str
    status: SourceStatus


class Power(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Multiplies by (column / reference) ^ exponent, within [low, high]."""

    code: str
    column: str
    reference: float
    exponent: float
    unknown: float
    source: str
    status: SourceStatus
    low: float = 0.05
    high: float = 1000.0


class Factor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Multiplies by the factor paired with the column's value; other values count 1, unknown ones `unknown`."""

    code: str
    column: str
    factors: tuple[tuple[float, float], ...]
    source: str
    status: SourceStatus
    unknown: float = 1.0


class ClassConsequence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an event costs in one asset class; event_share: events per asset that reaches a bad grade."""

    asset_class: AssetClass
    event: str
    event_share: float
    base_yen: float
    source: str
    status: SourceStatus
    amounts: tuple[Amount, ...] = ()
    powers: tuple[Power, ...] = ()
    factors: tuple[Factor, ...] = ()


class Consequences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file `data/consequences.toml`. Edges are the four inner borders of the matrix axes, ascending."""

    base_year: int
    likelihood_edges: tuple[float, float, float, float]
    consequence_edges: tuple[float, float, float, float]
    classes: tuple[ClassConsequence, ...]


LIKELIHOOD_REASONS = ("grade", "built", "population", "bad", "owner")
"""Reason codes of the likelihood: `deterioration.forecast.Basis` in its order, then the owner's speed."""


NOTICEABLE = 0.02
"""A covariate that moves the likelihood by less (log scale) is no reason of a score (own setting)."""


class Trait(Struct, frozen=True, eq=False):
    """A covariate of a model: reason code (`attribute=level`), the rows that have it, its log factor on the speed."""

    code: str
    rows: Ints
    weight: float
    assumed: bool


class Reason(Struct, frozen=True):
    """One reason of a score: it multiplies the risk by `factor`; `assumed` where the datum behind it is unknown."""

    code: str
    factor: float
    value: float | None
    assumed: bool


class Scores(Struct, frozen=True, kw_only=True, eq=False):
    """Scores of N assets. yen_per_year = likelihood x event_share x consequence.

    likelihood: yearly probability of reaching a bad grade. consequence: yen per event. unknown: how many data behind
    the consequence are missing and were replaced by the stated default. reason_code: N x 3 indices into `codes`
    (-1 for none), reason_factor and reason_value beside; reason_assumed where the datum is a default.
    row, column: matrix cell, 0 the least.
    """

    likelihood: Floats
    event_share: Floats
    consequence: Floats
    yen_per_year: Floats
    unknown: NDArray[np.int16]
    codes: tuple[str, ...]
    reason_code: NDArray[np.int16]
    reason_factor: NDArray[np.float32]
    reason_value: NDArray[np.float32]
    reason_assumed: NDArray[np.bool_]
    row: NDArray[np.int8]
    column: NDArray[np.int8]

    def reasons(self, n: int) -> tuple[Reason, ...]:
        """The reasons of asset n, weightiest first."""
        found: list[Reason] = []
        for k in range(self.reason_code.shape[1]):
            code = int(self.reason_code[n, k])
            if code >= 0:
                value = float(self.reason_value[n, k])
                found.append(
                    Reason(
                        self.codes[code],
                        float(self.reason_factor[n, k]),
                        None if np.isnan(value) else value,
                        bool(self.reason_assumed[n, k]),
                    )
                )
        return tuple(found)

    @property
    def rare_but_severe(self) -> NDArray[np.bool_]:
        """Assets of the highest consequence band that a low likelihood would hide (trunk mains, sole accesses)."""
        return (self.column == MATRIX - 1) & (self.row <= 1)


def score(
    classes: tuple[AssetClass, ...],
    class_index: Ints,
    columns: Mapping[str, Floats],
    likelihood: Floats,
    consequences: Consequences,
    *,
    basis: NDArray[np.int8] | None = None,
    owner_factor: Floats | None = None,
    traits: Sequence[Trait] = (),
) -> Scores:
    """Score N assets; `class_index` points into `classes`.

    columns: ledger data by name, NaN for unknown (0, not NaN, for "no emergency route"); a column that is absent is
    unknown for all. basis, owner_factor:
    what the likelihood starts from (`Forecasts.basis`) and the owner's speed, for the reasons; traits: what the
    model's covariates make of it. A class without an
    entry in `consequences` gets consequence NaN: it cannot be ranked, and that is shown.
    """
    size = likelihood.shape[0]
    entries = {entry.asset_class: entry for entry in consequences.classes}
    codes = list(LIKELIHOOD_REASONS)
    codes += [
        t.code for e in consequences.classes for t in (*e.amounts, *e.powers, *e.factors) if t.code not in codes
    ]
    codes = list(dict.fromkeys([*codes, *(trait.code for trait in traits)]))
    speed = np.zeros(size)
    for trait in traits:
        speed[trait.rows] += trait.weight
    consequence, share = np.full(size, np.nan), np.zeros(size)
    unknown = np.zeros(size, np.int16)
    best = _Top(size)
    for k, asset_class in enumerate(classes):
        rows = np.flatnonzero(class_index == k)
        if rows.size == 0:
            continue
        _likelihood_reasons(best, rows, likelihood, basis, owner_factor, speed)
        entry = entries.get(asset_class)
        if entry is not None:
            share[rows] = entry.event_share
            consequence[rows] = _consequence(best, rows, entry, columns, codes, unknown)
    for trait in traits:
        if abs(trait.weight) >= NOTICEABLE:
            same = np.full(trait.rows.size, trait.weight), np.full(trait.rows.size, np.nan)
            best.offer(trait.rows, codes.index(trait.code), *same, np.full(trait.rows.size, trait.assumed))
    yen = likelihood * share * np.nan_to_num(consequence)
    return Scores(
        likelihood=likelihood, event_share=share, consequence=consequence,
        yen_per_year=np.where(np.isnan(consequence), np.nan, yen), unknown=unknown, codes=tuple(codes),
        reason_code=best.code, reason_factor=np.exp(best.weight), reason_value=best.value,
        reason_assumed=best.assumed,
        row=np.searchsorted(consequences.likelihood_edges, likelihood, side="right").astype(np.int8),
        column=np.searchsorted(consequences.consequence_edges, np.nan_to_num(consequence), "right").astype(np.int8),
    )  # fmt: skip


class _Top:
    """The three weightiest reasons per asset, by absolute log factor; a class because it is filled in passes."""

    def __init__(self, size: int) -> None:
        self.code = np.full((size, 3), -1, np.int16)
        self.weight = np.zeros((size, 3), np.float32)
        self.value = np.full((size, 3), np.nan, np.float32)
        self.assumed = np.zeros((size, 3), bool)

    def offer(self, rows: Ints, code: int, weight: Floats, value: Floats, assumed: NDArray[np.bool_]) -> None:
        """Insert one reason for `rows` where it outweighs one held."""
        light = weight.astype(np.float32)
        place = np.full(rows.size, 3)
        for k in (2, 1, 0):
            place = np.where(np.abs(light) > np.abs(self.weight[rows, k]) + 1e-6, k, place)
        for k in range(3):
            here = place == k
            at = rows[here]
            if at.size == 0:
                continue
            new = (np.int16(code), light[here], value[here].astype(np.float32), assumed[here])
            for table, entry in zip((self.code, self.weight, self.value, self.assumed), new, strict=True):
                table[at, k + 1 :] = table[at, k:-1]
                table[at, k] = entry


def _likelihood_reasons(
    best: _Top,
    rows: Ints,
    likelihood: Floats,
    basis: NDArray[np.int8] | None,
    owner_factor: Floats | None,
    traits: Floats,
) -> None:
    """Offer the condition (relative to the class mean) and the owner's speed as reasons.

    The condition is what is left of the likelihood without the speeds of owner and covariates.
    """
    chance = np.maximum(likelihood[rows], 1e-12)
    weight = np.log(chance / max(float(chance.mean()), 1e-12))
    speed = np.zeros(rows.size) if owner_factor is None else np.log(np.maximum(owner_factor[rows], 1e-6))
    certain = np.zeros(rows.size, bool)
    kinds = np.zeros(rows.size, np.int8) if basis is None else basis[rows]
    for kind in range(4):
        here = kinds == kind
        if here.any():
            best.offer(
                rows[here],
                kind,
                (weight - speed - traits[rows])[here],
                chance[here],
                certain[here] | (kind in (1, 2)),
            )
    if owner_factor is not None:
        best.offer(rows, LIKELIHOOD_REASONS.index("owner"), speed, np.exp(speed), certain)


def _column(columns: Mapping[str, Floats], name: str, rows: Ints, default: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Values of a column with the default where unknown, and where that is."""
    if name not in columns:
        return np.full(rows.size, default), np.ones(rows.size, bool)
    values = np.asarray(columns[name], float)[rows]
    missing = ~np.isfinite(values)
    return np.where(missing, default, values), missing


def _consequence(
    best: _Top,
    rows: Ints,
    entry: ClassConsequence,
    columns: Mapping[str, Floats],
    codes: list[str],
    unknown: NDArray[np.int16],
) -> Floats:
    """Yen per event for `rows` of one class; offers its terms as reasons and counts unknown data."""
    total = np.full(rows.size, entry.base_yen)
    parts: list[tuple[str, Floats, Floats, NDArray[np.bool_]]] = []
    for amount in entry.amounts:
        part, first, missing = np.full(rows.size, amount.rate), np.zeros(rows.size), np.zeros(rows.size, bool)
        for n, (name, default) in enumerate(zip(amount.columns, amount.unknown, strict=True)):
            values, absent = _column(columns, name, rows, default)
            part = part * np.maximum(values, 0.0)
            first = values if n == 0 else first
            missing |= absent
            unknown[rows] += absent
        total = total + part
        parts.append((amount.code, part, first, missing))
    for code, part, first, missing in parts:
        rest = np.maximum(total - part, 1.0)
        best.offer(rows, codes.index(code), np.log(np.maximum(total, 1.0) / rest), first, missing)
    for power in entry.powers:
        values, missing = _column(columns, power.column, rows, power.unknown)
        ratio = np.clip(np.maximum(values, 1e-9) / power.reference, 1e-6, 1e6) ** power.exponent
        ratio = np.clip(ratio, power.low, power.high)
        unknown[rows] += missing
        best.offer(rows, codes.index(power.code), np.log(ratio), values, missing)
        total = total * ratio
    for factor in entry.factors:
        values, missing = _column(columns, factor.column, rows, np.nan)
        ratio = np.where(missing, factor.unknown, 1.0)
        for value, by in factor.factors:
            ratio = np.where(values == value, by, ratio)
        unknown[rows] += missing
        best.offer(rows, codes.index(factor.code), np.log(ratio), values, missing)
        total = total * ratio
    return total


def matrix(scores: Scores, weights: Floats | None = None) -> Floats:
    """Number (or weight) of assets per cell, likelihood x consequence, least first; unranked assets left out."""
    known = np.isfinite(scores.consequence)
    cell = scores.row.astype(np.int64) * MATRIX + scores.column
    given = None if weights is None else weights[known]
    return np.bincount(cell[known], given, MATRIX * MATRIX).reshape(MATRIX, MATRIX).astype(np.float64)
