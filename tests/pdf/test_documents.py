"""The documents that go with the plan: typesetting, tags and order of all of them, page by page."""

import io
import re
from functools import cache
from itertools import pairwise

import msgspec
import pikepdf
import pypdfium2
import pytest
from tests.examples_sheet import listed
from tests.pdf.test_plans import pages_text, plain

from gunmane.core.plan.editions import edition
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.words import Language
from gunmane.pdf import design
from gunmane.pdf.blocks import Heading
from gunmane.pdf.breaking import NOT_AT_END, NOT_AT_START
from gunmane.pdf.grid import Grid
from gunmane.pdf.measure import PAD_X, inset
from gunmane.pdf.plans import DOCUMENTS, draw, drawn_lines, laid_out

pytestmark = pytest.mark.usefixtures("faces")
LANGUAGES = (Language.JA, Language.EN)
OWNERS = (1, 5, 12)


@cache
def sheet(owners: int, name: str) -> PlanSheet:
    whole = listed(owners)
    return edition(whole, whole.members[-1].code) if name == "edition" else whole


@cache
def document(name: str, owners: int = 5, language: Language = Language.JA) -> bytes:
    return draw(sheet(owners, name), language=language, name=name)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("owners", OWNERS)
def test_no_line_begins_or_ends_with_what_may_not(name: str, owners: int) -> None:
    for lines in drawn_lines(sheet(owners, name), name=name):
        for left, right in pairwise(lines):
            assert right[0] not in NOT_AT_START, lines
            assert left[-1] not in NOT_AT_END, lines


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("owners", OWNERS)
def test_no_heading_stands_alone_and_no_cell_is_overfull(name: str, owners: int, language: Language) -> None:
    for number, page in enumerate(laid_out(sheet(owners, name), language=language, name=name), 1):
        last = page.placed[-1].block
        assert not isinstance(last, Heading), f"page {number} ends with a heading"
        assert not last.keep_next, f"page {number} ends with what belongs to the next"
        floor = min(placed.top - placed.block.height(placed.width) for placed in page.placed)
        assert floor >= page.style.bottom * 72 / 25.4 - 1, f"page {number} runs over its foot"
        for placed in page.placed:
            if isinstance(placed.block, Grid):
                check_cells(placed.block, placed.width, number)


def check_cells(grid: Grid, width: float, page: int) -> None:
    """No set line is wider than its column; spans have the width of all their columns."""
    measured = grid.measured(width)
    assert sum(measured.widths) <= width + 0.1, page
    for rows, cells in ((grid.head, measured.head), (grid.rows, measured.rows)):
        for row, lines in zip(rows, cells, strict=True):
            column = 0
            for cell, block in zip(row, lines, strict=True):
                room = sum(measured.widths[column : column + cell.span]) - PAD_X - inset(grid.columns, column)
                column += cell.span
                for line in block:
                    assert line.width * measured.size <= room + 0.6, (page, cell.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_glyph_lies_on_its_page(name: str, language: Language) -> None:
    with pypdfium2.PdfDocument(document(name, 12, language)) as pdf:
        for page in pdf:
            width, height = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(index)
                assert -1 < left <= right < width - 10 or right == 0 or bottom > height - 20
                assert top <= height
                assert bottom > 10
            text.close()
            page.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_tagged_marked_and_titled(name: str, language: Language) -> None:
    content = document(name, language=language)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == ("ja-JP" if language is Language.JA else "en")
        suffix = design.texts("plan", language).say(f"documents.{name}")
        assert suffix in str(pdf.docinfo.Title)
        assert ("plan.json" in pdf.attachments) == (name == "plan")
    words = design.texts("plan", language)
    for text in pages_text(content):
        assert plain(words.say("plan.simulated")) in plain(text)


@pytest.mark.parametrize("owners", OWNERS)
def test_the_summary_has_two_pages_and_the_residents_one(owners: int) -> None:
    for language in LANGUAGES:
        assert len(pages_text(document("summary", owners, language))) <= 2
        assert len(pages_text(document("residents", owners, language))) == 1


def test_lists_come_out_in_reading_order_and_name_every_asset() -> None:
    text = plain("".join(pages_text(document("data"))))
    whole = listed(5)
    for row in whole.works:
        assert plain(row.number) in text
    for mesh in (row.mesh for row in whole.septic if row.mesh):
        assert mesh in text
    first = [text.index(plain(row.number)) for row in whole.works if row.owner == whole.members[0].code][::2]
    assert first == sorted(first), "rows stand in the order of the list"


def test_each_change_has_its_sheet_with_everything_that_was_asked() -> None:
    texts = [plain(text) for text in pages_text(document("data"))]
    for one in listed(5).choices:
        mine = [text for text in texts if f"{plain(one.subject.ja)}の判断調書" in text and "比べた方法" in text]
        wanted = one.verdict in ("change", "undecided") and one.kind not in ("lots", "engineers")
        assert bool(mine) == wanted, one.code
        if wanted:
            page = mine[0]
            for part in (one.proposal.ja, one.rule.ja, one.source, one.law and one.law.ja, "同意", "地元の住民"):
                assert part is None or plain(part) in page, part
            for value in (*one.inputs, *one.alternatives):
                assert plain(value.value.ja) in page


def test_an_edition_speaks_of_one_owner_only() -> None:
    whole = listed(5)
    mine, others = whole.members[-1], whole.members[:-1]
    text = plain("".join(pages_text(document("edition"))))
    assert plain(mine.name) in text
    for member in others:
        assert plain(member.name) not in text, member.name
    numbers = {row.number for row in whole.works if row.owner != mine.code}
    assert not [one for one in numbers if one in text]
    with pytest.raises(KeyError):
        edition(whole, "nobody")


def test_the_english_documents_have_no_japanese_of_their_own() -> None:
    for name in ("summary", "data"):
        text = "".join(pages_text(document(name, language=Language.EN)))
        words = set(re.findall(r"[ぁ-んァ-ヶ一-龥]+", text))
        known = msgspec_text(sheet(5, name))
        assert not [word for word in words if word not in known], name


def msgspec_text(whole: PlanSheet) -> str:
    """Return all text of a sheet that is not a translation: names, numbers and sources."""
    return msgspec.json.encode(whole).decode()
