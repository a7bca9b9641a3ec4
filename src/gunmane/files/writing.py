"""Writes tables as files: CSV, TSV, XLSX, GeoJSON, zipped Shapefile, GeoPackage; equal rows give equal bytes.

Equal bytes hold for one version of the libraries: GDAL and SQLite put their own versions into a GeoPackage.
"""

import csv
import gzip
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pyogrio
import shapely
import xlsxwriter
from msgspec import Struct
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import Transformer

Rows = Sequence[Sequence[str]]
Places = NDArray[np.float64]
Write = Callable[[Rows, Places | None], None]
"""Appends rows to an open file; places are (rows, points, lon/lat in EPSG:6668), used by geographic kinds only."""

FIXED_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Time stamp inside archives and documents, so that a second run gives the same bytes."""

STORED_CRS = "EPSG:6668"

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Target(Struct, frozen=True, kw_only=True):
    """How a file is to look. `kind`: csv, tsv, xlsx, geojson, gpkg or shape (zipped).

    `header` are all rows above the data (text kinds), `titles` the names of fields (geographic kinds), of which
    `numeric` marks those stored as numbers. `prj` false leaves the Shapefile's .prj and .cpg out.
    """

    kind: str
    titles: tuple[str, ...]
    header: tuple[tuple[str, ...], ...] = ()
    numeric: tuple[bool, ...] = ()
    encoding: str = "utf-8"
    gzip: bool = False
    sheet: str = "Sheet1"
    layer: str = "layer"
    crs: str = STORED_CRS
    prj: bool = True


def writer(path: Path, target: Target) -> AbstractContextManager[Write]:
    """Open `path` for rows in the manner of `target`; raises KeyError for an unknown kind."""
    return {
        "csv": _text,
        "tsv": _text,
        "xlsx": _spreadsheet,
        "geojson": _geojson,
        "gpkg": _geopackage,
        "shape": _shapefile,
    }[target.kind](path, target)


@contextmanager
def binary(path: Path, zipped: bool) -> Generator[BinaryIO]:
    """Open a file for bytes; a gzipped one holds neither time nor name."""
    with path.open("wb") as plain:
        if not zipped:
            yield plain
            return
        with gzip.GzipFile(filename="", fileobj=plain, mode="wb", compresslevel=4, mtime=0) as packed:
            yield cast(BinaryIO, packed)


@contextmanager
def _text(path: Path, target: Target) -> Generator[Write]:
    with binary(path, target.gzip) as raw_file:
        text = io.TextIOWrapper(raw_file, encoding=target.encoding, newline="")
        lines = csv.writer(text, delimiter="\t" if target.kind == "tsv" else ",", lineterminator="\r\n")
        lines.writerows(target.header)

        def write(rows: Rows, places: Places | None) -> None:
            lines.writerows(rows)

        yield write
        text.flush()
        text.detach()


@contextmanager
def _spreadsheet(path: Path, target: Target) -> Generator[Write]:
    """Numeric columns hold number cells where the text is a plain number; every other cell is text.

    Raises ValueError beyond the 1,048,576 rows of a sheet.
    """
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"created": FIXED_DAY.replace(tzinfo=None)})
        sheet = book.add_worksheet(target.sheet[:31])
        line = 0

        def write(rows: Rows, places: Places | None) -> None:
            nonlocal line
            for row in rows:
                typed = [_cell(cell, number) for cell, number in zip_longest(row, target.numeric, fillvalue=False)]
                if sheet.write_row(line, 0, typed):
                    raise ValueError(f"{path.name}: row {line + 1} lies beyond the sheet")
                line += 1

        for cells in target.header:
            sheet.write_row(line, 0, cells)
            line += 1
        yield write
        book.close()


def _cell(cell: str | bool, number: bool) -> str | float:
    text = cell if isinstance(cell, str) else ""
    return float(text) if number and PLAIN_NUMBER.fullmatch(text) else text


@contextmanager
def _geojson(path: Path, target: Target) -> Generator[Write]:
    """GeoJSON in longitude and latitude, one feature per line."""
    with binary(path, target.gzip) as file:
        file.write(b'{"type":"FeatureCollection","features":[\n')
        first = True

        def write(rows: Rows, places: Places | None) -> None:
            nonlocal first
            shapes = _need(places).tolist()
            lines = [_feature(target, row, shape) for row, shape in zip(rows, shapes, strict=True)]
            if lines:
                file.write(("" if first else ",\n").encode() + ",\n".join(lines).encode())
                first = False

        yield write
        file.write(b"\n]}\n")


def _feature(target: Target, row: Sequence[str], shape: list[list[float]]) -> str:
    properties = {
        title: _number(cell) if number else cell
        for title, cell, number in zip(target.titles, row, target.numeric, strict=True)
    }
    geometry: dict[str, Any] = {"type": "Point", "coordinates": shape[0]}
    if len(shape) > 1:
        geometry = {"type": "LineString", "coordinates": shape}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def _number(cell: str) -> float | int | None:
    if not cell:
        return None
    return int(cell) if cell.lstrip("-").isdigit() else float(cell)


@contextmanager
def _geopackage(path: Path, target: Target) -> Generator[Write]:
    path.unlink(missing_ok=True)
    today = FIXED_DAY.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": today, "OGR_SQLITE_SYNCHRONOUS": "OFF"})
    try:
        yield _vectors(path, target, "GPKG", None, {})
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None, "OGR_SQLITE_SYNCHRONOUS": None})


@contextmanager
def _shapefile(path: Path, target: Target) -> Generator[Write]:
    """A zipped Shapefile; titles must fit into the ten bytes of a dBASE field name."""
    with tempfile.TemporaryDirectory() as folder:
        shape = Path(folder) / f"{target.layer}.shp"
        options = {"DBF_DATE_LAST_UPDATE": FIXED_DAY.strftime("%Y-%m-%d"), "RESIZE": "YES"}
        yield _vectors(shape, target, "ESRI Shapefile", target.encoding, options)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(os.listdir(folder)):
                if target.prj or Path(name).suffix not in (".prj", ".cpg"):
                    entry = zipfile.ZipInfo(name, FIXED_DAY.timetuple()[:6])
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with (
                        (Path(folder) / name).open("rb") as source,
                        archive.open(entry, "w", force_zip64=False) as sink,
                    ):
                        while piece := source.read(1 << 20):
                            sink.write(piece)


def _vectors(path: Path, target: Target, driver: str, encoding: str | None, options: dict[str, str]) -> Write:
    project = Transformer.from_crs(STORED_CRS, target.crs, always_xy=True) if target.crs != STORED_CRS else None

    def write(rows: Rows, places: Places | None) -> None:
        shapes = _need(places)
        if project is not None:
            east, north = project.transform(shapes[:, :, 0], shapes[:, :, 1])
            shapes = np.round(np.stack([east, north], axis=-1), 3)
        lines = shapes.shape[1] > 1
        geometry = shapely.linestrings(shapes) if lines else shapely.points(shapes[:, 0])
        columns = zip(*rows, strict=True) if rows else [() for _ in target.titles]
        raw.write(
            str(path),
            shapely.to_wkb(geometry),
            [_typed(column, number) for column, number in zip(columns, target.numeric, strict=True)],
            list(target.titles),
            layer=target.layer,
            driver=driver,
            geometry_type="LineString" if lines else "Point",
            crs=target.crs,
            encoding=encoding,
            append=path.exists(),
            layer_options=options,
        )

    return write


def _typed(column: Sequence[str], number: bool) -> NDArray[Any]:
    if number:
        return np.array([float(cell) if cell else np.nan for cell in column])
    return np.array(column, dtype=object)


def _need(places: Places | None) -> Places:
    if places is None:
        raise ValueError("a geographic file needs places")
    return places
