"""Region files: which owners belong together and where their ledgers lie."""

import hashlib
from pathlib import Path

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.regions import LedgerEntry, RegionFile, faults_of
from gunmane.files.decoding import decode
from gunmane.files.ledgers import LedgerSource


def read_region(path: Path) -> RegionFile:
    """Read a region file.

    Raises GunmaneError `no_such_file`, `not_a_region_file` for a ledger or a folder, `bad_region` with every fault
    and its place.
    """
    if path.suffix.lower() != ".toml" and path.exists():
        raise GunmaneError("not_a_region_file", path=str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GunmaneError("no_such_file", path=str(path)) from error
    found, shape = decode(data, RegionFile)
    if found is None:
        raise GunmaneError("bad_region", shape, path=str(path))
    faults = faults_of(found)
    for name, file in (
        ("roads", found.region.roads),
        ("homes", found.region.homes),
        ("boundaries", found.region.boundaries),
    ):
        if file is not None and not (path.parent / file).is_file():
            faults.append(Fault("file_missing", at=f"/region/{name}", values={"path": file}))
    for position, owner in enumerate(found.owners):
        for section in ("ledgers", "inspections", "repairs"):
            for number, entry in enumerate(getattr(owner, section)):
                place = f"/owners/{position}/{section}/{number}"
                for name, file in (("path", entry.path), ("mapping", entry.mapping)):
                    if file is not None and not (path.parent / file).is_file():
                        faults.append(Fault("file_missing", at=f"{place}/{name}", values={"path": file}))
    if faults:
        raise GunmaneError("bad_region", faults, path=str(path))
    return found


def source_of(entry: LedgerEntry, content: str, owner_code: str, folder: Path) -> LedgerSource:
    """Return how a ledger of a region file is opened."""
    return LedgerSource(
        path=folder / entry.path,
        asset_class=entry.asset_class,
        owner_code=owner_code,
        where=entry.where,
        mapping=None if entry.mapping is None else folder / entry.mapping,
        rows="inspection" if content == "inspections" else None,
        encoding=entry.encoding,
        sheet=entry.sheet,
        layer=entry.layer,
        header_row=entry.header_row,
        crs=entry.epsg(),
    )


def digest(source: LedgerSource) -> bytes:
    """Return the SHA-256 of a ledger's bytes, with its mapping and what lies beside an unzipped shapefile."""
    paths = [source.path]
    if source.path.suffix.lower() == ".shp":
        paths += sorted(one for one in source.path.parent.glob(f"{source.path.stem}.*") if one != source.path)
    if source.mapping is not None:
        paths.append(source.mapping)
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.digest()
