"""PDF/UA-1 as far as a machine can tell, read with a library that did not write the files: tags, names, alternatives.

veraPDF is no part of these tests (it needs Java); what it looks at in the structure is asked here one by one.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pikepdf
import pytest
from tests.examples_sheet import listed

from gunmane.core.plan.editions import edition
from gunmane.core.plan.wording import complete
from gunmane.core.words import Language
from gunmane.pdf.blocks import Beside, Panel, Para
from gunmane.pdf.figure import Figure
from gunmane.pdf.grid import Grid
from gunmane.pdf.plans import DOCUMENTS, draw, laid_out

pytestmark = pytest.mark.usefixtures("faces")
LANGUAGES = list(Language)


@cache
def document(name: str, language: Language) -> bytes:
    sheet = listed(3)
    shown = edition(sheet, sheet.members[0].code) if name == "edition" else sheet
    return draw(complete(shown), language=language, name=name)


def elements(node: pikepdf.Object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], pikepdf.Object]]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid, path)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield path, node
        if "/K" in node:
            yield from elements(node.K, (*path, str(node.S)[1:]))


PARENTS = {"TR": ("Table",), "TH": ("TR",), "TD": ("TR",), "LI": ("L",), "Lbl": ("LI",), "LBody": ("LI",)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_tree_keeps_the_rules_of_pdf_ua(name: str, language: Language) -> None:
    with pikepdf.open(io.BytesIO(document(name, language))) as pdf:
        assert str(pdf.Root.Lang).partition("-")[0] == language
        with pdf.open_metadata() as xmp:
            assert xmp["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert xmp["dc:title"] == str(pdf.docinfo.Title)
        level = 0
        for path, one in elements(pdf.Root.StructTreeRoot.K):
            kind = str(one.S)[1:]
            if kind in PARENTS:
                assert path[-1] in PARENTS[kind], (kind, path)
            if heading := re.fullmatch(r"H(\d)", kind):
                assert int(heading[1]) <= level + 1, "a level of headings is left out"
                level = int(heading[1])
            if kind == "TH":
                assert str(one.A.Scope) in ("/Column", "/Row")
            if kind == "Figure":
                left, bottom, right, top = (float(side) for side in one.A.BBox)
                assert left < right
                assert bottom < top
                assert str(one.A.O) == "/Layout"
            if kind == "Link":
                assert any(str(kid.get("/Type")) == "/OBJR" for kid in one.K if isinstance(kid, pikepdf.Dictionary))
        for page in pdf.pages:
            assert str(page.obj.Tabs) == "/S"
            for annotation in page.obj.get("/Annots", pikepdf.Array()):  # type: ignore[union-attr]
                assert "/StructParent" in annotation
                assert str(annotation.Contents)
            for font in page.obj.Resources.get("/Font", pikepdf.Dictionary()).values():  # type: ignore[union-attr]
                assert "/ToUnicode" in font, "text without characters cannot be read aloud"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_alternatives_are_sentences_of_their_own(name: str, language: Language) -> None:
    with pikepdf.open(io.BytesIO(document(name, language))) as pdf:
        said = [str(one.Alt) for _, one in elements(pdf.Root.StructTreeRoot.K) if str(one.S) == "/Figure"]
    assert said or name == "residents"
    for text in said:
        assert len(text) > (18 if language is Language.JA else 30), text
        assert not re.match(r"(図|Figure)\s*\d", text), "a number is no alternative"
    twice = [text for text, count in Counter(said).items() if count > 1 and re.search(r"\d", text)]
    assert not [text for text in twice if "地図" not in text and "map" not in text.lower()], (
        "one text for two figures"
    )


def numbers_of(text: str) -> set[str]:
    """Return every number of a table or figure that a text speaks of, runs (図2-2〜図2-9) with all between."""
    found = set(re.findall(r"[図表]\d-\d+", text))
    for kind, chapter, first, last in re.findall(r"([図表])(\d)-(\d+)〜\1\2-(\d+)", text):
        found |= {f"{kind}{chapter}-{count}" for count in range(int(first), int(last) + 1)}
    return found


def gather(block: object, told: set[str], printed: set[str]) -> None:
    """Collect the numbers that a block's text speaks of, and its own where it is a table or figure."""
    if isinstance(block, Para):
        told |= numbers_of("".join(span.text for span in block.spans))
    elif isinstance(block, Beside):
        for one in (one for stack in block.stacks for one in stack):
            gather(one, told, printed)
    elif isinstance(block, Panel):
        for one in block.blocks:
            gather(one, told, printed)
    elif isinstance(block, (Grid, Figure)) and block.labels is not None:
        printed.add(block.labels.number)


def test_every_table_and_figure_of_the_chapters_is_spoken_of_in_the_text() -> None:
    told, printed = set[str](), set[str]()
    for page in laid_out(complete(listed(5)), name="plan"):
        for placed in page.placed:
            gather(placed.block, told, printed)
    chapters = {one for one in printed if not one[1:].startswith("0-")}
    assert len(chapters) > 20
    assert chapters <= told, sorted(chapters - told)
