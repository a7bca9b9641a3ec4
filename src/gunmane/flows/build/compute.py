"""The computing part of a build: values in, values out, nothing stored."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from uuid import UUID

import msgspec
import numpy as np
from msgspec import Struct, structs

from gunmane import __version__
from gunmane.core.assess import sheet as show
from gunmane.core.assess.card_rows import card_row
from gunmane.core.assess.duties import duties_of
from gunmane.core.assess.explain import explain
from gunmane.core.assess.fleets import Fleet
from gunmane.core.assess.models import Adopted, Assessed, assess
from gunmane.core.assess.proposals import Proposal, propose
from gunmane.core.assess.risks import RegionRisk, region_risk, region_totals
from gunmane.core.assess.stock import Duties, region_stock, year_ends
from gunmane.core.calendar import fiscal_year
from gunmane.core.plan.fill import make_sheet
from gunmane.core.plan.findings import Forecast, Outline
from gunmane.core.plan.homes import Homes, with_homes
from gunmane.core.plan.overrides import Override, wishes_of
from gunmane.core.plan.roads import Roads, with_detours
from gunmane.core.plan.scenarios import plan_region
from gunmane.core.plan.sheet import Facts, PlanSheet
from gunmane.core.plan.ways import road_km
from gunmane.core.plan.wording import complete
from gunmane.core.risk import LOSS_EDGES
from gunmane.core.schedule.check import breaches
from gunmane.core.schedule.gather import Source, Work, work_of
from gunmane.core.schedule.year import Engineer, Month, WorkKind, YearPlan, engineers_of, months_from, plan_year
from gunmane.core.stock import OwnerFacts, Stock
from gunmane.core.words import AssetClass
from gunmane.files import reference
from gunmane.files.rules import rule_book, workbook, working_days
from gunmane.flows.build.settled import Settled, adopted_of

YEARS = 10
Report = Callable[[str, float], None]
"""Told the step (a key of `steps` in data/texts/*/assess.toml) and how much of it is done, 0 to 1."""


class Proposed(Struct, frozen=True, eq=False):
    """What a class's own fit proposes, and the model that forecasts: that fit, or the adopted one."""

    proposal: Proposal
    model_id: str
    used_id: str


class Schedule(Struct, frozen=True, eq=False):
    """The year plan of due inspections with what it was made from."""

    work: Work
    plan: YearPlan
    kinds: tuple[WorkKind, ...]
    engineers: tuple[Engineer, ...]
    months: tuple[Month, ...]
    classes: tuple[AssetClass, ...]  # of each source of the work


Adoption = Mapping[tuple[AssetClass, str], Adopted]
"""The adopted models by class and scale."""


class Computed(Struct, frozen=True, eq=False):
    """Everything that a build computes before the plan."""

    parts: tuple[tuple[Fleet, tuple[Assessed, ...]], ...]
    proposals: tuple[tuple[Proposed, ...], ...]
    duties: dict[AssetClass, Duties]
    risk: RegionRisk
    schedule: Schedule
    owners: tuple[OwnerFacts, ...]
    as_of: date
    first_fy: int

    @property
    def ends(self) -> tuple[float, ...]:
        """Years from the day of the data to the end of each fiscal year of the plan."""
        return year_ends(self.as_of, self.first_fy, YEARS)


def digest(fleets: Sequence[Fleet], owners: Sequence[OwnerFacts], *settings: object) -> str:
    """Digest everything that the results follow from, so that equal inputs can be told by one number."""
    found = hashlib.sha256()
    found.update(repr((__version__, *settings)).encode())
    found.update(msgspec.json.encode(tuple(owners), order="deterministic"))
    for path in sorted(reference.DATA.glob("*.toml")):
        found.update(path.read_bytes())
    for fleet in fleets:
        found.update(fleet.asset_class.value.encode())
        found.update("\0".join(fleet.numbers).encode())
        found.update(repr((fleet.names, fleet.looks.scale.labels, fleet.looks.grade.labels)).encode())
        for name in sorted(fleet.columns):
            found.update(name.encode() + fleet.columns[name].tobytes())
        for name in sorted(fleet.texts):
            found.update(repr((name, fleet.texts[name].labels)).encode() + fleet.texts[name].codes.tobytes())
        for block in (
            fleet.owner, fleet.built_year, fleet.built_day, fleet.place, fleet.status.codes, fleet.simulated,
            fleet.looks.asset, fleet.looks.day, fleet.looks.scale.codes, fleet.looks.grade.codes,
            fleet.works.asset, fleet.works.day, fleet.works.kind.codes,
        ):  # fmt: skip
            found.update(np.ascontiguousarray(block).tobytes())
    return found.hexdigest()


def run_id_of(inputs_digest: str) -> UUID:
    """Derive the run's id from its inputs (UUID version 8, RFC 9562), so that equal inputs give equal documents."""
    raw = bytearray(bytes.fromhex(inputs_digest)[:16])
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return UUID(bytes=bytes(raw))


def model_id_of(region_id: UUID, asset_class: AssetClass, scale: str, fit_digest: str) -> UUID:
    """Derive a model's id from what it is: the same fit found again is the same model."""
    return run_id_of(hashlib.sha256(f"{region_id} {asset_class} {scale} {fit_digest}".encode()).hexdigest())


def compute(
    fleets: Sequence[Fleet],
    owners: tuple[OwnerFacts, ...],
    *,
    as_of: date,
    seed: int,
    report: Report,
    region_id: UUID,
    adopted: Adoption = MappingProxyType({}),
    roads: Roads | None = None,
) -> Computed:
    """Fit, forecast (with the adopted models where there are), score, find duties, plan the year's inspections.

    Engineers drive along `roads` where given.
    """
    first_fy = fiscal_year(as_of) + 1
    ends = year_ends(as_of, first_fy, YEARS)
    parts: list[tuple[Fleet, tuple[Assessed, ...]]] = []
    for done, fleet in enumerate(fleets):
        report("fit", done / len(fleets))
        found = assess(
            fleet, reference.scales(), reference.priors(), reference.covariates(), as_of=as_of, ends=ends, seed=seed,
            version=__version__, adopted=adopted,
        )  # fmt: skip
        parts.append((fleet, tuple(found)))
    report("fit", 1.0)
    proposals: list[tuple[Proposed, ...]] = []
    for done, (fleet, assessed) in enumerate(parts):
        report("check", done / len(fleets))
        proposals.append(tuple(_proposed(fleet, one, as_of, seed, region_id) for one in assessed))
    report("check", 1.0)
    risk = region_risk(parts, reference.consequences())
    duties: dict[AssetClass, Duties] = {}
    for done, fleet in enumerate(fleets):
        report("duties", done / len(fleets))
        duties[fleet.asset_class] = duties_of(fleet, rule_book(), as_of)
    report("duties", 1.0)
    report("schedule", 0.0)
    planned = schedule(fleets, duties, risk, owners, as_of, roads)
    report("schedule", 1.0)
    return Computed(tuple(parts), tuple(proposals), duties, risk, planned, owners, as_of, first_fy)


def _proposed(fleet: Fleet, one: Assessed, as_of: date, seed: int, region_id: UUID) -> Proposed:
    """Examine a class's own fit and name the models by what they are."""
    made = propose(fleet, one, reference.priors(), reference.covariates(), as_of=as_of, seed=seed)
    model_id = str(model_id_of(region_id, fleet.asset_class, one.scale.code, made.digest))
    return Proposed(made, model_id, model_id if one.adopted is None else one.adopted.model_id)


def _forecasts(done: Computed) -> tuple[Forecast, ...]:
    """Name the model behind each forecast."""
    behind = [made.used_id for proposed in done.proposals for made in proposed]
    rows = show.forecast_rows(done.parts, done.ends, done.first_fy)
    return tuple(structs.replace(row, model=model) for row, model in zip(rows, behind, strict=True))


def schedule(
    fleets: Sequence[Fleet],
    duties: dict[AssetClass, Duties],
    risk: RegionRisk,
    owners: Sequence[OwnerFacts],
    as_of: date,
    roads: Roads | None = None,
) -> Schedule:
    """Plan the coming twelve months' inspections; raises RuntimeError when the independent checker objects."""
    book = workbook()
    months = months_from(as_of, 12, working_days())
    sources = [
        Source(duties[fleet.asset_class][1], fleet.place, np.nan_to_num(part.yen))
        for fleet, part in zip(fleets, risk.parts, strict=True)
    ]
    people = engineers(fleets, owners)
    work = work_of(sources, book.work, months, book.parameters.lead_months)
    if roads is not None and work.tasks.size:
        bases = list(dict.fromkeys(one.place for one in people if one.place is not None))
        km = road_km(roads, np.array(bases, dtype=np.float64).reshape(-1, 2), work.tasks.place)
        work = structs.replace(work, tasks=structs.replace(work.tasks, road_km=dict(zip(bases, km, strict=True))))
    plan = plan_year(work.tasks, book.work, people, months, book.parameters)
    broken = breaches(plan, work.tasks, book.work, people, months, book.parameters)
    if broken:
        raise RuntimeError(f"the year plan breaks its own rules: {broken[:3]}")
    return Schedule(work, plan, book.work, people, months, tuple(fleet.asset_class for fleet in fleets))


def engineers(fleets: Sequence[Fleet], owners: Sequence[OwnerFacts]) -> tuple[Engineer, ...]:
    """Name the owners' engineers; each starts from the middle of its owner's located assets."""
    found: list[Engineer] = []
    for place, owner in enumerate(owners):
        located = [fleet.place[(fleet.owner == place) & np.isfinite(fleet.place[:, 0])] for fleet in fleets]
        points = np.concatenate(located) if located else np.zeros((0, 2))
        middle = (float(np.median(points[:, 0])), float(np.median(points[:, 1]))) if len(points) else None
        found += engineers_of(owner.code, owner.engineers, middle)
    return tuple(found)


def sheet_of(
    done: Computed,
    *,
    region: str,
    field: str,
    simulated: bool,
    version: str,
    run_id: UUID,
    inputs_digest: str,
    seed: int,
    rejected: dict[tuple[str, AssetClass], int],
    roads: Roads | None = None,
    homes: Homes | None = None,
    outlines: tuple[Outline, ...] = (),
    overrides: Sequence[Override] = (),
    adopted: Settled | None = None,
) -> PlanSheet:
    """Compute the plan with what people set against it, near an adopted one, and fill the document's value."""
    book, scales, labels = reference.cost_book(), reference.scales(), reference.plan_labels()
    stock = region_stock(
        done.parts, done.duties, done.risk, done.owners, as_of=done.as_of, first_fy=done.first_fy, years=YEARS
    )
    on_network, counted = None, None
    if roads is not None:
        found = None if homes is None else with_homes(stock, roads, homes)
        stock, on_network = with_detours(stock if found is None else found[0], roads)
        counted = None if found is None else found[1]
    facts = Facts(
        region=region,
        field=field,
        as_of=done.as_of,
        first_year=done.first_fy,
        years=YEARS,
        version=version,
        run_id=str(run_id),
        inputs_digest=inputs_digest,
        seed=seed,
        software=f"gunmane {__version__}",
        simulated=simulated,
    )
    fleets = [fleet for fleet, _ in done.parts]
    numbers = [number for fleet in fleets for number in fleet.numbers]
    names = [name for fleet in fleets for name in fleet.names]
    wishes = wishes_of(overrides, _rows(overrides, fleets, stock), stock)
    plan = plan_region(stock, book, scales, on_network, roads, wishes, adopted_of(adopted, fleets, stock), counted)
    sheet = make_sheet(plan, book, scales, facts, labels, numbers, names)
    tables, words = reference.reason_texts(), reference.card_texts()
    kinds, rows = show.due_rows(fleets, done.duties, rule_book(), reference.texts("duties")["duties"], done.as_of)
    planned = done.schedule
    by_month, by_engineer = show.schedule_rows(
        planned.work, planned.plan, planned.kinds, planned.engineers, planned.months
    )
    return complete(
        structs.replace(
            sheet,
            forecasts=_forecasts(done),
            models=tuple(
                card_row(fleet, one, made.proposal, made.used_id, reference.texts("assess")["models"], words)
                for (fleet, assessed), proposed in zip(done.parts, done.proposals, strict=True)
                for one, made in zip(assessed, proposed, strict=True)
                if len(one.rows)
            ),
            risks=show.risk_rows(done.parts, done.risk, *region_totals(done.risk, len(done.owners), seed)),
            top_risks=show.top_rows(done.parts, done.risk, lambda reason: explain(reason, tables)),
            matrices=show.matrix_rows(done.risk, reference.consequences()),
            layers=show.map_layers(done.parts, done.risk, LOSS_EDGES[2:]),
            outlines=outlines,
            duties=kinds,
            due=rows,
            due_months=by_month,
            due_engineers=by_engineer,
            quality=show.flagged_rows(sheet, fleets, rejected),
            rejected_rows=sum(rejected.values()),
        )
    )


def _rows(overrides: Sequence[Override], fleets: Sequence[Fleet], stock: Stock) -> list[int | None]:
    """Return the stock's row of the asset that each override is about, None where there is none."""
    wanted = {UUID(one.asset_id).bytes for one in overrides if one.asset_id is not None}
    if not wanted:
        return [None for _ in overrides]
    names = np.frombuffer(b"".join(sorted(wanted)), dtype="V16")
    places: dict[bytes, int] = {}
    first = 0
    for fleet in fleets:
        ids = np.ascontiguousarray(fleet.ids).view("V16").ravel()
        for place in np.flatnonzero(np.isin(ids, names)).tolist():
            places[ids[place].tobytes()] = first + place
        first += fleet.size
    among = np.flatnonzero(np.isin(stock.row, list(places.values())))
    row_of = {int(stock.row[row]): int(row) for row in among}
    found: list[int | None] = []
    for one in overrides:
        place = None if one.asset_id is None else places.get(UUID(one.asset_id).bytes)
        found.append(None if place is None else row_of.get(place))
    return found
