"""Mail against a real server: STARTTLS, sign-in, refusals for now and for good, dawdling, cut connections."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from gunmane.core.errors import GunmaneError
from gunmane.notify.mail import Letter, Mailer, Smtp, build, message_id, read_url
from gunmane.notify.outcome import Fate, Outcome
from gunmane.store.pool import JST
from tests.notify.peers import CUT, MailPeer, parse, serving


def letter(number: int = 1, **given: object) -> Letter:
    plain: dict[str, object] = {
        "owner_id": UUID(int=7), "message_id": UUID(int=number), "to": f"person{number}@example.jp",
        "name": "道路課 担当", "subject": "【期限超過あり】白石市 2件", "body": "本文です。\n" * 40, "language": "ja",
        "created_at": datetime(2026, 11, 23, 8, 0, tzinfo=JST), "unsubscribe_url": "https://gm.example.jp/links/x",
    }  # fmt: skip
    return Letter(**{**plain, **given})  # type: ignore[arg-type]


def mailer(peer: MailPeer, **given: object) -> Mailer:
    plain: dict[str, object] = {"host": "127.0.0.1", "port": peer.port, "tls": "none", "command_s": 2, "message_s": 3}
    return Mailer(Smtp(**{**plain, **given}), "gunmane@city.example.jp")  # type: ignore[arg-type]


async def results(given: Mailer, letters: list[Letter], most: int = 1000) -> list[Outcome]:
    asked = iter(range(most))
    return [outcome async for _, outcome in given.send(letters, lambda: next(asked, None) is not None)]


@pytest.fixture
async def peer() -> AsyncIterator[MailPeer]:
    async with serving(MailPeer()) as made:
        yield made


async def test_many_mails_go_over_one_connection_and_arrive_as_written(peer: MailPeer) -> None:
    letters = [letter(n) for n in range(20)]
    assert await results(mailer(peer), letters) == [Outcome(Fate.SENT)] * 20
    assert peer.connections == 1
    found = parse(peer.taken[3])
    assert found["Subject"] == letters[3].subject
    assert found["To"].addresses[0].display_name == "道路課 担当"
    assert found.get_content().replace("\r\n", "\n") == letters[3].body
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Unsubscribe"] == "<https://gm.example.jp/links/x>"
    assert peer.ids() == [message_id(one, "gunmane@city.example.jp") for one in letters]


def test_a_repeated_mail_is_the_same_to_the_byte() -> None:
    assert build(letter(), "a@b.jp").as_bytes() == build(letter(), "a@b.jp").as_bytes()


async def test_starttls_and_sign_in(tmp_path: Path) -> None:
    async with serving(MailPeer(tls=True, auth=True)) as peer:
        assert peer.authority is not None
        ca = tmp_path / "ca.pem"
        peer.authority.cert_pem.write_to_path(str(ca))
        given = {"tls": "starttls", "user": "gunmane", "ca": str(ca), "host": "localhost"}
        assert await results(mailer(peer, password="secret", **given), [letter()]) == [Outcome(Fate.SENT)]
        assert peer.encrypted == [True]
        assert peer.users == ["gunmane"]
        (wrong,) = await results(mailer(peer, password="wrong", **given), [letter()])
        assert wrong.fate is Fate.DOWN
        assert "535" in str(wrong.error)
        (unknown,) = await results(mailer(peer, tls="starttls", host="localhost"), [letter()])
        assert unknown.fate is Fate.DOWN
        assert "certificate" in str(unknown.error).lower()
        assert len(peer.taken) == 1, "nothing is sent to a server that cannot be told from another"


async def test_a_server_without_starttls_gets_nothing(peer: MailPeer) -> None:
    (found,) = await results(mailer(peer, tls="starttls"), [letter()])
    assert found.fate is Fate.DOWN
    assert peer.seen == []


async def test_later_and_never_are_told_apart_and_the_next_mail_goes_out(peer: MailPeer) -> None:
    peer.answers = ["451 busy", "554 no", "250 OK"]
    found = await results(mailer(peer), [letter(n) for n in range(3)])
    assert [one.fate for one in found] == [Fate.FAILED, Fate.REFUSED, Fate.SENT]
    assert [one.error for one in found] == ["451 busy", "554 no", None]
    peer.rcpt_answers = ["450 greylisted", "550 no such user"]
    found = await results(mailer(peer), [letter(n) for n in range(3)])
    assert [one.fate for one in found] == [Fate.FAILED, Fate.REFUSED, Fate.SENT]


async def test_a_cut_connection_is_no_answer_and_the_repeat_has_the_same_identity(peer: MailPeer) -> None:
    peer.answers = [CUT]
    found = await results(mailer(peer), [letter(1), letter(2)])
    assert [one.fate for one in found] == [Fate.FAILED, Fate.SENT]
    assert [one.fate for one in await results(mailer(peer), [letter(1)])] == [Fate.SENT]
    seen = peer.ids(peer.seen)
    assert seen[0] == seen[2] != seen[1]


async def test_a_slow_server_is_given_up_and_a_late_answer_is_not_taken_for_another(peer: MailPeer) -> None:
    peer.answers = [1.5]
    begun = time.monotonic()
    found = await results(mailer(peer, command_s=0.3, message_s=0.6), [letter(1), letter(2)])
    assert time.monotonic() - begun < 1.5
    assert [one.fate for one in found] == [Fate.FAILED, Fate.SENT]
    assert peer.connections == 2


async def test_nobody_at_home_says_nothing_about_the_mails() -> None:
    peer = MailPeer()
    async with serving(peer):
        pass
    found = await results(mailer(peer), [letter(1), letter(2)])
    assert [one.fate for one in found] == [Fate.DOWN, Fate.DOWN]


async def test_what_is_not_begun_in_time_is_left(peer: MailPeer) -> None:
    found = await results(mailer(peer), [letter(1)], most=0)
    assert found == [Outcome(Fate.DOWN, pause_s=0.0)]
    assert peer.connections == 0


async def test_a_name_or_subject_cannot_add_a_header(peer: MailPeer) -> None:
    evil = letter(1, subject="a\r\nBcc: b@c.jp"), letter(2, name='x" <b@c.jp>, "y'), letter(3)
    found = await results(mailer(peer), list(evil))
    assert [one.fate for one in found] == [Fate.REFUSED, Fate.SENT, Fate.SENT]
    assert len(parse(peer.taken[0])["To"].addresses) == 1


def test_the_address_of_a_server() -> None:
    smtp = read_url("smtp://user%40city:p%3Aw@mail.example.jp?ca=/etc/ca.pem")
    assert (smtp.host, smtp.port, smtp.user, smtp.password) == ("mail.example.jp", 587, "user@city", "p:w")
    assert (smtp.tls, smtp.ca) == ("starttls", "/etc/ca.pem")
    assert read_url("smtps://mail.example.jp").port == 465
    assert read_url("smtp://127.0.0.1:2525?tls=none").tls == "none"
    for bad in ("http://x", "smtp://", "smtp://h?tls=maybe", "smtp://h?x=1", "smtp://h:99999"):
        with pytest.raises(GunmaneError):
            read_url(bad)
    with pytest.raises(GunmaneError):
        Mailer(smtp, "nobody")


async def test_many_senders_at_once(peer: MailPeer) -> None:
    found = await asyncio.gather(*(results(mailer(peer), [letter(10 * k + n) for n in range(5)]) for k in range(4)))
    assert all(one.fate is Fate.SENT for part in found for one in part)
    assert len(set(peer.ids())) == 20
