"""Draws the plan document from its sheet."""

import io
from collections.abc import Callable

import msgspec
from reportlab.pdfgen.canvas import Canvas

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.sheet import PlanSheet, encode
from gunmane.core.plan.values import PlanStatus
from gunmane.core.plan.wording import complete
from gunmane.core.words import Language
from gunmane.pdf import design, fonts, style
from gunmane.pdf.finish import Identity, finish
from gunmane.pdf.front import front
from gunmane.pdf.layout import Page, lay_out
from gunmane.pdf.pen import Pen
from gunmane.pdf.sections import (
    basis,
    brief,
    cases,
    choices,
    conduct,
    lists,
    models,
    outlook,
    proposal,
    state,
    summary,
)
from gunmane.pdf.story import Story
from gunmane.pdf.style import MM

SECTIONS: dict[str, Callable[[Story], None]] = {
    "points": summary.points,
    "residents": summary.residents,
    "members": summary.members,
    "items": summary.items,
    "stock": state.stock,
    "age": state.age,
    "grades": state.grades,
    "due": state.due,
    "forecast": outlook.forecast,
    "risk": outlook.risk,
    "top": outlook.top,
    "compare": proposal.compare,
    "owners": proposal.owners,
    "programme": proposal.programme,
    "levelling": proposal.levelling,
    "budgets": proposal.budgets,
    "cases": cases.cases,
    "shares": cases.shares,
    "fairness": cases.fairness,
    "owner_indicators": cases.owner_indicators,
    "indicators": proposal.indicators,
    "steps": proposal.steps,
    "roles": conduct.roles,
    "reviews": conduct.reviews,
    "glossary": conduct.glossary,
    "assumptions": basis.assumptions,
    "models": models.models,
    "cards": models.cards,
    "quality": basis.quality,
    "provenance": basis.provenance,
    "choices": choices.choices,
    "overrides": choices.overrides,
    "choice_sheets": choices.sheets,
    "brief": brief.points,
    "brief_decisions": brief.decisions,
    "edition": brief.edition,
    "works": lists.works,
    "septic": lists.septic,
}
"""Sections by the keys that `reports/<name>.toml` puts in order."""

DOCUMENTS = ("plan", "summary", "residents", "edition", "data")
"""Designs in `reports/`: the plan, its summary, the residents' page, an owner's edition, the annex of lists."""


def draw(sheet: PlanSheet, *, language: Language = Language.JA, name: str = "plan") -> bytes:
    """Return a document of the plan as PDF; equal sheets give equal bytes. The plan has the sheet attached.

    Raises GunmaneError `fonts_missing` without the typefaces, `missing_glyphs` naming the characters that they
    lack, `table_too_wide` when a table cannot be set without cutting a word.
    """
    return _Drawing(sheet, language, name).run()[0]


def drawn_lines(sheet: PlanSheet, *, language: Language = Language.JA, name: str = "plan") -> list[list[str]]:
    """Return the lines of every paragraph, heading and cell as they are set; for checks of the typesetting."""
    return _Drawing(sheet, language, name).run()[1]


def laid_out(sheet: PlanSheet, *, language: Language = Language.JA, name: str = "plan") -> list[Page]:
    """Return the pages with their blocks in place; for checks of the typesetting."""
    return _Drawing(sheet, language, name).pages()[1]


