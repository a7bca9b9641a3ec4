"""Reminders over the API: recipients, ladders, sentences, preview, outbox, letters, links, feeds, bounces."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
import msgspec
import pypdfium2
import pytest

from gunmane.core.reminders import links
from gunmane.core.reminders.links import Link, Purpose
from gunmane.core.words import Role
from gunmane.flows import reminders as flow
from gunmane.store import access, pool
from gunmane.store.ids import uuid7
from tests.http.conftest import NOW, World
from tests.notify.test_bounces import NOTICE

OFFICE = flow.office("http://test")
OFFICER = {"role": "officer", "name": "道路課 担当", "email": "road@example.jp", "contact": "道路課 0224-00-0000"}
DAY = datetime(2026, 11, 24, 9, 0, tzinfo=pool.JST)


class Desk:
    """A town's scheduler at work."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.auth = world.a.auth(Role.SCHEDULER)

    async def ask(self, method: str, path: str, status: int = 200, **given: Any) -> Any:
        headers = {**self.auth, **given.pop("headers", {})}
        answer = await self.world.client.request(method, path, headers=headers, **given)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.headers.get("content-type", "").startswith("application/json") else answer

    async def due(self, due: date, asset: UUID | None = None, duty: str = "road.periodic") -> None:
        kind = "septic" if duty.startswith("septic") else "bridge"
        await self.world.admin(
            "INSERT INTO due_items (owner_id, asset_id, asset_class, duty, state, due, rule, basis, run_id, engineer,"
            " planned_month) VALUES ($1, $2, $3, $4, 'due', $5, 'r', '道路法施行規則第4条の5の6', $6, 'A-1',"
            " '2026-11-01')",
            self.world.a.owner_id, asset or self.world.a.bridge, kind, duty, due, uuid7(),
        )  # fmt: skip

    async def night(self) -> flow.Made:
        async with pool.writing(self.world.app.state.services.pool) as conn:
            await access.operate(conn, [self.world.a.owner_id], [])
            return await flow.enqueue(conn, self.world.a.owner_id, DAY, OFFICE)


@pytest.fixture
async def desk(world: World) -> Desk:
    return Desk(world)


async def test_a_recipient_is_added_changed_and_removed(desk: Desk) -> None:
    made = await desk.ask("POST", "/v1/recipients", 201, json={**OFFICER, "webhook_url": "https://x.example.jp/"})
    assert len(made["webhook_secret"]) > 30
    path = f"/v1/recipients/{made['recipient_id']}"
    read = await desk.world.client.get(path, headers=desk.auth)
    assert "webhook_secret" not in read.json()
    await desk.ask("PUT", path, 428, json=OFFICER)
    changed = await desk.ask("PUT", path, json={**OFFICER, "name": "新"}, headers={"If-Match": read.headers["etag"]})
    assert (changed["name"], changed["webhook_url"], changed["revision"]) == ("新", None, 2)
    await desk.ask("PUT", path, 412, json=OFFICER, headers={"If-Match": read.headers["etag"]})
    await desk.ask("DELETE", path, 204)
    await desk.ask("GET", path, 404)
    assert (await desk.ask("GET", "/v1/recipients"))["items"] == []
    (row,) = await desk.world.admin("SELECT email, webhook_secret, contact FROM recipients")
    assert tuple(row) == (None, None, None), "addresses are forgotten"


@pytest.mark.parametrize(
    ("wanted", "at", "code"),
    [
        ({"email": None}, "/email", "channel_missing"),
        ({"email": "a@b\r\nBcc: c@d"}, "/email", "bad_email"),
        ({"email": "道路@example.jp"}, "/email", "bad_email"),
        ({"webhook_url": "http://example.jp/"}, "/webhook_url", "bad_webhook"),
        ({"webhook_url": "https://192.168.0.1/"}, "/webhook_url", "bad_webhook"),
        ({"letters": True}, "/letters", "letters_need_septic_owner"),
        ({"role": "engineer"}, "/engineer", "engineer_missing"),
        ({"name": "a\nb"}, "/name", "bad_pattern"),
        ({"quiet_from": "25:00"}, "/quiet_from", "bad_pattern"),
        ({"duties": ["road"]}, "/duties/0", "bad_pattern"),
    ],
)
async def test_who_cannot_be_reached_is_refused_by_name(desk: Desk, wanted: Any, at: str, code: str) -> None:
    refused = await desk.world.client.post("/v1/recipients", json={**OFFICER, **wanted}, headers=desk.auth)
    assert refused.status_code == 422, refused.text
    assert (at.split("/")[1], code) in [
        (one["pointer"].split("/")[1], one["code"]) for one in refused.json()["errors"]
    ], refused.text


