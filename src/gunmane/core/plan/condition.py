"""What the region has, as rows of the sheet: stock, ages, grades, forecasts, quality of the data."""

from collections.abc import Iterator, Mapping

import numpy as np

from gunmane.core.indicators import confidence, old_share
from gunmane.core.plan.costs import CostBook, quantities
from gunmane.core.plan.findings import AgeProfile, AgeShare, Forecast, GradeRow, StockRow
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.sheet import FieldGap, Quality
from gunmane.core.plan.values import Band, Unit
from gunmane.core.stock import CLASS_AT, CLASSES, Array, Flags, Floats, Stock
from gunmane.core.words import AssetClass, Scale

UNITS: dict[AssetClass, tuple[Unit, float]] = {
    AssetClass.BRIDGE: (Unit.M2, 1.0),
    AssetClass.TUNNEL: (Unit.M, 1.0),
    AssetClass.PAVEMENT: (Unit.KM, 1000.0),
    AssetClass.SEWER_PIPE: (Unit.KM, 1000.0),
    AssetClass.WATER_PIPE: (Unit.KM, 1000.0),
    AssetClass.TREATMENT_PLANT: (Unit.M3_DAY, 1.0),
}
"""Unit in which the stock of a class is told, with the divisor from metres; the others are counted."""

SIZE_FIELDS: dict[AssetClass, tuple[str, ...]] = {
    AssetClass.BRIDGE: ("length_m", "width_m"),
    AssetClass.TUNNEL: ("length_m",),
    AssetClass.ROAD_STRUCTURE: ("length_m",),
    AssetClass.PAVEMENT: ("length_m", "width_m"),
    AssetClass.SEWER_PIPE: ("length_m", "diameter_mm"),
    AssetClass.MANHOLE: (),
    AssetClass.WATER_PIPE: ("length_m", "diameter_mm"),
    AssetClass.SEPTIC: ("capacity",),
    AssetClass.TREATMENT_PLANT: ("capacity",),
}
"""Fields that the costs of a class need beside its build year."""


def groups(stock: Stock) -> Iterator[tuple[int, int, Array]]:
    """Yield owner, class and the rows of each owner's class, in that order."""
    key = stock.owner.astype(np.int64) * len(CLASSES) + stock.asset_class
    order = np.argsort(key, kind="stable")
    found, first = np.unique(key[order], return_index=True)
    for k, rows in zip(found.tolist(), np.split(order, first[1:]), strict=True):
        yield k // len(CLASSES), k % len(CLASSES), rows


def amounts(stock: Stock, asset_class: AssetClass) -> Floats:
    """Return each asset's amount in the unit of its class (`UNITS`), NaN where it is unknown."""
    unit, divisor = UNITS.get(asset_class, (Unit.COUNT, 1.0))
    if unit is Unit.M3_DAY:
        return np.asarray(stock.capacity, dtype=np.float64)
    column = {Unit.KM: "m", Unit.M: "m", Unit.M2: "m2"}.get(unit, "count")
    return quantities(stock, column) / divisor


def stock_rows(stock: Stock) -> tuple[StockRow, ...]:
    """Return how much each owner has (N1)."""
    rows: list[StockRow] = []
    amount = {k: amounts(stock, CLASSES[k]) for k in set(stock.asset_class.tolist())}
    for owner, k, at in groups(stock):
        unit = UNITS.get(CLASSES[k], (Unit.COUNT, 1.0))[0]
        known = np.isfinite(amount[k][at])
        rows.append(
            StockRow(
                owner=stock.owners[owner].code,
                asset_class=CLASSES[k],
                count=len(at),
                quantity=float(amount[k][at][known].sum()) if known.any() else None,
                unit=unit,
                unmeasured=int((~known).sum()),
            )
        )
    return tuple(rows)


