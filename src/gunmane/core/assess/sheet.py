"""What the plan document shows of models, risks, maps and due inspections."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from msgspec import structs

from gunmane.core.assess.fleets import Fleet
from gunmane.core.assess.models import Assessed
from gunmane.core.assess.risks import RegionRisk, class_total
from gunmane.core.assess.stock import Duties
from gunmane.core.assess.totals import Total
from gunmane.core.duties.daynumbers import NONE, day_of
from gunmane.core.duties.engine import State
from gunmane.core.duties.rulerows import STATES, DueColumns
from gunmane.core.duties.rules import RuleBook
from gunmane.core.plan.findings import (
    DueEngineer,
    DueMonth,
    DueRow,
    Duty,
    Forecast,
    MapLayer,
    MapShape,
    RiskAsset,
    RiskMatrix,
    RiskRow,
)
from gunmane.core.plan.sheet import PlanSheet, Quality
from gunmane.core.plan.values import Band, Text
from gunmane.core.risk import MATRIX, Consequences, Reason
from gunmane.core.schedule.gather import Work
from gunmane.core.schedule.year import Engineer, Month, WorkKind, YearPlan
from gunmane.core.words import AssetClass

TOP = 30
MAP_SHAPES = 4000
"""More symbols than these make a printed map illegible; the riskiest are kept and the rest is counted."""

Explain = Callable[[Reason], Text]
Parts = Sequence[tuple[Fleet, Sequence[Assessed]]]


def forecast_rows(parts: Parts, ends: tuple[float, ...], first_fy: int) -> tuple[Forecast, ...]:
    """Expected numbers of assets in bad grades by fiscal year, with the 80 % band of uncertain rates."""
    found: list[Forecast] = []
    for fleet, assessed in parts:
        for one in assessed:
            f = one.forecasts
            at = [f.horizons.index(end) for end in ends]
            counts = np.bincount(f.kind, minlength=f.probability.shape[0])
            # Within a class the rates move together, so the ends of the band are reached together too.
            low, mid, high = (counts @ block[:, at] for block in (f.low, f.probability, f.high))
            bands = (Band(float(m), float(a), float(b)) for a, m, b in zip(low, mid, high, strict=True))
            found.append(
                Forecast(
                    asset_class=fleet.asset_class,
                    scale=one.scale.code,
                    assets=len(one.rows),
                    years=tuple(range(first_fy, first_fy + len(ends))),
                    bad=tuple(bands),
                    adopted=one.adopted is not None,
                )
            )
    return tuple(found)


def risk_rows(parts: Parts, risk: RegionRisk, region: Total | None, each: Sequence[Total]) -> tuple[RiskRow, ...]:
    """Totals of the region, of each owner, and of each owner's classes."""
    if region is None or not parts:
        return ()
    classes = [fleet.asset_class for fleet, _ in parts]
    owners = parts[0][0].owners
    rows: list[RiskRow] = []
    sums = [[class_total(risk, classes, c, k) for c in classes] for k in range(len(owners))]
    unrated = [sum(cell[1] for cell in row) for row in sums]
    for code, total, left in (
        ("", region, sum(unrated)),
        *((owners[k].code, each[k], unrated[k]) for k in range(len(owners))),
    ):
        rows.append(
            RiskRow(
                owner=code,
                assets=total.assets,
                unrated=left,
                yen_per_year=Band(total.expected, total.low, total.high),
                cvar_95=total.bad_year_95,
            )
        )
    for k, owner in enumerate(owners):
        for c, (known, left, yen) in zip(classes, sums[k], strict=True):
            if known or left:
                rows.append(
                    RiskRow(owner=owner.code, asset_class=c, assets=known, unrated=left, yen_per_year=Band(yen))
                )
    return tuple(rows)


def _place(parts: Parts, risk: RegionRisk, row: int) -> tuple[int, int]:
    """The class and the row in its fleet of a row of the region."""
    part = int(risk.class_index[row])
    return part, row - risk.parts[part].first


