"""The data that reading ledgers leans on, read from the program's own files once."""

import csv
import io
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from gunmane.core.errors import GunmaneError
from gunmane.core.inspections import Plausibility
from gunmane.core.ledgers.limits import Limits, read_limits
from gunmane.core.ledgers.mapping import Mapping, read_mapping
from gunmane.core.ledgers.synonyms import Lexicon, read_synonyms
from gunmane.core.words import AssetClass, Scale
from gunmane.files.decoding import decode
from gunmane.files.reference import scales
from gunmane.resources import DATA


class Seat(Struct, frozen=True):
    """A local government with the place of its office; `name` is "" for prefectures."""

    code: str
    prefecture: str
    name: str
    longitude: float
    latitude: float


class Catalogue(Struct, frozen=True):
    """Words, scales, limits, shipped mappings, seats of local governments by code, and when a grade is doubted."""

    lexicon: Lexicon
    scales: dict[str, Scale]
    limits: Limits
    mappings: tuple[Mapping, ...]
    seats: dict[str, Seat]
    plausibility: Plausibility

    def mapping_for(self, header: tuple[str, ...], asset_class: AssetClass) -> Mapping | None:
        """Return the shipped mapping whose `match` fits this header best, None when none fits."""
        fitting = [
            mapping
            for mapping in self.mappings
            if mapping.fits(header) and mapping.asset_class in (None, asset_class)
        ]
        return max(fitting, key=lambda mapping: len(mapping.match), default=None)


@cache
def catalogue() -> Catalogue:
    """Read the program's own data files."""
    folder = DATA / "mappings"
    mappings = tuple(read_mapping(path.read_bytes()) for path in sorted(folder.glob("*.toml")))
    rows = csv.DictReader(io.StringIO((DATA / "municipalities.csv").read_text("utf-8")))
    seats = {
        row["code"]: Seat(
            row["code"], row["prefecture"], row["name"], float(row["longitude"]), float(row["latitude"])
        )
        for row in rows
    }
    return Catalogue(
        Lexicon(read_synonyms((DATA / "synonyms.toml").read_bytes())),
        scales(),
        read_limits((DATA / "limits.toml").read_bytes()),
        mappings,
        seats,
        msgspec.toml.decode((DATA / "plausibility.toml").read_bytes(), type=Plausibility),
    )


def mapping_file(path: Path) -> Mapping:
    """Read a mapping file; raises GunmaneError `no_such_file` or `bad_mapping` with every fault and its place."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GunmaneError("no_such_file", path=str(path)) from error
    found, faults = decode(data, Mapping)
    if found is None:
        raise GunmaneError("bad_mapping", faults, path=str(path))
    return found
