"""A ledger from file to typed columns: table, recognition, mapping, coordinate system, reading."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from msgspec import Struct, structs

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.inventory import is_municipality_code
from gunmane.core.ledgers import mapping as mappings
from gunmane.core.ledgers.columns import AssetColumns
from gunmane.core.ledgers.context import Place, ReadContext
from gunmane.core.ledgers.places import JAPAN
from gunmane.core.ledgers.positions import ToLonLat
from gunmane.core.ledgers.probe import CellReader
from gunmane.core.ledgers.reading import identifies, observes, read_chunk
from gunmane.core.ledgers.recognise import Reading, recognise
from gunmane.core.ledgers.suggestion import suggestion
from gunmane.core.words import AssetClass
from gunmane.files.catalogue import Catalogue, catalogue, mapping_file
from gunmane.files.crs import infer, plane_zone, to_lonlat
from gunmane.files.layers import LayerTable
from gunmane.files.sheets import SheetTable
from gunmane.files.tables import Table, open_table


class LedgerSource(Struct, frozen=True, kw_only=True):
    """Where a ledger is and how it is read; what is not given is found out.

    `where` keeps only rows whose column has the given text (or one of them). `owner_code` is the 6-digit code of
    the owner, which tells where its assets can be. `rows` set to "inspection" says that each row is an inspection
    of an asset that another ledger holds.
    """

    path: Path
    asset_class: AssetClass
    owner_code: str = ""
    where: dict[str, str | list[str]] = {}
    mapping: Path | None = None
    rows: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    layer: str | None = None
    header_row: int | None = None
    crs: int | None = None


class Ledger:
    """An opened ledger.

    `reading` says which column feeds what and which questions remain, `warnings` what was inferred (texts of the
    catalogue, table `warnings`, with values).
    """

    def __init__(
        self, source: LedgerSource, table: Table, reading: Reading, context: ReadContext, warnings: Sequence[Fault]
    ) -> None:
        self.source = source
        self.table = table
        self.reading = reading
        self.context = context
        self.warnings = tuple(warnings)

    def chunks(self, size: int = 50_000) -> Iterator[AssetColumns]:
        """Read the ledger once, about `size` rows at a time."""
        for chunk in self.table.chunks(size):
            yield read_chunk(self.reading, chunk, self.context)


def open_ledger(source: LedgerSource, as_of: date) -> Ledger:
    """Open a ledger for reading as of a day.

    Raises GunmaneError: `no_such_file`, `unknown_format`, `not_readable`, `bad_mapping`; `ledger_not_understood`
    with the faults of the mapping; `crs_unknown` where a coordinate system has to be given; `nothing_recognised`;
    `nothing_identifies` where no column could tell one row's asset from another's.
    """
    data = catalogue()
    table, reading, warnings = _fitting(source, data)
    if reading.faults:
        raise GunmaneError("ledger_not_understood", reading.faults, path=str(source.path))
    if not reading.uses:
        if not isinstance(table, LayerTable):
            header = ", ".join(name for name in table.header[:8] if name)
            raise GunmaneError("nothing_recognised", path=str(source.path), header=header)
        warnings.append(Fault("only_geometry"))
    if not isinstance(table, LayerTable) and not identifies(reading):
        raise GunmaneError("nothing_identifies", path=str(source.path))
    if reading.rows == "inspection" and not observes(reading):
        raise GunmaneError("nothing_observed", path=str(source.path))
    move = _transformation(source, table, reading, data, warnings)
    middle = _middle_degrees(table, reading, move, data)
    place = _place(source, middle, data)
    japanese = is_municipality_code(source.owner_code) or _mostly_in_japan(middle, table)
    context = ReadContext(
        reading, data.lexicon, data.scales, data.limits, as_of, to_lonlat=move, japanese=japanese, place=place
    )
    return Ledger(source, table, reading, context, warnings)


def _recognised(source: LedgerSource, data: Catalogue) -> tuple[Table, Reading]:
    """Open the table, with what the mapping says about it, and recognise its columns."""
    own = mapping_file(source.mapping) if source.mapping else None
    hints = own or mappings.Mapping()
    table = open_table(
        source.path,
        encoding=source.encoding or hints.encoding,
        sheet=source.sheet or hints.sheet,
        layer=source.layer or hints.layer,
        header_row=source.header_row or hints.header_row,
        crs=source.crs or hints.crs,
    )
    chosen = own or data.mapping_for(table.header, source.asset_class)
    if chosen and chosen.asset_class not in (None, source.asset_class):
        raise GunmaneError("mapping_for_other_class", [Fault("mapping_for_other_class", at=str(source.mapping))])
    if chosen and source.rows:
        chosen = structs.replace(chosen, rows=source.rows)
    if not chosen and source.rows:
        chosen = mappings.Mapping(rows=source.rows)
    reading = recognise(
        table.header, table.sample(), source.asset_class, chosen, data.lexicon, data.scales, source.where
    )
    return table, reading


MOST_PARTS = 30
"""Layers or sheets of a file that are looked at."""
FEW_COLUMNS = 3
"""Below so many recognised columns another layer or sheet of the file may be the ledger."""


def _fitting(source: LedgerSource, data: Catalogue) -> tuple[Table, Reading, list[Fault]]:
    """Open the part of a file that is to be read, and say where it has been chosen among several.

    That is the largest layer or sheet, or where it has hardly a column that is recognised, the one that has most.
    """
    table, reading = _recognised(source, data)
    notes = [Fault(note.partition(":")[0], values={"text": note.partition(":")[2]}) for note in table.notes]
    if source.layer or source.sheet or source.mapping or not 1 < len(table.layers) <= MOST_PARTS:
        return table, reading, notes
    if len(reading.uses) >= FEW_COLUMNS:
        return table, reading, notes
    best = table, reading
    chosen = ""
    for name in table.layers:
        part = structs.replace(source, sheet=name) if isinstance(table, SheetTable) else None
        other = _recognised(part or structs.replace(source, layer=name), data)
        if len(other[1].uses) > len(best[1].uses):
            best, chosen = other, name
    if chosen:
        notes = [Fault("part_chosen", values={"part": chosen})]
    return *best, notes


def _transformation(
    source: LedgerSource, table: Table, reading: Reading, data: Catalogue, warnings: list[Fault]
) -> ToLonLat | None:
    """Find the transformation to degrees, noting what was inferred; raises GunmaneError `crs_unknown`."""
    middle = _middle(table, reading, data)
    if table.crs is not None:
        return to_lonlat(table.crs)
    if middle is None:
        return None
    zone = reading.constants.get("plane_zone") or _zone(table, reading, data)
    if isinstance(zone, int) and max(map(abs, middle)) > 360:
        return to_lonlat(plane_zone(zone))
    seat = data.seats.get(source.owner_code)
    guess = infer(*middle, (seat.longitude, seat.latitude) if seat else None)
    if guess.epsg is None:
        raise GunmaneError(
            "crs_unknown", [Fault("crs_unknown", values={"x": middle[0], "y": middle[1]})], path=str(source.path)
        )
    if guess.code != "crs_taken_as_degrees" or isinstance(table, LayerTable):
        warnings.append(Fault(guess.code, values={"epsg": guess.epsg}))
    return to_lonlat(guess.epsg)


def _zone(table: Table, reading: Reading, data: Catalogue) -> int | None:
    use = reading.use_of("plane_zone")
    if use is None:
        return None
    reader = CellReader(use, data.lexicon, data.scales)
    found = {reader(cell) for cell in set(table.sample()[use.column])}
    numbers = {zone for zone in found if isinstance(zone, int)}
    return numbers.pop() if len(numbers) == 1 else None


def _middle(table: Table, reading: Reading, data: Catalogue) -> tuple[float, float] | None:
    """Return east and north of the middle of a table's first places, in its own coordinates."""
    if isinstance(table, LayerTable):
        return table.middle()
    for east, north in (("plane_east", "plane_north"), ("longitude", "latitude")):
        across, up = reading.use_of(east), reading.use_of(north)
        if across and up:
            sample = table.sample()
            values: list[float] = []
            for use in (across, up):
                reader = CellReader(use, data.lexicon, data.scales)
                numbers = sorted(v for v in map(reader, sample[use.column]) if isinstance(v, float) and v)
                if not numbers:
                    return None
                values.append(numbers[len(numbers) // 2])
            return values[0], values[1]
    return None


def _middle_degrees(
    table: Table, reading: Reading, move: ToLonLat | None, data: Catalogue
) -> tuple[float, float] | None:
    """Return longitude and latitude of the middle of a table's first places."""
    middle = _middle(table, reading, data)
    if middle is None or move is None:
        return middle
    longitude, latitude = move(np.array([middle[0]]), np.array([middle[1]]))
    return float(longitude[0]), float(latitude[0])


def _place(source: LedgerSource, middle: tuple[float, float] | None, data: Catalogue) -> Place | None:
    """Return where the owner is: its seat, or for owners without a known one the middle of what the ledger holds.

    Nothing is said of prefectures, whose islands lie far out; what lies around an unknown seat may lie twice as far.
    """
    seat = data.seats.get(source.owner_code)
    if seat:
        reach = data.limits.reach_km.get(seat.code, data.limits.off_owner_km)
        return Place(seat.longitude, seat.latitude, reach) if seat.name else None
    if middle is None or max(map(abs, middle)) > 180:
        return None
    east, north = middle if abs(middle[1]) <= 90 else (middle[1], middle[0])
    return Place(east, north, 2 * data.limits.off_owner_km, guessed=True)


def _mostly_in_japan(middle: tuple[float, float] | None, table: Table) -> bool:
    """Tell whether the middle of a table's places lies in Japan (True where it has no places)."""
    if middle is None:
        return not isinstance(table, LayerTable)
    east, north = middle
    west, south, right, top = JAPAN
    return (west <= east <= right and south <= north <= top) or (west <= north <= right and south <= east <= top)


def suggest(source: LedgerSource) -> str:
    """Return a mapping file (TOML) that says how a ledger would be read and asks what could not be recognised."""
    data = catalogue()
    table, reading, _ = _fitting(source, data)
    return suggestion(reading, table.sample(), str(source.path.name))
