"""The pages of a region: who sees what, in which language, and what the map's tiles hold."""

import json
import re
from pathlib import Path

import httpx
import numpy as np
import pyogrio
import pytest

from gunmane.core.geometry import to_tile
from gunmane.core.words import Language
from gunmane.pages import texts
from gunmane.store import access, database, pool, tallies
from gunmane.store.ids import uuid7
from tests.conftest import Database
from tests.pages.conftest import LAT, LON, Region

Client = httpx.AsyncClient


async def sign_in(client: Client, key: str) -> None:
    answer = await client.post("/sign-in", data={"key": key, "next": "/"}, follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    client.cookies.set("gunmane_key", key)


async def test_without_a_key_one_is_asked_for(client: Client, region: Region) -> None:
    for path in ("/", f"/regions/{region.region_id}", f"/regions/{region.region_id}/plan.pdf"):
        answer = await client.get(path)
        assert answer.status_code == 401
        assert "利用キー" in answer.text


async def test_a_wrong_key_is_refused_with_a_sentence(client: Client, region: Region) -> None:
    answer = await client.post("/sign-in", data={"key": "gm_nonsense"}, headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert "does not work" in answer.text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_signing_in_leads_nowhere_else(client: Client, region: Region, target: str) -> None:
    answer = await client.post(
        "/sign-in", data={"key": region.keys[region.one], "next": target}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"


async def test_the_start_page_shows_own_and_shared_assets(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.two])
    answer = await client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "シミュレーション" in answer.text
    assert "B-1-み" in answer.text, "its own bridge"
    assert "B-1-あ" in answer.text, "shared in full"
    assert "よその市" not in answer.text
    assert "橋&lt;B-1" in answer.text, "names are text, not markup"
    assert "<b>6</b>" in answer.text, "six bridges in all"


async def test_what_is_not_shared_is_not_shown(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.one])
    answer = await client.get(f"/regions/{region.region_id}")
    assert "B-1-あ" in answer.text
    assert "B-1-み" not in answer.text


async def test_where_nothing_was_judged_or_scored_no_zero_is_told(
    client: Client, region: Region, db: Database
) -> None:
    admin = await pool.open_pool(db.admin_url, size=1)
    async with pool.writing(admin) as conn:
        await access.operate(conn, [region.one], [])
        for table in ("risks", "conditions"):
            await conn.execute(f"DELETE FROM {table} WHERE owner_id = $1", region.one)
        await tallies.recount(conn, [region.one])
    await admin.close()
    await sign_in(client, region.keys[region.one])
    start = (await client.get(f"/regions/{region.region_id}")).text
    row = re.search(r"<tr><th scope=\"row\">架空あおば市.*?</tr>", start, re.S)
    assert row is not None
    cells = re.findall(r"<td>(.*?)</td>", row[0])
    assert (cells[1], cells[3], cells[4], cells[-1]) == ("3", "0", "–", "–")


async def test_an_owner_that_shares_nothing_is_not_counted_as_nothing(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.one])
    start = (await client.get(f"/regions/{region.region_id}")).text
    row = re.search(r"<tr><th scope=\"row\">架空みどり町.*?</tr>", start, re.S)
    assert row is not None
    assert "非共有" in row[0]
    assert ">0<" not in row[0]
    assert "計（共有分）" in start
    assert "<b>3</b>" in start, "its own three bridges"
    await sign_in(client, region.keys[region.two])
    start = (await client.get(f"/regions/{region.region_id}?lang=en")).text
    assert "not shared" not in start
    assert "shares some classes only" in start, "bridges, of all classes"