class _Drawing:
    def __init__(self, sheet: PlanSheet, language: Language, name: str) -> None:
        self.sheet = complete(sheet)
        self.name = name
        self.design = design.load(name)
        self.language = language
        self.faces = fonts.load()
        self.style = style.load()
        self.texts = design.texts("plan", language)

    def run(self) -> tuple[bytes, list[list[str]]]:
        """Lay the document out, draw it, finish the file."""
        story, pages = self.pages()
        output = io.BytesIO()
        canvas = Canvas(
            output, pagesize=pages[0].style.size, invariant=1, pageCompression=0,
            initialFontName=self.faces["text"].name,  # pyright: ignore[reportArgumentType]
            initialFontSize=10, lang=self.language.value,
        )  # fmt: skip
        pen = Pen(canvas, self.faces, self.style)
        pen.pages = len(pages)
        for number, page in enumerate(pages, 1):
            for placed in page.placed:
                pen.page_of.update(dict.fromkeys(placed.block.keys, number))
                _inner_keys(placed.block, number, pen.page_of)
        for number, page in enumerate(pages, 1):
            self._draw_page(pen, page, number)
        canvas.save()
        self._check_glyphs()
        facts = self.sheet.facts
        title = self.texts.say("plan.title", region=facts.region) + self.texts.say(f"documents.{self.name}")
        first = story.fiscal(facts.first_year)
        identity = Identity(
            title=title + ("" if facts.status is PlanStatus.DECIDED else f"({self.texts.say('plan.draft')})"),
            author=facts.region, subject=self.texts.say("plan.subject", first=first, years=facts.years),
            keywords=self.texts.say("plan.keywords"), creator=facts.software,
            language="ja-JP" if self.language is Language.JA else "en", day=facts.decided_on or facts.as_of,
        )  # fmt: skip
        attached: dict[str, tuple[bytes, str]] = {}
        if self.design.attached:
            attached["plan.json"] = (encode(self.sheet), self.texts.say("plan.attachment"))
        return finish(output.getvalue(), pen.tags.root, identity, attached), pen.drawn

    def pages(self) -> tuple[Story, list[Page]]:
        """Write the story twice (the second knows all numbers) and lay it out."""
        story = self._write({})
        story = self._write(story.numbers)
        before = front(story, story.entries) if self.design.front else []
        return story, lay_out([*before, *story.items], self.style)

    def _write(self, numbers: dict[str, str]) -> Story:
        plan = self.design
        story = Story(self.sheet, self.language, plan, self.texts, self.style, self.faces, numbers)
        story.document = self.name
        for chapter in plan.chapters:
            story.chapter(chapter.key, numbered=chapter.numbered, page=chapter.page)
            for section in chapter.sections:
                SECTIONS[section](story)
        return story

    def _draw_page(self, pen: Pen, page: Page, number: int) -> None:
        pen.canvas.setPageSize(page.style.size)
        self._furniture(pen, page, number)
        for placed in page.placed:
            placed.block.draw(pen, placed.x, placed.top, placed.width)
        pen.canvas.showPage()
        pen.tags.next_page()

    def _furniture(self, pen: Pen, page: Page, number: int) -> None:
        """Draw what repeats on every page, as artifacts: banner, running heads, stamp, footer."""
        facts, colours = self.sheet.facts, self.style.colours
        width, height = page.style.size
        left, right = page.style.left * MM, width - page.style.right * MM
        with pen.tags.artifact():
            if facts.simulated:
                pen.rect(0, height - 17, width, 17, fill=colours.banner)
                pen.text(width / 2, height - 12, self.texts.say("plan.simulated"), 8.5, face="bold", align="centre",
                         colour=colours.stamp)  # fmt: skip
            if page.template == "cover":
                return
            level = height - 17 * MM
            stamp = 0.0
            if facts.status is PlanStatus.DRAFT:
                text = self.texts.say("plan.draft")
                stamp = pen.width(text, 9, "bold") + 10
                pen.rect(right - stamp, level - 4, stamp, 15, line=colours.stamp, weight=1.1)
                pen.text(right - stamp / 2, level, text, 9, face="bold", align="centre", colour=colours.stamp)
                stamp += 8
            room = right - left - stamp - pen.width(page.chapter, 8) - 24
            title = pen.wrapped(self.texts.say("plan.title", region=facts.region), room, 8)
            if not page.chapter.startswith(self.texts.say("plan.title", region=facts.region)):
                pen.text(left, level, title[0].text + ("…" if len(title) > 1 else ""), 8, colour=colours.soft)
            pen.text(right - stamp, level, page.chapter, 8, align="right", colour=colours.soft)
            pen.line([(left, level - 7), (right, level - 7)], colour=colours.rule, weight=0.5)
            story_day = self.texts.say("plan.footer", version=self.texts.say("plan.version", version=facts.version),
                                       day=facts.as_of.isoformat(), run=facts.run_id)  # fmt: skip
            foot = 11 * MM
            pen.line([(left, foot + 12), (right, foot + 12)], colour=colours.grid, weight=0.5)
            pen.text(left, foot, story_day, 7.5, colour=colours.soft)
            pen.text(right, foot, self.texts.say("plan.page", page=number, pages=pen.pages), 8.5, face="number",
                     align="right")  # fmt: skip

    def _check_glyphs(self) -> None:
        lacking = fonts.missing(self.faces)
        if lacking:
            faults = [
                Fault("missing_glyph", at=self._where(char), values={"character": char, "code": f"U+{ord(char):04X}"})
                for char in lacking
            ]
            raise GunmaneError("missing_glyphs", faults, characters=lacking)

    def _where(self, char: str) -> str:
        """Return the JSON Pointer of the first text of the sheet that holds a character, "" if none does."""
        found = _search(msgspec.to_builtins(self.sheet), char, "")
        return found or ""


def _search(node: object, char: str, path: str) -> str | None:
    if isinstance(node, str):
        return path if char in node else None
    pairs: list[tuple[object, object]] = []
    if isinstance(node, dict):
        pairs = [(key, value) for key, value in node.items()]  # pyright: ignore[reportUnknownVariableType]
    elif isinstance(node, list | tuple):
        pairs = [(index, value) for index, value in enumerate(node)]  # pyright: ignore[reportUnknownVariableType]
    for key, value in pairs:
        found = _search(value, char, f"{path}/{key}")
        if found is not None:
            return found
    return None


def _inner_keys(block: object, number: int, page_of: dict[str, int]) -> None:
    """Note the pages of figures that stand side by side."""
    for stack in getattr(block, "stacks", ()):
        for inner in stack:
            page_of.update(dict.fromkeys(inner.keys, number))
