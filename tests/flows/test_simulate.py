"""A whole simulated region, read back: same bytes per seed, listed faults, histories that follow the true hazards."""

import csv
import gzip
import hashlib
import io
import json
import tomllib
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from python_calamine import CalamineWorkbook
from scipy import stats
from scipy.linalg import expm

from gunmane.core.errors import GunmaneError
from gunmane.core.words import AssetClass
from gunmane.files.ledgers import Ledger, LedgerSource, open_ledger
from gunmane.flows.simulate import parameters, simulate

ASSETS, SEED = 9_000, 4


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    made = simulate(folder, 5, ASSETS, SEED)
    assert made.assets == ASSETS
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(region: Path) -> list[tuple[dict[str, Any], str, dict[str, Any]]]:
    told = tomllib.loads((region / "region.toml").read_text(encoding="utf-8"))
    return [
        (owner, section, entry)
        for owner in told["owners"]
        for section in ("ledgers", "inspections", "repairs")
        for entry in owner.get(section, [])
    ]


def records(path: Path, encoding: str) -> list[list[str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if ".tsv" in path.name else ","))


def encoding(path: Path) -> str:
    """Which of the three encodings a file is in; the region's Japanese text is never valid UTF-8 when in CP932."""
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def test_equal_seeds_give_equal_bytes_and_others_do_not(region: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "same", 5, ASSETS, SEED)
    simulate(tmp_path / "other", 5, 600, SEED + 1)

    def digests(folder: Path) -> dict[str, str]:
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}

    assert digests(tmp_path / "same") == digests(region)
    other = digests(tmp_path / "other")
    assert all(other[name] != digest for name, digest in digests(region).items() if name.endswith("-bridge.csv"))


def test_every_class_layout_and_encoding_occurs(region: Path) -> None:
    named = files(region)
    assert {entry["asset_class"] for _, section, entry in named if section == "ledgers"} == set(map(str, AssetClass))
    endings = {"".join(Path(entry["path"]).suffixes) for _, _, entry in named}
    assert endings == {".csv", ".csv.gz", ".tsv", ".xlsx", ".geojson", ".geojson.gz", ".gpkg", ".zip"}
    assert {encoding(region / entry["path"]) for _, _, entry in named if ".csv" in entry["path"]} == {
        "utf-8", "utf-8-sig", "cp932",
    }  # fmt: skip
    told = parameters()
    used = {name for owner in told.owners for name in owner.layouts.values()}
    used |= {name for owner in told.owners for names in owner.inspections.values() for name in names}
    used |= {owner.repairs for owner in told.owners}
    assert used == {layout.code for layout in told.layouts}


def test_everything_is_marked_simulated(region: Path) -> None:
    told = tomllib.loads((region / "region.toml").read_text(encoding="utf-8"))
    assert told["region"]["simulated"] is True
    assert all(owner["simulated"] is True for owner in told["owners"])
    assert json.loads((region / "truth.json").read_text(encoding="utf-8"))["simulated"] is True
    for _, _, entry in files(region):
        path = region / entry["path"]
        assert path.name.startswith("simulated-")
        if path.name.endswith((".csv", ".tsv", ".csv.gz")):
            rows = records(path, encoding(path))
            marked = sum("simulated" in row for row in rows)
            assert marked >= len(rows) * 0.9 - 5
    for file in region.glob("truth_*.csv.gz"):
        assert "faults" in file.name or all(row["origin"] == "simulated" for row in table(file))


def test_persons_are_fictitious_and_only_in_septic_ledgers(region: Path) -> None:
    with_names = set()
    for file in region.iterdir():
        if file.suffix == ".xlsx":
            found = any(
                "架空太郎" in str(cell)
                for row in CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
                for cell in row
            )
        else:
            data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            found = "架空太郎".encode() in data or "架空太郎".encode("cp932") in data
        if found:
            with_names.add(file.name)
    assert with_names
    assert all(name.split("-")[2].startswith("septic") and "inspections" not in name for name in with_names)