async def test_a_drawing_that_is_kept_ends_with_the_consent_and_with_the_counts(
    client: Client, region: Region, db: Database
) -> None:
    await sign_in(client, region.keys[region.two])
    path = f"/regions/{region.region_id}"

    async def counted() -> bool:
        return "<b>6</b>" in (await client.get(path)).text

    assert await counted()
    assert await counted(), "drawn once, shown twice"
    admin = await database.connect(db.admin_url)
    try:
        for column, value in (
            ("revoked_at", "now()"), ("revoked_at", "NULL"), ("valid_to", "'2026-04-02'"), ("valid_to", "NULL"),
            ("level", "'aggregate'"), ("level", "'full'"),
        ):  # fmt: skip
            await admin.execute(f"UPDATE consents SET {column} = {value}")
            assert await counted() == (value in ("NULL", "'aggregate'", "'full'")), (column, value)
        await admin.execute("UPDATE region_members SET left_on = '2026-05-01' WHERE owner_id = $1", region.one)
        assert not await counted()
        await admin.execute("UPDATE region_members SET left_on = NULL")
        assert await counted()
        await admin.execute("DELETE FROM risks")
        await admin.execute("DELETE FROM conditions")
        await admin.execute("DELETE FROM inspections")
        await admin.execute("DELETE FROM assets WHERE number LIKE 'B-1%'")
        assert await counted(), "counts are those of the last computation"
        opened = await pool.open_pool(db.admin_url, size=1)
        async with pool.writing(opened) as conn:
            await access.operate(conn, [region.one], [])
            await tallies.recount(conn, [region.one])
        await opened.close()
        assert "<b>5</b>" in (await client.get(path)).text
    finally:
        await admin.close()


async def test_another_region_is_as_missing_as_none(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.one])
    other = await client.get(f"/regions/{region.other_region}")
    none = await client.get("/regions/00000000-0000-7000-8000-000000000000")
    assert other.status_code == none.status_code == 404
    assert other.text == none.text


async def test_the_list_is_narrowed_and_paged(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.two])
    answer = await client.get(f"/regions/{region.region_id}?band=5")
    assert "B-1-み" in answer.text
    assert "B-2-み" not in answer.text
    answer = await client.get(f"/regions/{region.region_id}?class=tunnel&lang=en")
    assert "No scored asset matches" in answer.text


async def test_english_is_whole(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.two])
    answer = await client.get(f"/regions/{region.region_id}?lang=en")
    assert '<html lang="en">' in answer.text
    assert "Where things stand" in answer.text
    assert "80 % band 7.0 %–19 %" in answer.text
    assert "detour on closure (1,200 vehicles a day) raises the loss 3.2 times" in answer.text
    assert "迂回" not in answer.text


async def test_an_asset_is_found_by_a_part_of_its_number_or_name(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.two])
    address = f"/regions/{region.region_id}"
    assert f'action="{address}/assets"' in (await client.get(address)).text
    found = (await client.get(f"{address}/assets?q=Ｂ－２")).text
    assert re.findall(r">(B-\d-.)</", found) == ["B-2-あ", "B-2-み"], "its own, and the one shared in full"
    found = (await client.get(f"{address}/assets?q=橋<B-3")).text
    assert re.findall(r">(B-\d-.)</", found) == ["B-3-あ", "B-3-み"]
    assert 'value="橋&lt;B-3"' in found
    found = (await client.get(f"{address}/assets?q=B-2&owner=sim-{region.one}&class=bridge")).text
    assert re.findall(r">(B-\d-.)</", found) == ["B-2-あ"]
    for nothing in ("q=よその", "q=B-2-よ", "q=B-2&class=tunnel"):
        assert "条件に合う資産はありません" in (await client.get(f"{address}/assets?{nothing}")).text
    for nonsense in ("q=%00&after=x&class=y&owner=z", "q=" + "長" * 3000):
        assert (await client.get(f"{address}/assets?{nonsense}")).status_code == 200
    await sign_in(client, region.keys[region.one])
    found = (await client.get(f"{address}/assets?q=B-2")).text
    assert re.findall(r">(B-\d-.)</", found) == ["B-2-あ"], "the second shares nothing"
    assert (await client.get(f"/regions/{region.other_region}/assets?q=B-2")).status_code == 404


