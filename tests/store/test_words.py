"""Finding assets by parts of their texts: nothing that holds a text is left out, nobody else's is found."""

from datetime import date, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gunmane.core.words import Role
from gunmane.jobs import words as job
from gunmane.store import access, assets, pool, ways, words
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn
from gunmane.store.ways import Wanted
from tests.conftest import Database

OWNER = UUID(int=7)
TEXT = st.text(st.sampled_from("ab1290İßΑα第号橋市道-%_\\ アア"), min_size=1, max_size=12)


@given(TEXT, TEXT, TEXT)
def test_what_holds_a_text_has_its_parts(before: str, text: str, after: str) -> None:
    has = set(words.grams(OWNER, [None, "x", f"{before}{text}{after}"]))
    assert set(words.wanted(OWNER, text)) <= has
    assert set(words.wanted(OWNER, text.upper())) <= set(words.grams(OWNER, [f"{before}{text.upper()}{after}"]))


@given(st.text(st.characters(max_codepoint=126), min_size=1, max_size=12))
def test_case_is_folded(text: str) -> None:
    assert words.wanted(OWNER, text.upper()) == words.wanted(OWNER, text.lower())


def test_parts_are_few_and_belong_to_an_owner() -> None:
    assert len(words.wanted(OWNER, "123456")) == 4, "triples stand for the pairs inside them"
    assert len(words.wanted(OWNER, "第12号")) == 3
    assert words.wanted(OWNER, "橋") == []
    assert not set(words.wanted(OWNER, "123")) & set(words.wanted(UUID(int=8), "123"))


def test_a_text_is_looked_for_in_either_width() -> None:
    assert set(words.spellings("第237")) == set(words.spellings(" 第２３７ ")) == {"第237", "第２３７"}
    assert {"ガード橋", "ｶﾞｰﾄﾞ橋"} <= set(words.spellings("ガード橋")) & set(words.spellings("ｶﾞｰﾄﾞ橋"))
    assert {"B-1", "Ｂ－１"} <= set(words.spellings("Ｂ－１")) & set(words.spellings("B-1"))
    assert words.spellings("みどり橋") == ["みどり橋"], "one spelling costs one look"
    assert words.spellings(" ") == [" ", "\u3000"]


@given(TEXT)
def test_a_text_is_among_its_spellings(text: str) -> None:
    assert (text.strip() or text) in words.spellings(text)


async def _add(conn: Conn, owner: UUID, number: str, name: str) -> UUID:
    asset = uuid7()
    await conn.execute(
        "INSERT INTO assets (owner_id, asset_id, asset_class, number, name, origin)"
        " VALUES ($1, $2, 'bridge', $3, $4, 'simulated')",
        owner, asset, number, name,
    )  # fmt: skip
    return asset


async def _found(opened: pool.Pool, key: str, text: str) -> set[UUID]:
    async with pool.reading(opened) as conn:
        assert await access.authenticate(conn, key, date(2026, 11, 23)) is not None
        reach = await ways.reach(conn)
        owners = reach.owners
        rows = await assets.by_identity(conn, owners, Wanted(text=text), None, 100, False)
        unscored = await assets.by_identity(conn, owners, Wanted(text=text), None, 100, False, True)
        scored = await assets.by_risk(conn, reach, Wanted(text=text), None, 100, False)
        assert not scored
        assert rows == unscored, "nothing is scored here"
        return {row.asset_id for row in rows}


async def test_found_are_ones_own_and_what_is_shared_whether_words_are_written_or_not(
    db: Database, db_pool: pool.Pool
) -> None:
    one, two, region, consent = uuid7(), uuid7(), uuid7(), uuid7()
    admin = await pool.open_pool(db.admin_url, size=1)
    async with pool.writing(admin) as conn:
        await access.operate(conn, [one, two], [region])
        await conn.execute("INSERT INTO regions (region_id, name, origin) VALUES ($1, 'r', 'simulated')", region)
        for owner in (one, two):
            await conn.execute(
                "INSERT INTO owners (owner_id, code, name, kind, origin)"
                " VALUES ($1, $2, 'o', 'utility', 'simulated')",
                owner, str(owner),
            )  # fmt: skip
            await conn.execute("INSERT INTO region_members VALUES ($1, $2, '2026-04-01')", region, owner)
        key = await access.create_key(conn, one, Role.ENGINEER, "test")
        await conn.execute(
            "INSERT INTO consents (owner_id, consent_id, region_id, asset_class, level, valid_from, granted_by)"
            " VALUES ($1, $2, $3, 'bridge', 'full', '2026-04-01', 'test')",
            two, consent, region,
        )  # fmt: skip
        mine = await _add(conn, one, "B-0012", "みどり橋")
        wide = await _add(conn, one, "Ｂ－０３", "ﾊﾟｰｸ川５号")
        theirs = await _add(conn, two, "B-0012", "みどり橋")

    async def agreed(text: str, expected: set[UUID]) -> None:
        assert await _found(db_pool, key, text) == expected, text

    async def all_of_it(shared: set[UUID]) -> None:
        for text in ("b-0012", "どり", "り橋", "橋", "2", "-00"):
            await agreed(text, {mine} | shared)
        for text in ("b-03", "Ｂ－０３", "パーク", "ﾊﾟｰｸ", "川5号", "ー"):
            await agreed(text, {wide})
        await agreed("Ｂ－００１", {mine} | shared)
        for text in ("b-0013", "どり川", "_", "0%2"):
            await agreed(text, set())

    async def consented(revoked: str) -> None:
        async with pool.writing(admin) as conn:
            await access.operate(conn, [one, two], [region])
            await conn.execute(f"UPDATE consents SET revoked_at = {revoked}")

    for round_ in range(2):
        await all_of_it({theirs})
        await consented("now()")
        await all_of_it(set())
        await consented("NULL")
        if not round_:
            assert await job.write(db_pool) == 2
            assert await job.write(db_pool) == 0, "nothing is left to do"

    async with pool.reading(db_pool) as conn:
        await access.authenticate(conn, key, date(2026, 11, 23))
        far, (_, found) = await words.find(conn, [one, two], "どり")
        assert (far, set(found)) == ([], {mine, theirs}), "by the index"

    async with pool.writing(admin) as conn:  # an import that the words have not followed yet
        await access.operate(conn, [one, two], [region])
        new = await _add(conn, two, "B-0013", "新みどり橋")
        await words.imported(conn, two)
    await agreed("新み", {new})
    await agreed("どり", {mine, theirs, new})
    assert await job.write(db_pool) == 1
    await agreed("新み", {new})

    async with pool.writing(db_pool) as conn:  # a change is found at once
        await access.authenticate(conn, key, date(2026, 11, 23))
        known = await assets.one(conn, mine, [one])
        assert known is not None
        await assets.change(conn, structs.replace(known, name="さくら橋"), 1, datetime.now(pool.JST), uuid7())
    await agreed("さくら", {mine})
    await agreed("どり", {theirs, new})
    await admin.close()
