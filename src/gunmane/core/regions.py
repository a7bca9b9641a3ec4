"""A region as its file describes it: owners with their facts, and where their ledgers lie."""

import re
from datetime import date

from msgspec import Struct

from gunmane.core.errors import Fault
from gunmane.core.inventory import check_digit, is_municipality_code
from gunmane.core.words import AssetClass, Origin, OwnerKind

FIELDS = ("all", "roads", "sewage", "water")
"""What a region cooperates in."""

MOST_PEOPLE = 100_000_000
MOST_KM2 = 100_000
MOST_ENGINEERS = 100_000
MOST_YEN = 10_000_000_000_000
"""Larger than any prefecture's; beyond them a number is a slip of the hand that no table could show."""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_DIGITS = re.compile(r"\d{5,6}")


class LedgerEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ledger of an owner; what is not given is found out from the file.

    `path` is relative to the region file. `where` keeps only rows whose column has the given text (or one of
    several), so that one file can serve several owners. `crs` is an EPSG code. `duty` names the duty that the file's
    inspections fulfil (`road.periodic`, …); None: any inspection.
    """

    path: str
    asset_class: AssetClass
    where: dict[str, str | list[str]] = {}
    mapping: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    layer: str | None = None
    crs: int | str | None = None
    header_row: int | None = None
    duty: str | None = None

    def epsg(self) -> int | None:
        """Return the EPSG code, which may be written with its authority (`EPSG:6675`); None where none is given."""
        if self.crs is None or isinstance(self.crs, int):
            return self.crs
        digits = self.crs.upper().removeprefix("EPSG:").strip()
        return int(digits) if digits.isascii() and digits.isdigit() else None


class OwnerEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One member of the region. `engineers` counts by qualification, `retirements` those who leave by fiscal year.

    `night_engineers`: how many of the engineers may be sent on night shifts (railway possessions).

    `budgets` are yen by fiscal year of the plan for works and inspections (the last one repeats), `spent` the yen of
    the last fiscal year; without them the plan levels costs but keeps no limit. `population_mid` and `population_low`
    are published projections of the population for the plan's last year.
    """

    code: str
    name: str
    kind: OwnerKind
    population: int | None = None
    area_km2: float | None = None
    engineers: dict[str, int] = {}
    night_engineers: int = 0
    budgets: tuple[int, ...] = ()
    spent: int | None = None
    retirements: tuple[int, ...] = ()
    population_mid: int | None = None
    population_low: int | None = None
    simulated: bool = False
    joined_on: date | None = None
    left_on: date | None = None
    ledgers: tuple[LedgerEntry, ...] = ()
    inspections: tuple[LedgerEntry, ...] = ()
    repairs: tuple[LedgerEntry, ...] = ()

    def entries(self) -> list[tuple[str, LedgerEntry]]:
        """List all files with what they hold: assets, inspections, repairs."""
        return (
            [("assets", entry) for entry in self.ledgers]
            + [("inspections", entry) for entry in self.inspections]
            + [("repairs", entry) for entry in self.repairs]
        )


class RegionEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The region itself; `code` is what identifies it in the database, its name where none is given.

    `seed` and `as_of` are what a computation takes when the command line says nothing else; `roads` is a file with
    the road network that detours of bridges are computed on, `homes` one with places of homes, people or buildings
    (`homes_column` counts them, `homes_source` is credited), `boundaries` one with the areas of municipalities for
    the maps, `boundaries_source` whom the maps credit for them; `schedule` one with people, leave, cars, permits and
    schools for the day plans.
    """

    name: str
    code: str | None = None
    field: str = "all"
    simulated: bool = False
    seed: int | None = None
    as_of: date | None = None
    roads: str | None = None
    homes: str | None = None
    homes_column: str | None = None
    homes_source: str | None = None
    boundaries: str | None = None
    boundaries_source: str | None = None
    schedule: str | None = None


class RegionFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A region file (`region.toml`)."""

    region: RegionEntry
    owners: tuple[OwnerEntry, ...]

    def origin(self, owner: OwnerEntry) -> Origin:
        """Return what the owner's rows are marked with: everything simulated says so."""
        return Origin.SIMULATED if self.region.simulated or owner.simulated else Origin.LEDGER


