"""The plan as workbook and geographic package, read back with independent libraries."""

import re
from pathlib import Path

import msgspec
import pyogrio
import pytest
from python_calamine import CalamineWorkbook
from tests.examples_sheet import listed

from gunmane.core.plan import choices
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.words import Language
from gunmane.files.deliveries import write_package, write_workbook
from gunmane.files.reference import texts


def read(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("language", [Language.JA, Language.EN])
def test_the_workbook_holds_the_sheets_numbers(language: Language, tmp_path: Path) -> None:
    sheet = listed(5)
    write_workbook(tmp_path / "plan.xlsx", sheet, language)
    pages = read(tmp_path / "plan.xlsx")
    assert len(pages) == 13
    tables = list(pages.values())
    assert "simulated" in str(tables[0])
    assert [row[3:] for row in tables[2][1:]] == [
        [float(value) for value in row.yen] or [""] * sheet.facts.years for row in sheet.programme
    ]
    assert [row[1:] for row in tables[3][1:]] == [
        [row.alone_yen, row.plan_yen, row.plan_yen - row.alone_yen] for row in sheet.owner_effects
    ]
    assert [row[2] for row in tables[5][1:]] == [row.number for row in sheet.works]
    assert [row[2] for row in tables[6][1:]] == [row.count for row in sheet.septic]
    lengths = {len(row) for row in tables[4]}
    assert lengths == {11}


def test_names_are_text_never_formulas_or_links(tmp_path: Path) -> None:
    sheet = listed(1)
    evil = tuple(
        msgspec.structs.replace(row, name=name)
        for row, name in zip(sheet.works[:3], ("=1+1", "@SUM(A1)", "http://x"), strict=True)
    )
    write_workbook(tmp_path / "plan.xlsx", msgspec.structs.replace(sheet, works=evil), Language.JA)
    assert [row[3] for row in list(read(tmp_path / "plan.xlsx").values())[5][1:]] == ["=1+1", "@SUM(A1)", "http://x"]


def test_the_package_shows_works_decisions_and_districts(tmp_path: Path) -> None:
    sheet = listed(5)
    path = tmp_path / ".plan.gpkg.part"  # as a build writes it before it is whole
    write_package(path, sheet, Language.JA)
    assert sorted(path.parent.iterdir()) == [path]
    path.rename(tmp_path / "plan.gpkg")
    path = tmp_path / "plan.gpkg"
    found = {str(name): pyogrio.read_info(path, layer=name) for name, _ in pyogrio.list_layers(path)}
    assert {name: info["features"] for name, info in found.items()} == {
        "owners": 5,
        "works": len(sheet.works),
        "choices": sum(row.lon is not None for row in sheet.choices),
        "septic": sum(row.west is not None for row in sheet.septic),
    }
    assert found["septic"]["geometry_type"] == "Polygon"
    assert found["works"]["crs"] == "EPSG:6668"
    west, south, east, north = found["septic"]["total_bounds"]
    assert (east - west, north - south) == pytest.approx((45 / 3600, 30 / 3600)), "a square, never a house"


def test_equal_sheets_give_equal_bytes_and_an_empty_one_its_owners(tmp_path: Path) -> None:
    sheet = listed(2)
    for name in ("a", "b"):
        write_workbook(tmp_path / f"{name}.xlsx", sheet, Language.JA)
        write_package(tmp_path / f"{name}.gpkg", sheet, Language.JA)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    bare = PlanSheet(facts=sheet.facts, members=sheet.members)
    write_workbook(tmp_path / "bare.xlsx", bare, Language.EN)
    write_package(tmp_path / "bare.gpkg", bare, Language.EN)
    assert [str(name) for name, _ in pyogrio.list_layers(tmp_path / "bare.gpkg")] == ["owners"]


def test_every_kind_of_decision_that_is_computed_has_its_words() -> None:
    sources = sorted((Path(choices.__file__).parent).glob("*.py"))
    made = {
        kind for path in sources for kind in re.findall(r'(?m)^\s+kind="(\w+)",$', path.read_text(encoding="utf-8"))
    }
    assert {"groups", "lots", "bridge", "sewage", "plant"} <= made
    assert made <= texts("plan")["choice_kinds"].keys()