def top_rows(parts: Parts, risk: RegionRisk, explain: Explain) -> tuple[RiskAsset, ...]:
    """The assets with the highest expected loss; equal ones in the order of the ledger."""
    yen = np.nan_to_num(risk.scores.yen_per_year, nan=-1.0)
    order = np.argsort(-yen, kind="stable")[:TOP]
    found: list[RiskAsset] = []
    for rank, at in enumerate(order.tolist(), start=1):
        if yen[at] <= 0:
            break
        part, row = _place(parts, risk, int(risk.chosen[at]))
        fleet, assessed = parts[part]
        grade = _grade(assessed, row)
        lon, lat = fleet.place[row]
        consequence, share = float(risk.scores.consequence[at]), float(risk.scores.event_share[at])
        chance = risk.scores.likelihood[at] * share
        found.append(
            RiskAsset(
                rank=rank,
                owner=fleet.owners[fleet.owner[row]].code,
                asset_class=fleet.asset_class,
                # A septic system is somebody's home: it is shown without its number and place.
                number="–" if fleet.asset_class is AssetClass.SEPTIC else fleet.numbers[row],
                name=None if fleet.asset_class is AssetClass.SEPTIC else fleet.names[row],
                scale=grade[0] if grade else None,
                grade=grade[1] if grade else None,
                likelihood=float(chance),
                consequence_yen=consequence,
                yen_per_year=Band(float(yen[at])),
                reasons=tuple(explain(reason) for reason in risk.scores.reasons(at)),
                lon=None if np.isnan(lon) or fleet.asset_class is AssetClass.SEPTIC else float(lon),
                lat=None if np.isnan(lat) or fleet.asset_class is AssetClass.SEPTIC else float(lat),
            )
        )
    return tuple(found)


def _grade(assessed: Sequence[Assessed], row: int) -> tuple[str, str] | None:
    for one in assessed:
        at = int(np.searchsorted(one.rows, row))
        if at < len(one.rows) and one.rows[at] == row and one.rank[at] >= 0:
            return one.scale.code, one.scale.grades[one.rank[at]]
    return None


def matrix_rows(risk: RegionRisk, consequences: Consequences) -> tuple[RiskMatrix, ...]:
    """The region's matrix; a view of the numbers, nothing is ranked by it."""
    known = np.isfinite(risk.scores.consequence)
    if not known.any():
        return ()
    cell = risk.scores.row[known].astype(np.int64) * MATRIX + risk.scores.column[known]
    counts = np.bincount(cell, minlength=MATRIX * MATRIX).reshape(MATRIX, MATRIX)
    return (
        RiskMatrix(
            likelihood_edges=consequences.likelihood_edges,
            consequence_edges=consequences.consequence_edges,
            counts=tuple(tuple(int(n) for n in row) for row in counts),
        ),
    )


