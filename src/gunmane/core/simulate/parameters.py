"""What the simulator is told: classes with their true hazards, owners with their habits, layouts of their files."""

from datetime import date

from msgspec import Struct, field

from gunmane.core.words import AssetClass, OwnerKind, SourceStatus


class Material(Struct, frozen=True, forbid_unknown_fields=True):
    """One material: years in which it was laid, its share then, and its effect on the log hazard."""

    code: str
    texts: tuple[str, ...]  # spellings found in ledgers
    weight: float
    first: int = 1900
    last: int = 2100
    effect: float = 0.0


class Rounds(Struct, frozen=True, forbid_unknown_fields=True):
    """When assets of a class are inspected: every `period` years from fiscal year `first`."""

    first: int
    period: int
    coverage: float = 1.0  # share of assets that are ever looked at
    attendance: float = 1.0  # share of due rounds that take place
    duty: str = ""  # what an inspection of a round fulfils
    initial_from: int = 0  # first year of construction with an inspection soon after the start of use, 0: none
    initial_attendance: float = 1.0
    initial_duty: str = ""


class ClassParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """One asset class: its share of all assets, its ages, and the rates that govern its true condition.

    `hazards[s]` is the rate per year from grade s to s+1, `exits[s]` the rate of repair in grade s, both at the
    base covariates. `reset` is the probability that a repair leads back to the best grade; else one grade better.
    `breaks_per_km_year` is the rate of breaks at age 40 for classes without a scale.
    """

    code: AssetClass
    share: float
    built: tuple[int, int, float, float]  # first and last fiscal year, and the two parameters of a beta density
    scale: str = ""
    hazards: tuple[float, ...] = ()
    exits: tuple[float, ...] = ()
    reset: float = 1.0
    start: tuple[float, ...] = (1.0,)  # distribution of the grade at construction
    salt_effect: float = 0.0
    breaks_per_km_year: float = 0.0
    cost_yen: int = 1_000_000  # median of a repair, one grade before; simulated, never a unit cost
    break_shape: float = 1.0
    rounds: Rounds | None = None
    materials: tuple[Material, ...] = ()
    source: str = ""
    status: SourceStatus = SourceStatus.ASSUMED


class OwnerParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of owner: what it has, how it works and how its files look."""

    name: str
    kind: OwnerKind
    code: str  # five digits of an unassigned code (the check digit is added), or a slug
    weight: float  # share of the assets of every class it takes
    takes: tuple[AssetClass, ...]
    layouts: dict[AssetClass, str]
    inspections: dict[AssetClass, tuple[str, ...]] = field(default_factory=dict[AssetClass, tuple[str, ...]])
    repairs: str = ""
    population: int | None = None
    area_km2: float | None = None
    engineers: dict[str, int] = field(default_factory=dict[str, int])
    office: str = ""
    unknown_built: float = 0.1
    attendance: float = 1.0  # multiplies the class's
    misread: float = 0.0  # probability that a recorded grade is one off the true one
    unrecorded_repairs: float = 0.2
    salt_share: float = 0.1
    faults: dict[str, float] = field(default_factory=dict[str, float])


class Column(Struct, frozen=True, array_like=True):
    """One column of a layout: its title, the field it shows and how the value is written.

    "|" in a title divides two header rows; a line feed stays a line break inside the header cell.
    """

    title: str
    field: str
    form: str = "text"


class Layout(Struct, frozen=True, forbid_unknown_fields=True):
    """How one file looks: kind, encoding, rows above the header, columns, and the word for a missing value.

    `wide` is the title of one grade column per fiscal year in which anything was inspected. `rows` tells which
    inspections the file holds: all, the latest of each asset or the earlier ones, those of the rounds (periodic) or
    those made soon after the start of use (initial).
    """

    code: str
    kind: str  # csv | tsv | xlsx | geojson | gpkg | shape
    columns: tuple[Column, ...] = ()
    encoding: str = "utf-8"
    gzip: bool = False
    crs: str = "EPSG:6668"
    prj: bool = True
    sheet: str = ""
    preamble: tuple[tuple[str, ...], ...] = ()
    footer: str = ""  # first cell of a row of sums below the data
    missing: str = ""
    wide: str = ""
    grade: str = "text"
    rows: str = "all"  # all | latest | earlier | periodic | initial


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the fictitious region lies and how it is laid out; distances in metres."""

    lon: float
    lat: float
    spacing_m: float
    axis_m: float
    step_m: float
    steps: int
    note: str
    boundaries: str


class Drift(Struct, frozen=True, forbid_unknown_fields=True):
    """Calendar drift of all hazards: factor `factors[k]` holds from year `years[k]`, 1 before the first."""

    years: tuple[float, ...]
    factors: tuple[float, ...]


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `data/simulate.toml`."""

    region: str
    as_of: date  # last day of the records
    horizon: date  # until then every life is drawn, whatever the records' end: a later one continues the same region
    owner_sd: float  # standard deviation of the owners' effect on the log hazard
    profile_assets: int  # the owners' people are those of a region of so many assets; a larger one has more of them
    recorded_from: int  # first fiscal year of repair records
    place: Place
    drift: Drift
    syllables: tuple[tuple[str, str], ...]  # word and its reading, for names of things
    spare_names: tuple[str, ...]  # for owners beyond the profiles
    classes: tuple[ClassParameters, ...]
    owners: tuple[OwnerParameters, ...]
    layouts: tuple[Layout, ...]