def age_profiles(stock: Stock, width: int = 10) -> tuple[AgeProfile, ...]:
    """Return the assets of each class by decade of building."""
    found: list[AgeProfile] = []
    for k in sorted(set(stock.asset_class.tolist())):
        years = stock.built_year[stock.asset_class == k]
        known = years[years > 0]
        starts, counts = (), ()
        if len(known):
            first, last = int(known.min()) // width * width, int(known.max()) // width * width
            starts = tuple(range(first, last + 1, width))
            tally = np.bincount((known - first) // width, minlength=len(starts))
            counts = tuple(float(count) for count in tally)
        unknown = float(len(years) - len(known))
        found.append(AgeProfile(asset_class=CLASSES[k], starts=starts, width=width, counts=counts, unknown=unknown))
    return tuple(found)


def age_shares(stock: Stock, book: CostBook, fy: int) -> tuple[AgeShare, ...]:
    """Return the share of old assets (N2) of each owner and of the region, in `fy` and 10 and 20 years on."""
    found: list[AgeShare] = []

    def add(owner: str, k: int, years: Array, threshold: int) -> None:
        known = int((years > 0).sum())
        now, later, last = (old_share(years, threshold, fy + more) for more in (0, 10, 20))
        found.append(
            AgeShare(
                owner=owner,
                asset_class=CLASSES[k],
                threshold=threshold,
                known=known,
                unknown=len(years) - known,
                now=now,
                in_10=later,
                in_20=last,
            )
        )

    for k in sorted(set(stock.asset_class.tolist())):
        life = book.life(CLASSES[k])
        if life is not None and life.old_from is not None:
            add("", k, stock.built_year[stock.asset_class == k], life.old_from)
    for owner, k, rows in groups(stock):
        life = book.life(CLASSES[k])
        if life is not None and life.old_from is not None:
            add(stock.owners[owner].code, k, stock.built_year[rows], life.old_from)
    return tuple(found)


def grade_rows(stock: Stock, scales: Mapping[str, Scale]) -> tuple[GradeRow, ...]:
    """Return the grades of each owner's class; a class whose assets use two scales has a row for each."""
    found: list[GradeRow] = []
    for owner, k, rows in groups(stock):
        used = [int(scale) for scale in np.unique(stock.scale[rows]) if scale >= 0]
        for scale in used:
            on_it = rows[stock.scale[rows] == scale]
            grades = stock.grade[on_it]
            size = len(scales[stock.scales[scale]].grades)
            counts = np.bincount(grades[grades >= 0].astype(np.int64), minlength=size)
            without = int((grades < 0).sum()) + (len(rows) - len(on_it) if len(used) == 1 else 0)
            found.append(
                GradeRow(
                    owner=stock.owners[owner].code,
                    asset_class=CLASSES[k],
                    scale=stock.scales[scale],
                    counts=tuple(counts.tolist()),
                    ungraded=without,
                )
            )
    return tuple(found)


def forecasts(stock: Stock, bad: Flags) -> tuple[Forecast, ...]:
    """Return the expected number of bad assets by year if nothing is done, without an interval.

    Intervals need the model's shared uncertainty; whoever fitted it replaces these rows.
    """
    found: list[Forecast] = []
    for k in sorted(set(stock.asset_class.tolist())):
        for scale, code in enumerate(stock.scales):
            rows = (stock.asset_class == k) & (stock.scale == scale)
            known = rows & ~np.isnan(stock.p_bad).any(axis=1)
            if not known.any():
                continue
            expected = np.where(bad[known, None], 1.0, stock.p_bad[known].astype(np.float64)).sum(axis=0)
            found.append(
                Forecast(
                    asset_class=CLASSES[k],
                    scale=code,
                    assets=int(known.sum()),
                    years=tuple(range(stock.first_fy, stock.first_fy + stock.years)),
                    bad=tuple(Band(float(value)) for value in expected),
                    left_out=int((rows & ~known).sum()),
                )
            )
    return tuple(found)


def quality_rows(stock: Stock, book: CostBook, imputed: Flags, labels: Labels) -> tuple[Quality, ...]:
    """Return how complete each owner's data are (N16)."""
    filled_at, located_at = (book.parameters[name] for name in ("good_filled", "good_located"))
    found: list[Quality] = []
    for owner, k, rows in groups(stock):
        missing = {"built_year": int((stock.built_year[rows] == 0).sum())}
        for name in SIZE_FIELDS[CLASSES[k]]:
            missing[name] = int(np.isnan(getattr(stock, name)[rows]).sum())
        if (stock.scale[rows] >= 0).any():
            missing["grade"] = int((stock.grade[rows] < 0).sum())
        located = int(stock.located[rows].sum())
        filled = 1 - sum(missing.values()) / (len(missing) * len(rows))
        found.append(
            Quality(
                owner=stock.owners[owner].code,
                asset_class=CLASSES[k],
                assets=len(rows),
                gaps=tuple(FieldGap(labels.get("field", name), count, len(rows)) for name, count in missing.items()),
                located=located,
                imputed=int(imputed[rows].sum()),
                grade=confidence(
                    filled,
                    located / len(rows),
                    (filled_at.value, located_at.value),
                    (filled_at.cases()[0], located_at.cases()[0]),
                ),
            )
        )
    return tuple(found)


def rows_of(stock: Stock, *classes: AssetClass) -> Flags:
    """Return which rows are of these classes."""
    return np.isin(stock.asset_class, [CLASS_AT[name] for name in classes])