async def test_an_asset_shows_duties_with_reasons_and_its_outlook(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.two])
    start = await client.get(f"/regions/{region.region_id}?lang=en")
    first = re.search(r'href="(/regions/[^"]+/assets/[^"]+)"', start.text)
    assert first is not None
    answer = await client.get(first[1] + "?lang=en")
    assert answer.status_code == 200
    assert "Road Act" in answer.text
    assert "1 May 2023" in answer.text
    assert "12 %" in answer.text
    assert "80 % band 7.0 %–19 %" in answer.text
    assert "FY1975" in answer.text
    await sign_in(client, region.keys[region.stranger])
    assert (await client.get(first[1])).status_code == 404


async def test_an_outlook_older_than_the_newest_inspection_says_so(
    client: Client, region: Region, db: Database
) -> None:
    await sign_in(client, region.keys[region.two])
    start = await client.get(f"/regions/{region.region_id}")
    first = re.search(r'href="(/regions/[^"]+/assets/[^"]+)"', start.text)
    assert first is not None
    admin = await database.connect(db.admin_url)
    try:
        await admin.execute(
            "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state) "
            "SELECT DISTINCT $1::uuid, run_id, 'build', '', 1, '', 'done' FROM risks", region.region_id
        )  # fmt: skip
        for computed, told in (("2026-04-01 02:00+09", False), ("2026-03-01 02:00+09", True)):
            await admin.execute("UPDATE runs SET started_at = $1::text::timestamptz", computed)
            await admin.execute("UPDATE inspections SET recorded_at = '2026-03-15 12:00+09'")
            text = (await client.get(first[1])).text
            assert ("次の計算で反映されます" in text) == told
            assert ("2026年3月1日の計算" in text or "令和8年3月1日の計算" in text) == told
    finally:
        await admin.close()


async def test_the_list_of_due_dates_is_narrowed_and_survives_nonsense(client: Client, region: Region) -> None:
    await sign_in(client, region.keys[region.two])
    base = f"/regions/{region.region_id}/due"
    for query in (
        "",
        "?state=overdue",
        "?state=x&month=13&owner=z&class=q&after=nonsense",
        "?month=2026-11&engineer=a",
    ):
        answer = await client.get(base + query)
        assert answer.status_code == 200
        assert "条件に合う期限はありません" in answer.text
    await sign_in(client, region.keys[region.stranger])
    assert (await client.get(base)).status_code == 404