async def test_the_outbox_is_listed_resent_and_acknowledged(desk: Desk) -> None:
    await desk.due(date(2026, 11, 20))
    await desk.ask("POST", "/v1/recipients", 201, json=OFFICER)
    assert (await desk.night()).messages == 1
    (listed,) = (await desk.ask("GET", "/v1/messages?state=waiting&channel=email"))["items"]
    assert (listed["state"], listed["reminders"]) == ("waiting", 1)
    path = f"/v1/messages/{listed['message_id']}"
    whole = await desk.ask("GET", path)
    assert whole["items"][0]["asset_id"] == str(desk.world.a.bridge)
    await desk.ask("POST", path + "/resend", 409)
    await desk.world.admin("UPDATE messages SET state = 'dead', attempts = 14, last_error = '550 no'")
    again = await desk.ask("POST", path + "/resend")
    assert (again["state"], again["attempts"], again["resent"]) == ("waiting", 0, 1)
    seen = await desk.ask("POST", path + "/acknowledgement")
    assert seen["acknowledged_at"] is not None
    (told,) = (await desk.ask("GET", f"/v1/reminders?asset={desk.world.a.bridge}"))["items"]
    assert told["acknowledged_at"] is not None
    await desk.ask("GET", path + "/letters", 409)
    await desk.ask("POST", path + "/posting", 409)


async def test_a_ladder_and_a_sentence_of_ones_own_and_their_preview(desk: Desk) -> None:
    await desk.due(date(2026, 12, 1))
    made = await desk.ask("POST", "/v1/recipients", 201, json=OFFICER)
    ladder = {"role": "officer", "duty": "road.*", "before": [10], "overdue_first": 3, "overdue_every": 5}
    put = await desk.ask("PUT", "/v1/ladders", json=ladder)
    assert put["status"] == "local"
    assert (await desk.ask("PUT", "/v1/ladders", json=ladder))["ladder_id"] == put["ladder_id"]
    listed = (await desk.ask("GET", "/v1/ladders"))["items"]
    assert listed[0]["ladder_id"] == put["ladder_id"]
    assert all(one["ladder_id"] is None and one["status"] == "assumed" for one in listed[1:])
    await desk.ask("PUT", "/v1/ladders", 422, json={"role": "officer", "before": [7, 7], "overdue_every": 3})
    text = {"text": "{recipient}へ。{contact}"}
    await desk.ask("PUT", "/v1/reminder-texts/ja/greeting", json=text)
    await desk.ask("PUT", "/v1/reminder-texts/ja/greeting", 422, json={"text": "{secret}"})
    await desk.ask("PUT", "/v1/reminder-texts/ja/nothing", 404, json=text)
    wanted = {"recipient_id": made["recipient_id"], "texts": {"lead": "試し {owner}"}}
    shown = await desk.ask("POST", "/v1/reminders/preview", json=wanted)
    assert shown["reminders"] == 1
    assert "道路課 担当へ。道路課 0224-00-0000" in shown["body"]
    assert "試し a" in shown["body"]
    assert (await desk.ask("GET", "/v1/messages"))["items"] == [], "a preview sends nothing"
    token = re.search(r"/links/(\S+)", shown["body"])
    assert token is None or (await desk.world.client.get("/links/" + token[1])).status_code == 404
    bad = {"recipient_id": made["recipient_id"], "texts": {"lead": "{nope}"}}
    await desk.ask("POST", "/v1/reminders/preview", 422, json=bad)
    await desk.ask("DELETE", "/v1/reminder-texts/ja/greeting", 204)
    await desk.ask("DELETE", f"/v1/ladders/{put['ladder_id']}", 204)
    texts = (await desk.ask("GET", "/v1/reminder-texts"))["items"]
    assert all(one["text"] == one["catalogue"] for one in texts)


