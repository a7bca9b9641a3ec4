"""Assets, owners and regions as plain values."""

from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, field

from gunmane.core.words import AssetClass, Origin, OwnerKind, Precision, Status


class Owner(Struct, frozen=True):
    """An organisation that answers for assets; `code` is the 6-digit code or a slug."""

    owner_id: UUID
    code: str
    name: str
    kind: OwnerKind
    population: int | None = None
    area_km2: float | None = None
    engineers: dict[str, int] = field(default_factory=dict[str, int])
    origin: Origin = Origin.LEDGER


class Region(Struct, frozen=True):
    """A cooperation group of owners in one field (`roads`, `sewage`, `water` or `all`)."""

    region_id: UUID
    name: str
    field: str
    origin: Origin = Origin.LEDGER


class BridgeAttributes(Struct, frozen=True, tag="bridge", tag_field="class", omit_defaults=True):
    """What bridge rules and models need beyond the common columns (xROAD basic data)."""

    spans: int | None = None
    structure: str | None = None  # 上部工形式
    crosses: str | None = None  # 交差物件
    traffic_per_day: int | None = None
    emergency_route: int | None = None  # 1, 2, 3 (第一次…第三次), 0 for none, None where not known
    salt: bool | None = None
    detour_km: float | None = None
    sole_access_homes: int | None = None
    office: str | None = None
    coordinate_id: str | None = None  # xROAD shisetsu_id, "lat,lon"
    design_live_load: str | None = None
    lanes: int | None = None


class TunnelAttributes(Struct, frozen=True, tag="tunnel", tag_field="class", omit_defaults=True):
    """Road tunnel."""

    method: str | None = None
    traffic_per_day: int | None = None
    emergency_route: int | None = None


class RoadStructureAttributes(Struct, frozen=True, tag="road_structure", tag_field="class", omit_defaults=True):
    """Shed, large culvert, footbridge or gantry."""

    kind: str | None = None  # shed | large_culvert | footbridge | gantry
    emergency_route: int | None = None


class PavementAttributes(Struct, frozen=True, tag="pavement", tag_field="class", omit_defaults=True):
    """A pavement section; linear reference route + from/to."""

    road_class: str | None = None  # A, B, C, D of the inspection guideline
    from_km: float | None = None
    to_km: float | None = None
    surface: str | None = None
    crack_pct: float | None = None
    rut_mm: float | None = None
    iri: float | None = None
    inspection_cycle_years: int | None = None  # class C: as the road manager sets
    emergency_route: int | None = None


class SewerPipeAttributes(Struct, frozen=True, tag="sewer_pipe", tag_field="class", omit_defaults=True):
    """A sewer span between two manholes."""

    drainage: str | None = None  # combined | foul | storm
    upstream: str | None = None
    downstream: str | None = None
    pieces: int | None = None  # number of pipes in the span
    pressure: bool | None = None
    corrosion_prone: bool | None = None
    under_emergency_route: bool | None = None
    box_width_mm: int | None = None
    occupies_road: bool | None = None  # lies in a road under an occupancy permit (道路占用)
    important: bool | None = None  # 重要管路 of the draft technical standards
    risk_prone: bool | None = None  # corrosion, soft ground, connections (draft technical standards)


class ManholeAttributes(Struct, frozen=True, tag="manhole", tag_field="class", omit_defaults=True):
    """A sewer manhole; cover and body age apart."""

    cover_year: int | None = None
    carriageway: bool | None = None
    corrosion_prone: bool | None = None
    occupies_road: bool | None = None  # lies in a road under an occupancy permit (道路占用)
    ground_level_m: float | None = None
    invert_level_m: float | None = None


class WaterPipeAttributes(Struct, frozen=True, tag="water_pipe", tag_field="class", omit_defaults=True):
    """A water main or service main."""

    use: str | None = None  # conveyance | transmission | distribution
    joint: str | None = None
    seismic: bool | None = None
    under_emergency_route: bool | None = None
    soil: str | None = None
    crossing: bool | None = None  # 水管橋・添架
    occupies_road: bool | None = None  # lies in a road under an occupancy permit (道路占用)