def map_layers(parts: Parts, risk: RegionRisk, edges: Sequence[float]) -> tuple[MapLayer, ...]:
    """Each class's places by class of expected loss, riskiest kept; septic systems are never drawn one by one."""
    share = max(sum(fleet.size for fleet, _ in parts if fleet.asset_class is not AssetClass.SEPTIC), 1)
    layers: list[MapLayer] = []
    for (fleet, assessed), part in zip(parts, risk.parts, strict=True):
        located = np.flatnonzero(np.isfinite(fleet.place[:, 0]))
        if fleet.asset_class is AssetClass.SEPTIC:
            continue
        most = max(50, MAP_SHAPES * fleet.size // share)
        yen = np.nan_to_num(part.yen, nan=-1.0)
        kept = located[np.argsort(-yen[located], kind="stable")[:most]]
        band = np.where(yen[kept] < 0, 0, 1 + np.searchsorted(np.asarray(edges), yen[kept], side="right"))
        layers.append(
            MapLayer(
                asset_class=fleet.asset_class,
                shapes=tuple(
                    MapShape(
                        ((round(float(lon), 6), round(float(lat), 6)),),
                        int(b),
                        (_grade(assessed, int(row)) or (None, None))[1],
                        fleet.owners[fleet.owner[row]].code,
                    )
                    for row, (lon, lat), b in zip(kept, fleet.place[kept], band, strict=True)
                ),
                unlocated=fleet.size - len(located),
                left_out=len(located) - len(kept),
            )
        )
    return tuple(layers)


def due_rows(
    fleets: Sequence[Fleet],
    duties: Mapping[AssetClass, Duties],
    book: RuleBook,
    names: Mapping[str, Text],
    as_of: date,
) -> tuple[tuple[Duty, ...], tuple[DueRow, ...]]:
    """Every duty that some asset owes, with the articles of the rules that date it, and its state by owner."""
    applied: dict[str, Counter[str]] = {}  # by duty, rules and the assets that they date
    rows: list[DueRow] = []
    today = as_of.toordinal() - date(1970, 1, 1).toordinal()
    for fleet in fleets:
        for duty, due in duties[fleet.asset_class][1].items():
            owed = due.state >= 0
            if not owed.any():
                continue
            used, counts = np.unique(due.rule[owed & (due.rule >= 0)], return_counts=True)
            applied.setdefault(duty, Counter()).update(
                {due.rows[k].id: count for k, count in zip(used.tolist(), counts.tolist(), strict=True)}
            )
            for place, owner in enumerate(fleet.owners):
                mine = owed & (fleet.owner == place)
                if mine.any():
                    rows.append(_due_row(owner.code, duty, due, mine, today))
    merged: dict[tuple[str, str], DueRow] = {}
    for row in rows:  # a duty of several classes is one duty
        before = merged.get((row.owner, row.duty))
        merged[row.owner, row.duty] = row if before is None else _sum(before, row)
    return tuple(_duty(duty, used, book, names) for duty, used in applied.items()), tuple(merged.values())


def _duty(duty: str, used: Counter[str], book: RuleBook, names: Mapping[str, Text]) -> Duty:
    """Name a duty with each article that dates assets here, the commonest first; it gives the status."""
    by_id = {rule.id: rule for rule in book.rules}
    rules = [by_id[code] for code, _ in used.most_common()] or [rule for rule in book.rules if rule.duty == duty][:1]
    ja, en = (
        " / ".join(dict.fromkeys(said)) for said in zip(*((r.basis_ja, r.basis_en) for r in rules), strict=True)
    )
    return Duty(duty, names.get(duty, Text(duty, duty)), Text(ja, en), rules[0].status)


def _due_row(owner: str, duty: str, due: DueColumns, mine: np.ndarray, today: int) -> DueRow:
    state, last = due.state[mine], due.due[mine]
    overdue = state == STATES.index(State.OVERDUE)
    unknown = int((state == STATES.index(State.UNKNOWN_ANCHOR)).sum())
    pending = np.isin(state, [STATES.index(s) for s in (State.DUE, State.IN_WINDOW)])
    oldest = last[overdue & (last != NONE)]
    known = len(state) - unknown
    return DueRow(
        owner=owner,
        duty=duty,
        assets=len(state),
        due_in_year=int((pending & (last != NONE) & (last <= today + 365)).sum()),
        overdue=int(overdue.sum()),
        oldest_overdue=day_of(oldest.min()) if len(oldest) else None,
        unknown_anchor=unknown,
        on_time=1 - float(overdue.sum()) / known if known else None,
    )


def _sum(one: DueRow, two: DueRow) -> DueRow:
    known = [row.assets - row.unknown_anchor for row in (one, two)]
    overdue = one.overdue + two.overdue
    dates = [row.oldest_overdue for row in (one, two) if row.oldest_overdue]
    return structs.replace(
        one,
        assets=one.assets + two.assets,
        due_in_year=one.due_in_year + two.due_in_year,
        overdue=overdue,
        oldest_overdue=min(dates, default=None),
        unknown_anchor=one.unknown_anchor + two.unknown_anchor,
        on_time=1 - overdue / sum(known) if sum(known) else None,
    )


def schedule_rows(
    work: Work, plan: YearPlan, kinds: Sequence[WorkKind], engineers: Sequence[Engineer], months: Sequence[Month]
) -> tuple[tuple[DueMonth, ...], tuple[DueEngineer, ...]]:
    """Planned inspections by month and by engineer."""
    kind = work.tasks.kind
    placed = plan.month >= 0
    by_month = tuple(
        DueMonth(month.first.replace(day=1), one.duty, count)
        for m, month in enumerate(months)
        for k, one in enumerate(kinds)
        if (count := int((placed & (plan.month == m) & (kind == k)).sum()))
    )
    by_engineer = tuple(
        DueEngineer(
            engineer=person.code,
            owner=person.owner,
            duty=one.duty,
            count=int(mine.sum()),
            hours=float(plan.minutes[mine].sum()) / 60,
            capacity_hours=float(plan.capacity[e].sum()) / 60,
        )
        for e, person in enumerate(engineers)
        for k, one in enumerate(kinds)
        if (mine := placed & (plan.engineer == e) & (kind == k)).any()
    )
    return by_month, by_engineer


def flagged_rows(
    sheet: PlanSheet, fleets: Sequence[Fleet], rejected: Mapping[tuple[str, AssetClass], int]
) -> tuple[Quality, ...]:
    """Add to each line of data quality how many rows are doubtful or could not be read."""
    doubtful = {
        (owner.code, fleet.asset_class): int((fleet.flagged & (fleet.owner == place)).sum())
        for fleet in fleets
        for place, owner in enumerate(fleet.owners)
    }
    return tuple(
        structs.replace(
            row,
            flagged=doubtful.get((row.owner, row.asset_class), 0),
            rejected=rejected.get((row.owner, row.asset_class), 0),
        )
        for row in sheet.quality
    )
