"""Builds a document's story: numbered headings, paragraphs, tables and figures in one style and language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gunmane.core.plan.formats import band, day, fiscal, number, pick
from gunmane.core.plan.nouns import CLASSES
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Band, Text
from gunmane.core.words import AssetClass, Language
from gunmane.pdf.blocks import Heading, Panel, Para
from gunmane.pdf.breaking import Span
from gunmane.pdf.cells import Cell, Column, Labels
from gunmane.pdf.design import Catalogue, ColumnDesign, Design, TableDesign
from gunmane.pdf.figure import Chart, Figure
from gunmane.pdf.fonts import Face
from gunmane.pdf.grid import Grid
from gunmane.pdf.layout import Block, Item, NewPage
from gunmane.pdf.style import Style
from gunmane.pdf.tags import Node

Value = str | int | float | Band | Text | date | None


WIDE = "wide"
"""Key of a text that follows a row over all columns but the first."""


@dataclass
class Entry:
    """A line of the contents: level (1 and 2 headings; 0 table or figure), number, title, place."""

    kind: str  # heading | table | figure
    level: int
    number: str
    title: str
    key: str


@dataclass
class Story:
    """A document being written; `numbers` are those of the pass before, so that text can refer ahead."""

    sheet: PlanSheet
    language: Language
    design: Design
    texts: Catalogue
    style: Style
    faces: dict[str, Face]
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    items: list[Item] = field(default_factory=list[Item])
    entries: list[Entry] = field(default_factory=list[Entry])
    chapter_number: str = ""
    chapter_title: str = ""
    document: str = "plan"
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def say(self, name: str, **values: object) -> str:
        """Return a text of the catalogue."""
        return self.texts.say(name, **values)

    def pick(self, text: Text) -> str:
        """Return a text of the sheet in the document's language."""
        return pick(text, self.language)

    def number_of(self, key: str) -> str:
        """Return the printed number of a table, figure or section by its key."""
        return self.numbers.get(key, "?")

    def span(self, kind: str, first: str, last: str) -> str:
        """Return how the text refers to a run of tables or figures: 図2-2〜図2-9, or to the only one."""
        low, high = self.number_of(f"{kind}.{first}"), self.number_of(f"{kind}.{last}")
        return low if low == high else self.say("words.from_to", first=low, last=high)

    def owner(self, code: str) -> str:
        """Return an owner's name; the whole region for ""."""
        if not code:
            return self.say("words.region")
        return next((member.name for member in self.sheet.members if member.code == code), code)

    def name(self, asset_class: AssetClass) -> str:
        """Return a class's name."""
        return self.pick(CLASSES[asset_class])

    def fiscal(self, year: int) -> str:
        """Write a fiscal year."""
        return self.pick(fiscal(year))

    def day(self, value: date) -> str:
        """Write a day."""
        return self.pick(day(value))

    def source(self, kind: str) -> str:
        """Return the source line of a table or figure; simulated data say so."""
        text = self.say(f"sources.{kind}", day=self.day(self.sheet.facts.as_of))
        return text + (self.say("sources.simulated") if self.sheet.facts.simulated else "")

    # -- headings and text

    def chapter(self, key: str, *, numbered: bool, page: str) -> None:
        """Begin a chapter on a new page."""
        title = self.say(f"chapters.{key}", region=self.sheet.facts.region)
        number = ""
        if numbered:
            self._counts["chapter"] = self._counts.get("chapter", 0) + 1
            number = str(self._counts["chapter"])
        self.chapter_number, self.chapter_title = number, title
        self._counts["section"] = self._counts["table"] = self._counts["figure"] = 0
        self.items.append(NewPage(page))
        self._heading(1, number, title, f"chapter.{key}")

    def section(self, key: str, title: str) -> None:
        """Begin a section with its finding as heading."""
        number = ""
        if self.chapter_number:
            self._counts["section"] += 1
            number = f"{self.chapter_number}.{self._counts['section']}"
        self._heading(2, number, title, f"section.{key}")

    def subsection(self, key: str, title: str) -> None:
        """Begin a subsection without a number."""
        self._heading(3, "", title, f"sub.{key}")

    def _heading(self, level: int, number: str, title: str, key: str) -> None:
        size = self.style.type.heading[level - 1]
        chapter = None
        if level == 1:
            chapter = f"{number}　{title}" if number else title
        self.numbers[key] = number
        self.entries.append(Entry("heading", level, number, title, key))
        leading = size * self.style.type.heading_leading
        self.items.append(Heading(level, number, Span(title, self.faces["bold"]), key, size, leading, chapter))

    def para(self, text: str, *, bold: bool = False, keep_next: bool = False) -> None:
        """Add a paragraph of running text."""
        self.items.append(self.paragraph(text, bold=bold, keep_next=keep_next))

    def paragraph(self, text: str, *, bold: bool = False, keep_next: bool = False, small: bool = False) -> Para:
        """Make a paragraph of running text."""
        type_ = self.style.type
        return Para(
            [Span(text, self.faces["bold" if bold else "text"])],
            type_.small if small else type_.body,
            type_.small_leading if small else type_.leading,
            align="justify" if self.language is Language.JA else "left",
            after=2.0 if small else 6.0,
            keep_next=keep_next,
        )

    def bullets(self, texts: Sequence[str], *, numbered: bool = False, small: bool = False) -> list[Block]:
        """Make a list."""
        made: list[Block] = []
        whole = Node("L")
        for index, text in enumerate(texts):
            item = self.paragraph(text, small=small)
            label = f"{index + 1}." if numbered else "・" if self.language is Language.JA else "•"
            item.items, item.node = whole, Node("LI")
            item.label = Span(label, self.faces["bold" if numbered else "text"])
            item.indent = item.size * (1.9 if numbered else 1.1)
            item.after = 2.0 if small else 4.0
            made.append(item)
        return made

    def panel(self, title: str, blocks: Sequence[Block], *, warn: bool = False) -> None:
        """Add blocks on a coloured ground under a bold line."""
        colours = self.style.colours
        head = self.paragraph(title, bold=True)
        head.after = 3.0
        fill, edge = (colours.banner, colours.stamp) if warn else (colours.band, colours.accent)
        self.items.append(Panel([head, *blocks], fill=fill, edge=edge))

    def said(self, section: str, *, keep_next: bool = False) -> None:
        """Add the paragraphs that the rules wrote for a section."""
        for text in self.sheet.narrative.get(section, ()):
            self.para(self.pick(text), keep_next=keep_next)

    def finding(self, section: str) -> str:
        """Return a section's finding, or its plain title where the sheet has none."""
        text = self.sheet.findings.get(section)
        return self.pick(text) if text else self.say(f"sections.{section}")

    # -- tables and figures

    def labels(self, kind: str, key: str, title: str, unit: str, source: str) -> Labels:
        """Number a table or figure and enter it into the contents."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        count = self._counts[kind]
        word = self.say(f"front.{kind}s") if self.language is Language.JA else kind.capitalize()
        place = f"{self.chapter_number}-{count}" if self.chapter_number else f"0-{len(self._unnumbered(kind)) + 1}"
        label = f"{word}{place}" if self.language is Language.JA else f"{word} {place}"
        self.numbers[f"{kind}.{key}"] = label
        self.entries.append(Entry(kind, 0, label, title, f"{kind}.{key}"))
        return Labels(label, title, unit, source, self.say("words.continued"))

    def _unnumbered(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind and "0-" in entry.number]

    def table(
        self,
        key: str,
        rows: Sequence[Mapping[str, Value | Cell]],
        *,
        title: str | None = None,
        unit: str = "",
        source: str = "computed",
        note: str = "",
        name: str | None = None,
        design: TableDesign | None = None,
        heads: Mapping[str, str] | None = None,
        total_rows: int = 0,
    ) -> None:
        """Add a table designed in `reports/`; `name` tells tables of one design apart."""
        design = design or self.design.tables[key]
        shown = [
            one for one in design.columns if not one.optional or any(row.get(one.key) is not None for row in rows)
        ]
        labels = self.labels("table", name or key, title or self.say(f"tables.{key}"), unit, self._note(source, note))
        columns = [
            Column("right" if one.number else "left", number=one.number, head=one.head, most=one.most)
            for one in shown
        ]
        head = [Cell((heads or {}).get(one.key) or self._head(key, one.key)) for one in shown]
        body: list[list[Cell]] = []
        group: Value | Cell = None
        for row in rows:
            if design.group_rows and row.get(design.group_rows) != group:
                group = row[design.group_rows]
                heading = self.cell(group, shown[0])
                body.append([replace(heading, bold=True, span=len(shown), shade=self.style.colours.band)])
            body.append([self.cell(row.get(one.key), one) for one in shown])
            wide = row.get(WIDE)
            if isinstance(wide, str) and wide:
                body.append([body[-1][0], Cell(wide, span=len(shown) - 1)])
        self.items.append(
            Grid(
                labels, columns, [head], body, faces=self.faces, style=self.style, key=f"table.{name or key}",
                group_first=design.group_first, total_rows=total_rows,
            )
        )  # fmt: skip

    def _head(self, table: str, column: str) -> str:
        own = f"columns_{table}.{column}"
        return self.say(own if self.texts.has(own) else f"columns.{column}")

    def _note(self, source: str, note: str) -> str:
        text = self.source(source)
        if note:
            text += ("。" if self.language is Language.JA else ". ") + self.say(f"notes.{note}")
        return text if text.endswith(("。", ".")) else text + ("。" if self.language is Language.JA else ".")

    def cell(self, value: Value | Cell, column: ColumnDesign) -> Cell:
        """Write a value as its column asks."""
        if isinstance(value, Cell):
            return value
        if value is None:
            return Cell(self.say(f"words.{column.empty}"))
        if isinstance(value, Text):
            return Cell(self.pick(value))
        if isinstance(value, date):
            return Cell(self.day(value))
        if isinstance(value, Band):
            return Cell(band(value, self.language, column.decimals, column.scale))
        if isinstance(value, str):
            return Cell(value)
        return Cell(number(value / column.scale, column.decimals))

    def figure(
        self, key: str, chart: Chart, *, height: float | None = None, alt: str, title: str | None = None,
        unit: str = "", source: str = "computed", note: str = "", name: str | None = None, add: bool = True,
    ) -> Figure:  # fmt: skip
        """Make a figure and, unless told otherwise, add it."""
        title = title or self.say(f"figures.{key}")
        labels = self.labels("figure", name or key, title, unit, self._note(source, note))
        made = Figure(
            labels, chart, height or self.design.figures[key], alt, faces=self.faces, style=self.style,
            key=f"figure.{name or key}", least=self.design.flexible.get(key, 1.0),
        )  # fmt: skip
        if add:
            self.items.append(made)
        return made

    def empty(self) -> None:
        """Say that this section has nothing to show, and that this is no good news."""
        self.panel(self.say("words.unknown"), [self.paragraph(self.say("texts.empty"))], warn=True)