def test_listed_faults_are_where_the_list_says(region: Path) -> None:
    checked: Counter[str] = Counter()
    known = json.loads((region / "truth.json").read_text(encoding="utf-8"))
    faults = table(region / "truth_faults.csv.gz")
    assert Counter(fault["kind"] for fault in faults) == known["faults"]
    texts = {
        fault["file"]: records(region / fault["file"], encoding(region / fault["file"]))
        for fault in faults
        if fault["file"].endswith((".csv", ".tsv", ".csv.gz"))
    }
    for fault in faults:
        rows = texts.get(fault["file"])
        if rows is None:
            continue
        row = rows[int(fault["row"]) - 1]
        if fault["kind"] == "duplicate":
            assert sum(fault["number"] in other for other in rows) == 2
        elif fault["kind"] == "blank_row":
            assert not any(row)
        elif fault["kind"] == "ragged":
            assert len(row) < max(map(len, rows))
        elif fault["kind"] in ("far_point", "off_point", "swapped_point"):
            assert all(part in row for part in fault["written"].split("|"))
        else:
            assert fault["written"] in row
        checked[fault["kind"]] += 1
    assert {"full_width", "era", "duplicate", "ragged", "impossible_year", "far_point", "unknown"} <= set(checked)


def test_typed_files_hold_their_faults(region: Path) -> None:
    faults = [fault for fault in table(region / "truth_faults.csv.gz") if fault["file"].endswith((".gpkg", ".zip"))]
    assert faults
    for file in {fault["file"] for fault in faults}:
        codes = {"encoding": "cp932"} if file.endswith(".zip") else {}
        frame = pyogrio.raw.read(region / file, **codes)
        titles, numbers = frame[0]["fields"].tolist(), frame[3][0].tolist()
        for fault in faults:
            if fault["file"] == file and fault["column"] and fault["kind"] != "no_number":
                assert numbers[int(fault["row"]) - 1] == fault["number"]
                assert frame[3][titles.index(fault["column"])][int(fault["row"]) - 1] == float(fault["written"])


def test_a_shapefile_without_projection_lies_in_the_zone_it_is_said_to(region: Path) -> None:
    entry = next(entry for _, _, entry in files(region) if "crs" in entry)
    info = pyogrio.read_info(region / entry["path"])
    assert info["crs"] is None
    assert entry["crs"] == "EPSG:6675"  # plane rectangular VII: origin 36 N, 137 10' E
    shapes = shapely.from_wkb(pyogrio.raw.read(region / entry["path"], encoding="cp932")[2])
    east, north = np.median(shapely.get_coordinates(shapes), axis=0)  # some points are far off on purpose
    truth = [row for row in table(region / "truth_assets.csv.gz") if row["class"] == "sewer_pipe"]
    lat = np.median([float(row["lat"]) for row in truth if row["owner"] == "993212"])
    assert abs(east) < 100_000
    assert abs(north - (lat - 36.0) * 110_900) < 2_000


def test_inspections_in_the_files_are_those_of_the_truth(region: Path) -> None:
    told = parameters()
    truth = defaultdict(list)
    for row in table(region / "truth_inspections.csv.gz"):
        truth[row["owner"], row["class"]].append((row["number"], row["day"], row["recorded_grade"]))
    rows = records(region / "simulated-992011-pavement-inspections.csv", "utf-8")
    roman = dict(zip("ⅠⅡⅢ", ("I", "II", "III"), strict=True))
    assert [(row[0], row[1], roman[row[5]]) for row in rows[1:]] == truth["992011", "pavement"]
    for row in rows[1:]:
        crack, rut, iri = map(float, row[2:5])
        worst = max(
            np.searchsorted((20, 40), crack, "right"),
            np.searchsorted((20, 40), rut, "right"),
            np.searchsorted((3, 8), iri, "right"),
        )
        assert worst == "ⅠⅡⅢ".index(row[5])
    earlier = records(region / "simulated-992011-bridge-inspections.csv", "utf-8")[1:]
    assert 0 < len(earlier) < len(truth["992011", "bridge"])
    assert {(row[0], row[1], row[2]) for row in earlier} < set(truth["992011", "bridge"])
    wide = records(region / "simulated-992011-tunnel-inspections.csv", "cp932")
    assert sum(cell in roman or cell == "Ⅳ" for row in wide[1:] for cell in row) == len(truth["992011", "tunnel"])
    assert told.as_of.isoformat() >= max(day for seen in truth.values() for _, day, _ in seen)


GRADES = {
    "bridge": ["I", "II", "III", "IV"],
    "pavement": ["I", "II", "III"],
    "septic": ["適正", "おおむね適正", "不適正"],
    "manhole": ["E", "D", "C", "B", "A"],
}


