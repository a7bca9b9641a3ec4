"""Cover and contents."""

from __future__ import annotations

from gunmane.core.plan.values import PlanStatus
from gunmane.pdf.blocks import Beside, Para
from gunmane.pdf.breaking import Line, Span, set_lines
from gunmane.pdf.layout import Block, Item, NewPage
from gunmane.pdf.pen import Pen
from gunmane.pdf.story import Entry, Story
from gunmane.pdf.style import MM
from gunmane.pdf.tags import Node


def front(story: Story, entries: list[Entry]) -> list[Item]:
    """Return cover and contents for a story whose headings, tables and figures are known."""
    return [NewPage("cover"), Cover(story), NewPage("portrait"), *_contents(story, entries)]


class Cover:
    """The first page: title, members, dates, status."""

    before = after = 0.0
    keep_next = False
    chapter: str | None = ""
    keys: tuple[str, ...] = ()

    def __init__(self, story: Story) -> None:
        self.story = story

    def height(self, width: float) -> float:
        """Return the height of the text area of the cover."""
        return self.story.style.pages["portrait"].text_height

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Never divided."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw title block, members and facts from top to bottom."""
        story, facts = self.story, self.story.sheet.facts
        colours = pen.style.colours
        pen.section = pen.tags.root.add(Node("Sect"))
        with pen.tags.artifact():
            pen.rect(x, top - 118 * MM, 4, 96 * MM, fill=colours.accent)
        y = top - 30 * MM
        inner = x + 16
        room = width - 16
        title = [
            line
            for text in (facts.region, story.say("plan.name") + story.say(f"documents.{story.document}"))
            for line in pen.wrapped(text, room, 26, face="bold", phrases=True)
        ]
        with pen.tags.content(pen.section.add(Node("P"))):
            pen.lines(title, inner, y, room, 26, 40)
        y -= len(title) * 40 + 10
        y = self._words(pen, story.say("plan.subtitle"), inner, y, room, 13, colour=colours.soft)
        last = facts.first_year + facts.years - 1
        period = story.say(
            "plan.period", first=story.fiscal(facts.first_year), last=story.fiscal(last), years=facts.years
        )
        y = self._words(pen, period, inner, y - 8, room, 11.5)
        self._stamp(pen, x + width)
        names = "　".join(member.name for member in story.sheet.members)
        y = top - 136 * MM
        y = self._words(pen, story.say("plan.members"), inner, y, room, 10, colour=colours.soft)
        y = self._words(pen, names, inner, y, room, 12.5)
        y = min(y - 12, top - 178 * MM)
        lines = [
            story.say("plan.as_of", day=story.day(facts.as_of)),
            story.say("plan.version", version=facts.version)
            + ("　" + story.say("plan.decided_on", day=story.day(facts.decided_on)) if facts.decided_on else ""),
        ]
        if (made := story.sheet.approval) is not None:
            lines.append(story.say("plan.approved", meeting=made.meeting, title=made.title, by=made.decided_by))
        if facts.contact:
            lines.append(story.say("plan.contact", contact=facts.contact))
        for line in lines:
            y = self._words(pen, line, inner, y, room, 11)
        y -= 8
        if facts.status is PlanStatus.DRAFT:
            y = self._words(pen, story.say("plan.status_draft"), inner, y, room, 9.5, colour=colours.stamp)
        if facts.simulated:
            self._words(pen, story.say("plan.simulated"), inner, y, room, 12, face="bold", colour=colours.stamp)

    def _words(
        self, pen: Pen, text: str, x: float, top: float, width: float, size: float, *, face: str = "text",
        colour: str | None = None,
    ) -> float:  # fmt: skip
        lines = pen.wrapped(text, width, size, face=face)
        with pen.tags.content(pen.section.add(Node("P"))):
            pen.lines(lines, x, top, width, size, size * 1.6, colour=colour)
        return top - len(lines) * size * 1.6

    def _stamp(self, pen: Pen, right: float) -> None:
        """Draw the stamp of a draft."""
        if self.story.sheet.facts.status is not PlanStatus.DRAFT:
            return
        text = self.story.say("plan.draft")
        size = 26
        box = max(pen.width(text, size, "bold") + 22, 48)
        height = pen.style.pages["portrait"].size[1]
        with pen.tags.content(pen.section.add(Node("P"))):
            pen.rect(right - box, height - 46 * MM, box, 46, line=pen.style.colours.stamp, weight=2.4)
            pen.text(right - box / 2, height - 46 * MM + 13, text, size, face="bold", align="centre",
                     colour=pen.style.colours.stamp)  # fmt: skip