async def test_the_links_show_on_get_and_act_on_post(desk: Desk) -> None:
    client = desk.world.client
    await desk.due(date(2026, 11, 20))
    await desk.ask("POST", "/v1/recipients", 201, json={**OFFICER, "role": "officer"})
    await desk.night()
    (listed,) = (await desk.ask("GET", "/v1/messages"))["items"]
    whole = await desk.ask("GET", f"/v1/messages/{listed['message_id']}")
    done, seen = re.findall(r"http://test(/links/\S+)", whole["body"])
    for path, name, button in (
        (done, "実施済みの報告", "実施済みと報告する"),
        (seen, "お知らせの確認", "確認しました"),
    ):
        page = await client.get(path)
        assert page.status_code == 200
        assert name in page.text
        assert button in page.text
        english = await client.get(path + "?lang=en")
        assert '<html lang="en">' in english.text
    assert "secret a bridge" in (await client.get(done)).text
    assert await desk.world.admin("SELECT FROM done_reports") == []
    for _ in range(2):
        acted = await client.post(done)
        assert acted.status_code == 200
        assert '<form method="post">' not in acted.text
    assert len(await desk.world.admin("SELECT FROM done_reports")) == 1
    await client.post(seen)
    assert (await desk.ask("GET", f"/v1/messages/{listed['message_id']}"))["acknowledged_at"] is not None
    (told,) = (await desk.ask("GET", "/v1/reminders"))["items"]
    assert told["reported_done_at"] is not None
    for broken in (done[:-2] + "AA", "/links/x", "/links/a.b", done.replace("/links/", "/links/A")):
        assert (await client.get(broken)).status_code == 404
        assert (await client.post(broken)).status_code == 404