def test_both_languages_have_the_same_texts_and_placeholders() -> None:
    ja, en = (texts.catalogue(language) for language in (Language.JA, Language.EN))
    assert ja.keys() == en.keys()
    for key, text in ja.items():
        placeholders, others = (sorted(re.findall(r"{\w+}", one)) for one in (text, en[key]))
        assert placeholders == others, key


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "expected"),
    [
        ("en", "ja", "ja", "en"),
        (None, "en", "ja", "en"),
        (None, None, "en-GB,en;q=0.9", "en"),
        (None, None, "fr, ja;q=0.5", "ja"),
        ("xx", None, "", "ja"),
    ],
)
def test_the_language_is_chosen(query: str | None, cookie: str | None, accept: str, expected: str) -> None:
    assert texts.language_of(query, cookie, accept) == expected


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.00001, "<0.01 %"),
        (0.0012, "0.12 %"),
        (0.034, "3.4 %"),
        (0.126, "13 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_are_written_with_two_digits(share: float | None, text: str) -> None:
    assert texts.percent(share) == text


async def test_a_tile_is_not_sent_twice_and_ends_with_the_consent(
    client: Client, region: Region, db: Database
) -> None:
    await sign_in(client, region.keys[region.two])
    admin = await database.connect(db.admin_url)
    for zoom in (10, 16):
        path = f"/regions/{region.region_id}/tiles/{zoom}/{_tile(zoom)[0]}/{_tile(zoom)[1]}"
        await admin.execute("UPDATE consents SET revoked_at = NULL")
        first = await client.get(path)
        assert first.headers["cache-control"] == "private, no-cache"
        known = {"if-none-match": first.headers["etag"]}
        again = await client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert (await client.get(path)).content == first.content
        await admin.execute("UPDATE consents SET revoked_at = now()")
        closed = await client.get(path, headers=known)
        assert closed.status_code == 200
        assert closed.content != first.content
        assert "B-1-あ".encode() not in closed.content
    await admin.close()


async def test_tiles_hold_cells_far_out_and_assets_close_in(client: Client, region: Region, tmp_path: Path) -> None:
    await sign_in(client, region.keys[region.two])
    for zoom, layer, field in ((10, "cells", "n"), (16, "assets", "number")):
        x, y = _tile(zoom)
        answer = await client.get(f"/regions/{region.region_id}/tiles/{zoom}/{x}/{y}")
        assert answer.status_code == 200
        path = tmp_path / f"{zoom}-{x}-{y}.mvt"
        path.write_bytes(answer.content)
        meta, _, _, columns = pyogrio.raw.read(path, layer=layer)
        values = list(columns[list(meta["fields"]).index(field)])
        assert sum(values) >= 2 if field == "n" else set(values) == {"B-1-み", "B-1-あ"}
    await sign_in(client, region.keys[region.one])
    answer = await client.get(f"/regions/{region.region_id}/tiles/16/{_tile(16)[0]}/{_tile(16)[1]}")
    assert "B-1-み".encode() not in answer.content
    assert (await client.get(f"/regions/{region.region_id}/tiles/3/9/0")).status_code == 404


def _tile(zoom: int) -> tuple[int, int]:
    x, y = to_tile(np.array([[LON, LAT]]), zoom, 0, 0)[0] // 4096
    return int(x), int(y)


async def test_the_plan_opens_for_those_who_may_see_all_that_it_names(
    client: Client, region: Region, db: Database
) -> None:
    connection = await database.connect(db.admin_url)
    codes = {f"sim-{region.one}": "貸す町", f"sim-{region.two}": "貸さない町"}
    ring = [[140.6, 38.0], [140.7, 38.0], [140.7, 38.1], [140.6, 38.0]]
    outside = {"owner": "left-the-region", "rings": [ring]}
    sheet = {
        "outlines": [*({"owner": code, "rings": [ring], "source": "国土数値情報"} for code in codes), outside],
        "members": [{"code": code, "name": name} for code, name in codes.items()],
        "stock": [{"owner": code, "asset_class": "bridge", "count": 3} for code in codes],
    }
    run = uuid7()
    await connection.execute(
        "INSERT INTO runs (region_id, run_id, kind, inputs_digest, seed, code_version, state)"
        " VALUES ($1, $2, 'build', '', 1, '1', 'done')", region.region_id, run,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO plans (region_id, plan_id, run_id, edition, as_of, sheet, pdf)"
        " VALUES ($1, $2, $2, 1, '2026-04-01', $3::jsonb, 'document')",
        region.region_id, run, json.dumps(sheet),
    )  # fmt: skip
    await connection.close()
    address = f"/regions/{region.region_id}"
    for owner, opens in ((region.two, True), (region.one, False)):  # only the first shares its bridges
        await sign_in(client, region.keys[owner])
        page = (await client.get(address)).text
        assert (f"{address}/plan.pdf" in page) == opens
        assert ("同意が必要です：貸さない町" in page) != opens
        answer = await client.get(f"{address}/plan.pdf")
        assert answer.status_code == (200 if opens else 404)
        assert (answer.content == b"document") == opens
        drawn = (await client.get(f"{address}/boundaries")).json()["features"]
        assert [one["properties"]["owner"] for one in drawn] == list(codes), "boundaries are no secret"
        assert drawn[0]["geometry"] == {"type": "MultiLineString", "coordinates": [ring]}
        assert drawn[0]["properties"]["source"] == "国土数値情報"
        assert (await client.get(f"/regions/{region.other_region}/boundaries")).status_code == 404


async def test_a_region_without_boundaries_has_none(client: Client, region: Region) -> None:
    assert (await client.get(f"/regions/{region.region_id}/boundaries")).status_code == 401
    await sign_in(client, region.keys[region.one])
    answer = await client.get(f"/regions/{region.region_id}/boundaries")
    assert answer.json() == {"type": "FeatureCollection", "features": []}
