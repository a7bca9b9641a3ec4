"""Ledgers in GIS files: GeoJSON, Shapefile (also zipped), GeoPackage, FlatGeobuf, KML."""

import csv
import gzip
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.ledgers.raw import RawChunk
from gunmane.files.cells import array_texts

GIS_ENDINGS = (".geojson", ".json", ".shp", ".zip", ".gpkg", ".fgb", ".kml", ".gml", ".geojsonl")


class LayerTable:
    """One layer of a GIS file as table; see `tables.Table`.

    Attribute texts of Shapefiles are CP932 where neither a code page file nor UTF-8 fits. Attribute names that a
    zipped Shapefile explains in an `attributes.csv` (original_name, display_name) get the explained name.
    """

    preamble: tuple[tuple[str, ...], ...] = ()

    def __init__(self, path: Path, layer: str | None, encoding: str | None, crs: int | None) -> None:
        self._source, self._names, stated = _source(path, layer)
        self._layer = layer if layer and not str(self._source).endswith(".shp") else None
        notes: list[str] = []
        try:
            self.layers = tuple(str(name) for name in pyogrio.list_layers(self._source)[:, 0])
            if self._layer and self._layer not in self.layers:
                raise GunmaneError(
                    "no_such_layer", [Fault("choose_one", at=self._layer, values={"names": list(self.layers)})]
                )
            if not self._layer and len(self.layers) > 1:
                self._layer = self._largest()
                notes.append(f"layer_chosen:{self._layer}")
            self.encoding = encoding or self._encoding(stated)
            info = self._info()
        except (DataSourceError, DataLayerError) as error:
            raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error
        self._fields = [str(name) for name in info["fields"]]
        self.original_header = tuple(self._fields)
        self.header = tuple(self._names.get(name, name) for name in self._fields)
        self.count = int(info["features"])
        self.crs = crs or _epsg(info["crs"])
        self.notes = tuple(notes)

    def _info(self) -> dict[str, Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyogrio.read_info(
                self._source,
                layer=self._layer,
                encoding=self.encoding,
                force_feature_count=True,
                force_total_bounds=True,
            )

    def _largest(self) -> str:
        sizes = {
            name: pyogrio.read_info(self._source, layer=name, force_feature_count=True)["features"]
            for name in self.layers
        }
        return max(sizes, key=sizes.__getitem__)

    def _encoding(self, stated: str) -> str:
        """Find the encoding of attribute texts by reading some."""
        if not str(self._source).endswith(".shp"):
            return "utf-8"
        for encoding in dict.fromkeys(filter(None, (stated, "utf-8", "cp932"))):
            try:
                fields, columns = self._read(0, 500, encoding)[:2]
            except (UnicodeDecodeError, LookupError, DataSourceError):
                continue
            texts = [*fields, *(text for column in columns for text in column)]
            if not any("\ufffd" in text for text in texts):
                return encoding
        return "cp932"

    def _read(self, skip: int, size: int, encoding: str) -> tuple[list[str], list[list[str]], list[bytes | None]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, _, geometry, columns = pyogrio.raw.read(
                self._source, layer=self._layer, encoding=encoding, skip_features=skip, max_features=size
            )
        count = len(geometry) if geometry is not None else (len(columns[0]) if columns else 0)
        shapes: list[bytes | None] = [None] * count if geometry is None else list(geometry)
        return [str(name) for name in meta["fields"]], [array_texts(column) for column in columns], shapes

    def middle(self, count: int = 500) -> tuple[float, float] | None:
        """Return the median place of the first features, east and north as stored; None without geometry.

        A median, because single features far off must not move it.
        """
        boxes = shapely.bounds(shapely.from_wkb(self._read(0, count, self.encoding)[2]))
        boxes = boxes[~np.isnan(boxes).any(axis=1)]
        if not len(boxes):
            return None
        west, south, east, north = np.median(boxes, axis=0)
        return float(west + east) / 2, float(south + north) / 2

    def sample(self, count: int = 200) -> list[list[str]]:
        """Return the first rows' cells, column by column."""
        return self._read(0, count, self.encoding)[1]

    def chunks(self, size: int = 50_000) -> Iterator[RawChunk]:
        """Read the layer from its first feature to its last, `size` features at a time."""
        for skip in range(0, max(self.count, 0), size):
            _, columns, geometry = self._read(skip, size, self.encoding)
            if not geometry:
                return
            yield RawChunk(range(skip + 1, skip + 1 + len(geometry)), columns, geometry)


def _source(path: Path, layer: str | None) -> tuple[Any, dict[str, str], str]:
    """Return what GDAL opens, names explained beside a Shapefile, and the code page stated beside it."""
    name = path.name.lower()
    if name.endswith(".zip"):
        return _zipped(path, layer)
    if name.endswith(".gz"):
        return gzip.decompress(path.read_bytes()), {}, ""
    if name.endswith(".shp"):
        page = path.with_suffix(".cpg")
        return str(path), {}, _code_page(page.read_bytes()) if page.is_file() else ""
    return str(path), {}, ""


def _zipped(path: Path, layer: str | None) -> tuple[Any, dict[str, str], str]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
            inside = [
                name
                for name in members
                if name.lower().endswith(GIS_ENDINGS[:2] + GIS_ENDINGS[2:3] + GIS_ENDINGS[4:])
            ]
            shapes = [name for name in inside if layer is None or layer in (Path(name).stem, name)] or inside
            if not shapes:
                raise GunmaneError("not_readable", path=str(path), reason="no GIS file in the archive")
            chosen = max(shapes, key=lambda name: archive.getinfo(name).file_size)
            base = chosen.rsplit(".", 1)[0]
            pages = [name for name in members if name.lower() == f"{base}.cpg".lower()]
            stated = _code_page(archive.read(pages[0])) if pages else ""
            explained = [name for name in members if name.endswith("attributes.csv")]
            names = _explained(archive.read(explained[0])) if explained else {}
    except zipfile.BadZipFile as error:
        raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error
    return f"/vsizip/{path}/{chosen}", names, stated


def _explained(data: bytes) -> dict[str, str]:
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace"))))
    return {
        row["original_name"]: row["display_name"]
        for row in rows
        if row.get("original_name") and row.get("display_name")
    }


def _code_page(data: bytes) -> str:
    text = data.decode("ascii", "ignore").strip().lower()
    known = {
        "shift_jis": "cp932",
        "sjis": "cp932",
        "932": "cp932",
        "ms932": "cp932",
        "windows-31j": "cp932",
        "65001": "utf-8",
    }
    return known.get(text, text)


def _epsg(crs: str | None) -> int | None:
    """Return the EPSG code of what GDAL names, None when there is none."""
    if not crs:
        return None
    if "JGD2024" in crs.upper().replace(" ", ""):  # horizontally the same values; PROJ does not know its code yet
        return 6668
    match = re.fullmatch(r"EPSG:(\d+)", crs)
    if match:
        return int(match[1])
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs).to_epsg(min_confidence=60)
    except CRSError:
        return None