async def test_an_expired_link_and_one_of_a_removed_recipient_do_nothing(desk: Desk) -> None:
    made = await desk.ask("POST", "/v1/recipients", 201, json={**OFFICER, "role": "copy"})
    owner, who = desk.world.a.owner_id, UUID(made["recipient_id"])
    await desk.world.admin("INSERT INTO signing_keys VALUES ($1, $2, now())", owner, b"k" * 32)

    def link(until: datetime, secret: bytes = b"k" * 32) -> str:
        wanted = Link(Purpose.UNSUBSCRIBE, owner, uuid7(), who, int(until.timestamp()))
        return "/links/" + links.sign(secret, wanted)

    client = desk.world.client
    assert (await client.post(link(NOW - timedelta(seconds=1)))).status_code == 404
    assert (await client.post(link(NOW + timedelta(days=1), b"x" * 32))).status_code == 404
    good = link(NOW + timedelta(days=1))
    one_click = await client.post(good, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert (await desk.ask("GET", f"/v1/recipients/{who}"))["unsubscribed_at"] is not None
    await desk.ask("DELETE", f"/v1/recipients/{who}", 204)
    assert (await client.get(good)).status_code == 404


async def test_a_feed_is_fetched_by_its_address_until_it_is_revoked(desk: Desk) -> None:
    await desk.due(date(2026, 12, 1))
    wanted = {"kind": "engineer", "name": "技術者 A-1", "engineers": ["A-1"]}
    await desk.ask("POST", "/v1/feeds", 422, json={"kind": "engineer", "name": "x"})
    visits = await desk.ask("POST", "/v1/feeds", 201, json=wanted)
    everything = await desk.ask("POST", "/v1/feeds", 201, json={"kind": "owner", "name": "町"})
    client = desk.world.client
    address = visits["address"].removeprefix("http://test")
    answer = await client.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    assert "secret a bridge" in event["SUMMARY"]
    unchanged = await client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    both = await client.get(everything["address"].removeprefix("http://test"))
    kinds = [
        str(one["CATEGORIES"].to_ical(), "ascii") for one in icalendar.Calendar.from_ical(both.content).walk("VEVENT")
    ]
    assert sorted(kinds) == ["bridge,due", "bridge,visit"]
    assert visits["address"].rpartition("_")[2][:10] not in str(await desk.ask("GET", "/v1/feeds"))
    await desk.ask("DELETE", f"/v1/feeds/{visits['feed_id']}", 204)
    assert (await client.get(address)).status_code == 404
    assert (await client.get(address[:-8] + ".ics")).status_code == 404


async def test_letters_are_printed_posted_and_leave_no_address_behind(desk: Desk) -> None:
    world = desk.world
    await desk.due(date(2027, 1, 10), world.a.septic, "septic.article11")
    await world.admin(
        "INSERT INTO septic_contacts (owner_id, asset_id, name, address, origin)"
        " VALUES ($1, $2, '山田 花子', '〒989-0206 宮城県白石市字亘理町9-9', 'api')",
        world.a.owner_id, world.a.septic,
    )  # fmt: skip
    septic = {"role": "septic_owner", "name": "浄化槽管理者", "letters": True, "contact": "上下水道課 0224-00-0001"}
    await desk.ask("POST", "/v1/recipients", 201, json=septic)
    assert (await desk.night()).messages == 1
    (listed,) = (await desk.ask("GET", "/v1/messages?channel=letter"))["items"]
    path = f"/v1/messages/{listed['message_id']}"
    assert "山田" not in str(await desk.ask("GET", path))
    answer = await desk.ask("GET", path + "/letters")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    document = pypdfium2.PdfDocument(answer.content)
    text = document[0].get_textpage().get_text_range()
    assert len(document) == 1
    for piece in ("山田 花子 様", "〒989-0206", "S-1", "0224-00-0001", "令和9(2027)年1月10日"):
        assert piece in text, text
    posted = await desk.ask("POST", path + "/posting")
    assert posted["state"] == "sent"


async def test_a_septic_system_gets_one_letter_for_all_that_is_due(desk: Desk) -> None:
    world = desk.world
    await desk.due(date(2027, 1, 10), world.a.septic, "septic.article11")
    await desk.due(date(2026, 10, 25), world.a.septic, "septic.cleaning")
    await world.admin(
        "INSERT INTO septic_contacts (owner_id, asset_id, name, address, origin)"
        " VALUES ($1, $2, '山田 花子', '宮城県白石市字亘理町9-9', 'api')",
        world.a.owner_id, world.a.septic,
    )  # fmt: skip
    await desk.ask("POST", "/v1/recipients", 201, json={"role": "septic_owner", "name": "管理者", "letters": True})
    await desk.night()
    (listed,) = (await desk.ask("GET", "/v1/messages?channel=letter"))["items"]
    answer = await desk.ask("GET", f"/v1/messages/{listed['message_id']}/letters")
    document = pypdfium2.PdfDocument(answer.content)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    for piece in ("次の2件", "第11条検査", "清掃", "令和9(2027)年1月10日", "令和8(2026)年10月25日", "日超過"):
        assert piece in text, text


async def test_a_bounced_mail_is_seen_and_its_address_is_used_no_more(desk: Desk) -> None:
    await desk.due(date(2026, 11, 20))
    made = await desk.ask("POST", "/v1/recipients", 201, json=OFFICER)
    await desk.night()
    (listed,) = (await desk.ask("GET", "/v1/messages"))["items"]
    message = UUID(listed["message_id"])
    await desk.world.admin("UPDATE messages SET state = 'sent'")
    raw = NOTICE.format(status="5.1.1", message=message.hex, owner=desk.world.a.owner_id.hex).encode()
    headers = {"Content-Type": "message/rfc822"}
    noted = await desk.ask("POST", "/v1/bounces", content=raw, headers=headers)
    assert noted["final"] is True
    assert (await desk.ask("GET", f"/v1/messages/{message}"))["state"] == "bounced"
    path = f"/v1/recipients/{made['recipient_id']}"
    assert (await desk.ask("GET", path))["bounced_at"] is not None
    changed = await desk.ask("PUT", path, json={**OFFICER, "email": "b@example.jp"}, headers={"If-Match": "*"})
    assert changed["bounced_at"] is None
    stranger = {**desk.world.b.auth(Role.SCHEDULER), **headers}
    refused = await desk.world.client.post("/v1/bounces", content=raw, headers=stranger)
    nothing = await desk.world.client.post("/v1/bounces", content=b"x", headers=stranger)
    assert refused.status_code == nothing.status_code == 422
    assert msgspec.json.decode(refused.content) == msgspec.json.decode(nothing.content)
