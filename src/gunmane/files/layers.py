"""Ledgers in GIS files: GeoJSON, Shapefile (also zipped), GeoPackage, FlatGeobuf, KML."""

import csv
import gzip
import io
import logging
import os
import re
import shutil
import tempfile
import warnings
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import (
    CRSError,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.ledgers.raw import RawChunk
from gunmane.files.cells import array_texts

GIS_ENDINGS = (".geojson", ".json", ".shp", ".zip", ".gpkg", ".fgb", ".kml", ".gml", ".geojsonl")

BROKEN = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError)
"""What GDAL finds wrong with a file."""

# What a user should know of a file is told in the user's language, not by GDAL.
logging.getLogger("pyogrio").setLevel(logging.CRITICAL)
pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})


class LayerTable:
    """One layer of a GIS file as table; see `tables.Table`.

    Attribute texts of Shapefiles are CP932 where neither a code page file nor UTF-8 fits. Attribute names that a
    zipped Shapefile explains in an `attributes.csv` (original_name, display_name) get the explained name.
    """

    preamble: tuple[tuple[str, ...], ...] = ()

    def __init__(self, path: Path, layer: str | None, encoding: str | None, crs: int | None) -> None:
        notes: list[str] = []
        data_sets: tuple[str, ...] = ()
        if path.name.lower().endswith(".zip"):
            folder = Path(tempfile.mkdtemp(prefix="gunmane-"))
            weakref.finalize(self, shutil.rmtree, folder, True)
            self._source, self._names, stated, data_sets = _zipped(path, layer, folder)
            if layer is None and len(data_sets) > 1:
                notes.append(f"layer_chosen:{data_sets[0]}")
        else:
            try:
                self._source, self._names, stated = _source(path)
            except (OSError, EOFError, zlib.error) as error:
                raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error
        self._layer = layer if layer and not str(self._source).endswith(".shp") else None
        try:
            inside = tuple(str(name) for name in pyogrio.list_layers(self._source)[:, 0])
            self.layers = data_sets or inside
            if self._layer and self._layer not in inside:
                raise GunmaneError(
                    "no_such_layer", [Fault("choose_one", at=self._layer, values={"names": list(inside)})]
                )
            if not self._layer and len(inside) > 1:
                self._layer = self._largest(inside)
                notes.append(f"layer_chosen:{self._layer}")
            self.encoding = encoding or self._encoding(stated)
            info = self._info()
        except BROKEN as error:
            raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error
        except UnicodeDecodeError as error:  # a GeoJSON file is in UTF-8, RFC 7946 and RFC 8259 say
            raise GunmaneError("geojson_not_utf8", path=str(path)) from error
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

    def _largest(self, layers: tuple[str, ...]) -> str:
        sizes = {
            name: pyogrio.read_info(self._source, layer=name, force_feature_count=True)["features"] for name in layers
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
        shapes = shapely.from_wkb(self._read(0, count, self.encoding)[2], on_invalid="ignore")
        boxes = shapely.bounds(shapes)
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


def _source(path: Path) -> tuple[Any, dict[str, str], str]:
    """Return what GDAL opens, names explained beside a Shapefile, and the code page stated beside it."""
    name = path.name.lower()
    if name.endswith(".gz"):
        return gzip.decompress(path.read_bytes()), {}, ""
    if name.endswith(".shp"):
        page = path.with_suffix(".cpg")
        return str(path), {}, _code_page(page.read_bytes()) if page.is_file() else ""
    return str(path), {}, ""


def _zipped(path: Path, layer: str | None, folder: Path) -> tuple[Any, dict[str, str], str, tuple[str, ...]]:
    """Unpack one data set of an archive under plain names; member names may be CP932, which GDAL cannot find
    again.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {_member_name(info): info for info in archive.infolist() if not info.is_dir()}
            inside = [name for name in members if name.lower().endswith((".shp", *_SINGLE))]
            if not inside:
                raise GunmaneError("nothing_in_archive", path=str(path), names=", ".join([*members][:5]))
            named = [
                name
                for name in inside
                if layer is None or layer in (Path(name).stem, name) or not name.lower().endswith(".shp")
            ]
            if not named:
                stems = [Path(name).stem for name in inside]
                raise GunmaneError("no_such_layer", [Fault("choose_one", at=layer or "", values={"names": stems})])
            chosen = max(named, key=lambda name: members[name].file_size)
            base = chosen.rsplit(".", 1)[0].lower()
            for name, info in members.items():
                if name.lower().rsplit(".", 1)[0] == base:
                    (folder / f"layer.{name.rsplit('.', 1)[1].lower()}").write_bytes(archive.read(info))
            page = folder / "layer.cpg"
            stated = _code_page(page.read_bytes()) if page.is_file() else ""
            explained = [info for name, info in members.items() if name.endswith("attributes.csv")]
            names = _explained(archive.read(explained[0])) if explained else {}
    except zipfile.BadZipFile as error:
        raise GunmaneError("not_readable", path=str(path), reason=str(error)) from error
    source = folder / f"layer.{chosen.rsplit('.', 1)[1].lower()}"
    others = (Path(name).stem for name in inside if name != chosen)
    return str(source), names, stated, (Path(chosen).stem, *others)


_SINGLE = (".geojson", ".json", ".gpkg", ".fgb", ".kml", ".gml", ".geojsonl")


def _member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; without the UTF-8 mark it is CP932, as Windows in Japan writes it."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return info.filename


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