class Chain:
    """Transition matrices written down from `truth.json` alone."""

    def __init__(self, known: dict[str, Any], code: str) -> None:
        self.kind, self.n = known["classes"][code], len(GRADES[code])
        (self.break_year,), (self.late,) = known["drift"]["years"], known["drift"]["factors"]

    def between(self, log_factor: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        early = np.clip(np.minimum(end, self.break_year) - begin, 0, None)
        return self._matrices(log_factor, early, 1.0) @ self._matrices(log_factor, end - begin - early, self.late)

    def _matrices(self, log_factor: np.ndarray, years: np.ndarray, drift: float) -> np.ndarray:
        q = np.zeros((years.size, self.n, self.n))
        for s in range(self.n):
            if s < self.n - 1:
                q[:, s, s + 1] += self.kind["hazards"][s] * np.exp(log_factor) * drift
            if s > 0:
                q[:, s, 0] += self.kind["exits"][s] * self.kind["reset_to_best"]
                q[:, s, s - 1] += self.kind["exits"][s] * (1 - self.kind["reset_to_best"])
            q[:, s, s] = -q[:, s].sum(axis=1)
        return expm(q * years[:, None, None])


def pearson(before: np.ndarray, after: np.ndarray, probability: np.ndarray) -> float:
    """Return the p-value of Pearson's statistic over all moves expected more than five times."""
    n = probability.shape[1]
    seen, wanted = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(seen, (before, after), 1)
    np.add.at(wanted, before, probability[np.arange(before.size), before])
    enough = wanted > 5
    statistic = ((seen - wanted)[enough] ** 2 / wanted[enough]).sum()
    return float(stats.chi2.sf(statistic, enough.sum() - enough.any(axis=1).sum()))


@pytest.mark.parametrize("code", sorted(GRADES))
def test_true_hazards_govern_past_and_future(region: Path, code: str) -> None:
    known = json.loads((region / "truth.json").read_text(encoding="utf-8"))
    chain, rank = Chain(known, code), {name: i for i, name in enumerate(GRADES[code])}
    assets = [row for row in table(region / "truth_assets.csv.gz") if row["class"] == code]
    factors = {
        (row["owner"], row["number"]): float(row["log_factor"]) + known["owners"][row["owner"]]["effect"]
        for row in assets
    }
    looks = defaultdict(list)
    for row in table(region / "truth_inspections.csv.gz"):
        if row["class"] == code:
            looks[row["owner"], row["number"]].append((float(row["time"]), rank[row["true_grade"]]))
    pairs = [(factors[key], *a, *b) for key, seen in looks.items() for a, b in pairwise(seen)]
    factor, begin, before, end, after = map(np.array, zip(*pairs, strict=True))
    assert len(pairs) > 300
    assert pearson(before, after, chain.between(factor, begin, end)) > 1e-3

    factor = np.array(list(factors.values()))
    now, later = (np.array([rank[row[name]] for row in assets]) for name in ("grade_now", "grade_in_10"))
    since = np.full(factor.size, 2026.75)  # the records end on 30 September 2026
    assert pearson(now, later, chain.between(factor, since, since + 10)) > 1e-3


def test_a_later_end_continues_the_same_region(region: Path, tmp_path: Path) -> None:
    simulate(tmp_path, 5, ASSETS, SEED, date(2031, 9, 30))
    earlier, later = (table(folder / "truth_inspections.csv.gz") for folder in (region, tmp_path))
    old, new = ({tuple(row.values()) for row in rows} for rows in (earlier, later))
    assert old < new
    assert all(row[3] > "2026-09-30" for row in new - old)
    then = [row["grade_in_5"] for row in table(region / "truth_assets.csv.gz")]
    assert then == [row["grade_now"] for row in table(tmp_path / "truth_assets.csv.gz")]
    name = "simulated-992011-road_structure.csv"  # shows no inspections, so nothing in it may change
    assert (region / name).read_bytes() == (tmp_path / name).read_bytes()


def test_impossible_regions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GunmaneError) as caught:
        simulate(tmp_path, 0, -1, -2)
    assert caught.value.code == "bad_simulation"
    assert [fault.at for fault in caught.value.faults] == ["owners", "assets", "seed"]
    for day in (date(2020, 1, 1), date(2040, 1, 1)):
        with pytest.raises(GunmaneError, match="as_of"):
            simulate(tmp_path, 1, 10, 1, day)


READ = {"full_width", "unit", "comma", "era", "about"}
"""Faults that the reader must see through: the value is that of the untouched cell."""

DOUBTED = {"planned", "impossible_year", "impossible_depth", "negative_length", "negative_triangle"}
"""Faults that make a value unknown and flag the row with what was written."""

NUMBERS = {"length_m", "width_m", "area_m2", "diameter_mm", "depth_m"}


