"""Mails in words: what stands in them, in which order, in both languages; links are short and old ones still work."""

from datetime import date, datetime
from uuid import UUID

import msgspec
import pytest

from gunmane.core.reminders import links, wording
from gunmane.core.reminders.links import Link, Purpose
from gunmane.core.reminders.timing import JST
from gunmane.core.words import Language
from gunmane.files.reminders import texts

TODAY = date(2026, 11, 24)


def line(days: int, duty: str = "定期点検") -> wording.Line:
    due = date.fromordinal(TODAY.toordinal() - days)
    return wording.Line(due=due, days=days, duty=duty, asset_class="橋梁", number="B-1", basis="道路法第42条")


def mail(language: Language, **changes: object) -> tuple[str, str]:
    given = wording.Mail(
        owner="白石市", recipient="橋梁係", contact="", today=TODAY, lines=[line(8), line(-30)], total=9, overdue=6,
        duties=[("清掃", 1, 0), ("定期点検", 8, 6)], stale=4, stale_years=5,
    )  # fmt: skip
    return wording.mail(msgspec.structs.replace(given, **changes), texts(language).mail, language)  # pyright: ignore[reportArgumentType]


def test_a_digest_says_first_how_much_there_is_of_each_duty() -> None:
    subject, body = mail(Language.JA)
    assert "9件、うち超過6件" in subject
    order = [
        "・定期点検 8件(うち超過6件)\n・清掃 1件\n",
        "■ 期限を過ぎたもの",
        "(8日超過)",
        "■ 期限が近いもの",
        "(あと30日)",
        "ほかに3件あります",
        "5年より長く過ぎ、その後の実施の記録がないものが4件",
    ]
    places = [body.index(part) for part in order]
    assert places == sorted(places)
    _, english = mail(Language.EN)
    assert "4 have been overdue for more than 5 years without any record since" in english
    assert "{" not in body + english


def test_a_mail_of_one_duty_needs_no_summary_and_nothing_stale_no_sentence() -> None:
    _, body = mail(Language.JA, duties=[("定期点検", 2, 1)], total=2, stale=0)
    assert "内訳" not in body
    assert "記録がないもの" not in body
    assert "ほかに" not in body


@pytest.mark.parametrize(
    ("days", "said"),
    [(-1, "あと1日"), (0, "本日"), (1, "1日超過"), (730, "730日超過"), (731, "2年以上超過"), (15029, "41年以上超過")],
)
def test_how_far_a_day_is(days: int, said: str) -> None:
    assert wording.when(days, texts(Language.JA).mail) == said


def test_links_are_half_as_long_and_those_sent_before_still_work() -> None:
    ids = [UUID(int=2**127 + n) for n in range(4)]
    until = int(datetime(2027, 1, 1, tzinfo=JST).timestamp())
    made = Link(Purpose.DONE, ids[0], ids[1], ids[2], until, ids[3], "septic.cleaning", date(2027, 2, 11))
    secret = bytes(range(32))
    token = links.sign(secret, made)
    assert links.verify(secret, token) == made
    packed = msgspec.msgpack.encode(made)  # as links were written once
    old = f"{links._plain(packed)}.{links._plain(links._signature(secret, packed))}"
    assert links.verify(secret, old) == made
    assert len(token) < 0.7 * len(old)
    assert links.verify(bytes(32), token) is None