class SepticAttributes(Struct, frozen=True, tag="septic", tag_field="class", omit_defaults=True):
    """A septic system (浄化槽); owners' names and addresses are never here."""

    treatment: str | None = None  # combined | single
    process: str | None = None  # full_aeration, anaerobic_filter_contact_aeration, …
    capacity_persons: int | None = None
    design_bod: int | None = None
    use_started_on: date | None = None
    building_use: str | None = None
    blower_outlets: str | None = None  # single | dual
    inspection_agency: str | None = None
    inspection_month: int | None = None  # month that the agency allotted for article 11, 1-12
    advanced_unit: bool | None = None  # 砂ろ過装置、活性炭吸着装置又は凝集槽
    flow_equalisation: bool | None = None  # スクリーン及び流量調整タンク又は流量調整槽
    type_approved: bool | None = None  # 型式認定
    maintenance_weeks: int | None = None  # interval set for this tank by its own notice or maker
    district: str | None = None


class TreatmentPlantAttributes(Struct, frozen=True, tag="treatment_plant", tag_field="class", omit_defaults=True):
    """Sewage or water works, or a pumping station."""

    kind: str | None = None  # sewage | water | pump | night_soil
    capacity_m3_day: float | None = None
    inflow_m3_day: float | None = None
    process: str | None = None


Attributes = (
    BridgeAttributes
    | TunnelAttributes
    | RoadStructureAttributes
    | PavementAttributes
    | SewerPipeAttributes
    | ManholeAttributes
    | WaterPipeAttributes
    | SepticAttributes
    | TreatmentPlantAttributes
)

ATTRIBUTES: dict[AssetClass, type[Struct]] = {
    AssetClass.BRIDGE: BridgeAttributes,
    AssetClass.TUNNEL: TunnelAttributes,
    AssetClass.ROAD_STRUCTURE: RoadStructureAttributes,
    AssetClass.PAVEMENT: PavementAttributes,
    AssetClass.SEWER_PIPE: SewerPipeAttributes,
    AssetClass.MANHOLE: ManholeAttributes,
    AssetClass.WATER_PIPE: WaterPipeAttributes,
    AssetClass.SEPTIC: SepticAttributes,
    AssetClass.TREATMENT_PLANT: TreatmentPlantAttributes,
}


class Asset(Struct, frozen=True, kw_only=True):
    """One asset as it stands now.

    `number` is the owner's own ledger number, unique within owner and class; further outside identifiers are
    rows of `asset_numbers`. Lengths, widths and depths are metres, diameters millimetres, areas square metres.
    `geometry` is WKB in JGD2011 longitude/latitude (EPSG:6668). `flags` name doubts about the row (`data/texts`,
    table `flags`): a flagged value is kept and shown, never repaired silently.
    """

    owner_id: UUID
    asset_id: UUID
    asset_class: AssetClass
    number: str
    name: str | None = None
    built_year: int | None = None  # fiscal year when precision is FISCAL_YEAR, calendar year otherwise
    built_on: date | None = None
    built_precision: Precision = Precision.UNKNOWN
    municipality_code: str | None = None
    route: str | None = None
    length_m: float | None = None
    width_m: float | None = None
    area_m2: float | None = None
    diameter_mm: int | None = None
    depth_m: float | None = None
    material: str | None = None  # canonical code, see data/synonyms.toml
    material_text: str | None = None  # as the ledger writes it
    attributes: Attributes | None = None
    geometry: bytes | None = None
    status: Status = Status.IN_SERVICE
    origin: Origin = Origin.LEDGER
    flags: tuple[str, ...] = ()
    revision: int = 1
    recorded_at: datetime | UnsetType = UNSET


def check_digit(code5: str) -> str:
    """Return the check digit of a 5-digit local government code (JIS X 0401/0402).

    s = 6a+5b+4c+3d+2e; digit = (11 - s mod 11) mod 10. Raises ValueError unless five digits are given.
    """
    if len(code5) != 5 or not code5.isascii() or not code5.isdigit():
        raise ValueError("five digits expected")
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code5, strict=True))
    return str((11 - total % 11) % 10)


def is_municipality_code(code: str) -> bool:
    """Tell whether `code` is a 6-digit local government code with a right check digit."""
    return len(code) == 6 and code.isascii() and code.isdigit() and check_digit(code[:5]) == code[5]