class Contents:
    """Lines of the contents with dotted leaders and links; `entries` in order."""

    before = 0.0
    after = 10.0
    keep_next = False
    chapter: str | None = None
    keys: tuple[str, ...] = ()

    def __init__(self, story: Story, entries: list[Entry]) -> None:
        self.story = story
        self.entries = entries
        self.node = Node("TOC")

    def _size(self, entry: Entry) -> float:
        return {1: 10.5, 2: 9.5}.get(entry.level, 8.5)

    def _indent(self, entry: Entry) -> float:
        return {1: 0.0, 2: 16.0}.get(entry.level, 0.0)

    def _lines(self, entry: Entry, width: float) -> list[Line]:
        face = self.story.faces["bold" if entry.level == 1 else "text"]
        text = f"{entry.number}　{entry.title}" if entry.number else entry.title
        size = self._size(entry)
        return set_lines([Span(text, face)], (width - self._indent(entry) - 42) / size)

    def _entry_height(self, entry: Entry, width: float) -> float:
        return len(self._lines(entry, width)) * self._size(entry) * 1.5 + (6.0 if entry.level == 1 else 0.6)

    def height(self, width: float) -> float:
        """Return the height in points."""
        return sum(self._entry_height(entry, width) for entry in self.entries)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Divide between entries, never after a chapter's own line."""
        used, cut = 0.0, 0
        for index, entry in enumerate(self.entries):
            used += self._entry_height(entry, width)
            if used > room:
                break
            if entry.level != 1:
                cut = index + 1
        if cut < 3 or cut >= len(self.entries):
            return None
        first, rest = Contents(self.story, self.entries[:cut]), Contents(self.story, self.entries[cut:])
        first.node = rest.node = self.node
        return first, rest

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw each entry with its leader, page number and link."""
        toc = pen.section.add(self.node)
        y = top
        for entry in self.entries:
            size, indent = self._size(entry), self._indent(entry)
            leading = size * 1.5
            lines = self._lines(entry, width)
            y -= 6.0 if entry.level == 1 else 0.6
            item = toc.add(Node("TOCI"))
            link = item.add(Node("Reference")).add(Node("Link"))
            left = x + indent
            bottom = y - len(lines) * leading
            base = bottom + leading - (leading - size) / 2 - 0.86 * size
            end = left + lines[-1].width * size + 5
            page = str(pen.page_of.get(entry.key, ""))
            digits = pen.width(page, size, "number")
            with pen.tags.artifact():
                if x + width - digits - 6 > end:
                    pen.line([(end, base + 2), (x + width - digits - 5, base + 2)], colour=pen.style.colours.rule,
                             weight=0.7, dash=(0.7, 2.6))  # fmt: skip
            with pen.tags.content(link):
                pen.lines(lines, left, y, width, size, leading)
                pen.text(x + width, base, page, size, face="number", align="right")
            pen.canvas.linkRect(entry.title, entry.key, (left, bottom, x + width, y), relative=0)
            pen.tags.link(link)
            y = bottom


def _contents(story: Story, entries: list[Entry]) -> list[Item]:
    """Return the contents, the lists of tables and figures, and how to read the document."""
    items: list[Item] = []
    items.append(_title(story, "front.contents", 19.0))
    items.append(Contents(story, [entry for entry in entries if entry.kind == "heading" and entry.level < 3]))
    items.append(_title(story, "front.reading", 11.0))
    price = story.say("front.price_unknown")
    if story.sheet.facts.base_price_year is not None:
        price = story.say("front.price_known", year=story.fiscal(story.sheet.facts.base_price_year))
    items += story.bullets(
        [text.format(price=price) for text in story.texts.items("front.reading_items")], small=True
    )
    lists: list[list[Block]] = []
    for kind in ("table", "figure"):
        found = [entry for entry in entries if entry.kind == kind]
        if found:
            lists.append([_title(story, f"front.{kind}s", 11.0), Contents(story, found)])
    width = story.style.pages["portrait"].text_width
    if (
        len(lists) == 2
        and (both := Beside(lists, before=10.0)).height(width) < story.style.pages["portrait"].text_height
    ):
        items.append(both)
    else:
        items += [block for stack in lists for block in stack]
    return items


def _title(story: Story, name: str, size: float) -> Para:
    return Para(
        [Span(story.say(name), story.faces["bold"])], size, size * 1.5, before=10.0, after=4.0, keep_next=True
    )