def faults_of(file: RegionFile) -> list[Fault]:
    """Return everything that is wrong with a region file, each with its place (JSON Pointer)."""
    faults: list[Fault] = []
    if not file.region.name.strip():
        faults.append(Fault("region_without_name", at="/region/name"))
    if file.region.field not in FIELDS:
        allowed = ", ".join(FIELDS)
        faults.append(
            Fault("no_such_field", at="/region/field", values={"field": file.region.field, "allowed": allowed})
        )
    if not file.owners:
        faults.append(Fault("region_without_owners", at="/owners"))
    seen: dict[str, int] = {}
    for position, owner in enumerate(file.owners):
        place = f"/owners/{position}"
        if owner.code in seen:
            faults.append(Fault("owner_twice", at=f"{place}/code", values={"code": owner.code}))
        seen[owner.code] = position
        faults += _faults_of_owner(owner, place)
    return faults


def _faults_of_owner(owner: OwnerEntry, place: str) -> list[Fault]:
    faults: list[Fault] = []
    local_government = owner.kind in (OwnerKind.MUNICIPALITY, OwnerKind.PREFECTURE)
    if _DIGITS.fullmatch(owner.code) and owner.code.isascii():
        if not is_municipality_code(owner.code):
            expected = owner.code[:5] + check_digit(owner.code[:5])
            values = {"code": owner.code, "expected": expected}
            faults.append(Fault("code_check_digit", at=f"{place}/code", values=values))
    elif not _SLUG.fullmatch(owner.code) or (local_government and owner.code.isdigit()):
        faults.append(Fault("bad_owner_code", at=f"{place}/code", values={"code": owner.code}))
    for name, value, most in _numbers(owner):
        if name == "area_km2" and value <= 0:
            faults.append(Fault("not_positive", at=f"{place}/{name}", values={"value": value}))
        elif value < 0:
            faults.append(Fault("not_negative", at=f"{place}/{name}", values={"value": value}))
        elif not value <= most:  # nan too
            faults.append(Fault("above_most", at=f"{place}/{name}", values={"value": value, "most": most}))
    if owner.joined_on and owner.left_on and owner.left_on < owner.joined_on:
        faults.append(Fault("left_before_joined", at=f"{place}/left_on"))
    for section in ("ledgers", "inspections", "repairs"):
        for position, entry in enumerate(getattr(owner, section)):
            if entry.crs is not None and entry.epsg() is None:
                values = {"crs": entry.crs}
                faults.append(Fault("bad_crs", at=f"{place}/{section}/{position}/crs", values=values))
    return faults


def _numbers(owner: OwnerEntry) -> list[tuple[str, float, float]]:
    """List an owner's numbers with their places and the most that each can be."""
    single = [
        ("population", owner.population, MOST_PEOPLE),
        ("population_mid", owner.population_mid, MOST_PEOPLE),
        ("population_low", owner.population_low, MOST_PEOPLE),
        ("area_km2", owner.area_km2, MOST_KM2),
    ]
    return [
        *((name, value, most) for name, value, most in single if value is not None),
        *((f"engineers/{name}", count, MOST_ENGINEERS) for name, count in owner.engineers.items()),
        ("night_engineers", owner.night_engineers, MOST_ENGINEERS),
        *((f"retirements/{year}", count, MOST_ENGINEERS) for year, count in enumerate(owner.retirements)),
        *((f"budgets/{year}", yen, MOST_YEN) for year, yen in enumerate(owner.budgets)),
        *([] if owner.spent is None else [("spent", owner.spent, MOST_YEN)]),
    ]


def label(entry: LedgerEntry) -> str:
    """Return the name under which a ledger is recorded: its path, and which rows are taken of it."""
    if not entry.where:
        return entry.path
    picked = " ".join(
        f"{column}={value if isinstance(value, str) else '|'.join(value)}"
        for column, value in sorted(entry.where.items())
    )
    return f"{entry.path} [{picked}]"
