"""Letters: the address behind the window, one page each, nothing printed wrongly."""

from datetime import date

import pypdfium2
import pytest
from msgspec import structs

from gunmane.core.words import Language
from gunmane.files.reminders import texts
from gunmane.pdf.finish import Identity
from gunmane.pdf.letters import Letter, Unposted, draw, layout

MM = 72 / 25.4
REST = Unposted(title="一覧", no_address="住所がありません。", not_printable="印字できません。")
IDENTITY = Identity(
    title="お知らせ", author="白石市", subject="お知らせ", keywords="", creator="gunmane", language="ja-JP",
    day=date(2026, 11, 24),
)  # fmt: skip
LETTER = Letter(
    number="S-1",
    address="〒989-0206 宮城県白石市字亘理町9番9号 白石コーポ101号室",
    addressee="山田 花子 様",
    sender="白石市\n上下水道課 0224-00-0001",
    dated="令和8(2026)年11月24日",
    title="浄化槽の法定検査(11条検査)についてのお知らせ",
    paragraphs=tuple(
        texts(Language.JA)
        .letter[name]
        .replace("{basis}", "浄化槽法第11条第1項")
        .replace("{due}", "令和9(2027)年1月10日")
        for name in ("opening", "body_ahead", "already")
    ),
    rows=(("内容", "法定検査(11条検査)"), ("期限", "令和9(2027)年1月10日"), ("連絡先", "上下水道課 0224-00-0001")),
)


def text_of(page: pypdfium2.PdfPage) -> str:
    return page.get_textpage().get_text_range()


def test_the_address_lies_in_its_window_and_the_rest_outside() -> None:
    raw = draw([LETTER], REST, IDENTITY)
    document = pypdfium2.PdfDocument(raw)
    assert len(document) == 1
    page = document[0].get_textpage()
    window = layout().window
    height = 297 * MM
    inside = page.get_text_bounded(
        left=window.left * MM, right=(window.left + window.width) * MM, top=height - window.top * MM,
        bottom=height - (window.top + window.height) * MM,
    )  # fmt: skip
    flat = "".join(inside.split())
    assert flat == "".join((LETTER.address + LETTER.addressee).split())
    top = page.get_text_bounded(left=0, right=210 * MM, top=height, bottom=height - 98 * MM)
    assert LETTER.title[:6] not in top, "what it is about is not to be read through the window"


def test_equal_letters_give_equal_bytes() -> None:
    assert draw([LETTER], REST, IDENTITY) == draw([LETTER], REST, IDENTITY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"addressee": "\U00020bb7野 太郎 様"},  # a character that the typeface lacks
        {"address": "とても長い住所" * 60},
        {"paragraphs": ("長い。" * 3000,)},
    ],
)
def test_what_cannot_be_printed_is_listed_instead(wrong: dict[str, object]) -> None:
    bad = structs.replace(LETTER, number="S-99", **wrong)
    document = pypdfium2.PdfDocument(draw([LETTER, bad, LETTER], REST, IDENTITY))
    assert len(document) == 3
    assert "S-99" in text_of(document[2])
    assert "印字できません" in text_of(document[2])
    assert "山田 花子" in text_of(document[1])


def test_those_without_an_address_are_listed() -> None:
    rest = structs.replace(REST, numbers=tuple(f"N-{n}" for n in range(200)))
    document = pypdfium2.PdfDocument(draw([], rest, IDENTITY))
    assert len(document) == 2
    assert "N-199" in text_of(document[1])
    assert len(pypdfium2.PdfDocument(draw([], REST, IDENTITY))) == 1