def places(region: Path, entry: dict[str, Any]) -> list[int]:
    """Row numbers as the reader gives them, by record: lines of text files, rows of sheets, features."""
    path = region / entry["path"]
    if not path.name.endswith((".csv", ".tsv", ".csv.gz")):
        return list(range(1, 100_000))
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode(encoding(path))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if ".tsv" in path.name else ",")
    first, numbers = 1, []
    for _ in lines:
        numbers.append(first)
        first = lines.line_num + 1
    return numbers


def ledger(region: Path, owner: dict[str, Any], entry: dict[str, Any]) -> Ledger:
    """Open a ledger as the region file says."""
    return open_ledger(
        LedgerSource(
            path=region / entry["path"],
            asset_class=AssetClass(entry["asset_class"]),
            owner_code=owner["code"],
            encoding=entry.get("encoding"),
            sheet=entry.get("sheet"),
            crs=int(entry["crs"].removeprefix("EPSG:")) if "crs" in entry else None,
        ),
        date(2026, 9, 30),
    )


def test_the_reader_sees_through_flags_or_rejects_every_listed_fault(region: Path) -> None:
    faults = defaultdict(list)
    for fault in table(region / "truth_faults.csv.gz"):
        faults[fault["file"]].append(fault)
    judged: Counter[str] = Counter()
    for owner, section, entry in files(region):
        if section != "ledgers" or entry["path"] not in faults:
            continue
        opened, rows, rejected = ledger(region, owner, entry), {}, {}
        for chunk in opened.chunks():
            for position, row in enumerate(chunk.rows):
                rows[row] = {name: column[position] for name, column in chunk.fields.items()}
            rejected |= {row.row: {fault.code for fault in row.faults} for row in chunk.rejected}
            kept = str([row.raw for row in chunk.rejected]) + str(chunk.fields)
            assert not any(person in kept for person in ("架空太郎", "000-0000-0000", "番地(架空)"))
        lines = places(region, entry)
        for fault in faults[entry["path"]]:
            row = lines[int(fault["row"]) - 1]
            verdict(fault, rows.get(row), rejected.get(row, set()), opened)
            judged[fault["kind"]] += 1
    assert {*READ, *DOUBTED, "far_point", "off_point", "swapped_point", "duplicate", "no_number"} - set(judged) <= {
        "negative_triangle", "comma", "about",
    }  # fmt: skip


def verdict(fault: dict[str, str], got: dict[str, Any] | None, refused: set[str], opened: Ledger) -> None:
    """Assert what the reader made of one fault."""
    kind, flags = fault["kind"], " ".join(got["flags"]) if got else ""
    if kind == "duplicate":
        assert refused == {"number_repeated"}
    elif kind in ("blank_row", "summary_row"):
        assert got is None
        assert not refused
    elif kind == "far_point":
        assert refused == {"outside_japan"}, fault
    elif kind == "off_point":
        assert refused == {"far_from_others"} or "far_from_others" in flags, fault
    elif kind == "swapped_point":
        assert "position_swapped" in flags
    elif kind == "no_number":
        assert got is not None
        assert got["number"].startswith("~")
        assert "number_made" in flags
    elif kind != "ragged":
        assert got is not None, fault
        name = fault["column"].replace("|", "_").replace("\n", " ")
        use = next((use for use in opened.reading.uses if use.header == name), None)
        assert use is not None, (fault, opened.reading.unrecognised)
        field = {"built": "built_year", "material": "material_text"}.get(use.field.name, use.field.name)
        if kind == "unknown" and field in got:
            assert not got[field] or (field == "built_year" and "built_from_use" in flags)
        elif kind in DOUBTED and field in got:
            # a length unknown in the ledger may come from its line, a septic system's year from its start of use
            stands_in = {"length_m": "length_from_geometry", "built_year": "built_from_use"}.get(field)
            assert got[field] is None or (stands_in is not None and stands_in in flags)
            short = fault["written"].rstrip("0").rstrip(".") if "." in fault["written"] else fault["written"]
            assert f"={fault['written']}" in flags or f"={short}" in flags
        elif kind in READ and field in NUMBERS:
            assert got[field] == pytest.approx(amount(fault["true"], use.unit))


def amount(text: str, unit: str) -> float | None:
    """The number that a cell of the simulator's own layouts stands for."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "").rstrip("m")
    if digits in ("", "-", "不明"):
        return None
    return float(digits) * {"cm": 10.0}.get(unit, 1.0)
