"""Blocks of running text: headings, paragraphs, lists, panels, things side by side."""

from __future__ import annotations

from collections.abc import Sequence

from gunmane.pdf.breaking import Line, Span, set_lines
from gunmane.pdf.layout import Block, Flexible
from gunmane.pdf.pen import Align, Pen
from gunmane.pdf.tags import Node


class Para:
    """A paragraph; lines of Japanese are spread to the full width when `align` is "justify"."""

    chapter: str | None = None
    keys: tuple[str, ...] = ()

    def __init__(
        self,
        spans: Sequence[Span],
        size: float,
        leading: float,
        *,
        align: str = "left",
        colour: str | None = None,
        before: float = 0.0,
        after: float = 0.0,
        keep_next: bool = False,
        indent: float = 0.0,
        label: Span | None = None,
        items: Node | None = None,
    ) -> None:
        self.spans = spans
        self.size = size
        self.leading = leading
        self.align = align
        self.colour = colour
        self.before = before
        self.after = after
        self.keep_next = keep_next
        self.indent = indent
        self.label = label  # set in the indent before the first line
        self.node = Node("P") if items is None else Node("LI")
        self.items = items  # the list that this is an item of
        self._set: dict[float, list[Line]] = {}

    def lines(self, width: float) -> list[Line]:
        """Return the set lines at this width in points."""
        if width not in self._set:
            em = (width - self.indent) / self.size
            self._set[width] = set_lines(self.spans, em, justify=self.align == "justify")
        return self._set[width]

    def height(self, width: float) -> float:
        """Return the height in points."""
        return len(self.lines(width)) * self.leading

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Divide so that at least two lines stand on each side."""
        lines = self.lines(width)
        fits = min(int((room + 0.01) / self.leading), len(lines) - 2)
        if fits < 2:
            return None
        first, rest = self._part(width, lines[:fits]), self._part(width, lines[fits:])
        first.after = 0.0
        rest.label, rest.before = None, 0.0
        return first, rest

    def _part(self, width: float, lines: list[Line]) -> Para:
        part = Para(
            self.spans, self.size, self.leading, align=self.align, colour=self.colour, before=self.before,
            after=self.after, keep_next=self.keep_next, indent=self.indent, label=self.label, items=self.items,
        )  # fmt: skip
        part.node = self.node
        part._set[width] = lines
        return part

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the lines as one element."""
        parent = pen.section if self.items is None else pen.section.add(self.items)
        node = parent.add(self.node)
        align: Align = "right" if self.align == "right" else "centre" if self.align == "centre" else "left"
        if self.label is not None:
            with pen.tags.content(node.add(Node("Lbl"))):
                label = set_lines([self.label], 99)
                pen.lines(label, x, top, width, self.size, self.leading, colour=self.colour)
        with pen.tags.content(node if self.items is None else node.add(Node("LBody"))):
            pen.lines(
                self.lines(width), x + self.indent, top, width - self.indent, self.size, self.leading,
                align=align, colour=self.colour,
            )  # fmt: skip


class Heading:
    """A heading with its bookmark; level 1 begins a chapter and an element `Sect`."""

    def __init__(
        self, level: int, number: str, title: Span, key: str, size: float, leading: float, chapter: str | None = None
    ) -> None:
        self.level = level
        self.number = number
        self.title = title
        self.key = key
        self.keys = (key,)
        self.size = size
        self.leading = leading
        self.chapter = chapter
        self.keep_next = True
        self.before = (0.0, 16.0, 10.0)[level - 1]
        self.after = (12.0, 6.0, 4.0)[level - 1]
        self._set: dict[float, list[Line]] = {}

    @property
    def text(self) -> str:
        """Number and title, as in bookmarks and contents."""
        return f"{self.number}　{self.title.text}" if self.number else self.title.text

    def _indent(self) -> float:
        return (self.title.face.width(self.number) + 0.8) * self.size if self.number else 0.0

    def lines(self, width: float) -> list[Line]:
        """Return the set lines of the title."""
        if width not in self._set:
            room = (width - self._indent() - self._inset()) / self.size
            self._set[width] = set_lines([self.title], room, phrases=True)
        return self._set[width]

    def _inset(self) -> float:
        return 9.0 if self.level == 2 else 0.0

    def height(self, width: float) -> float:
        """Return the height in points."""
        return len(self.lines(width)) * self.leading + (7.0 if self.level == 1 else 0.0)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Never divided."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the heading, make its bookmark and, for a chapter, open a new section of the structure tree."""
        height = self.height(width)
        if self.level == 1:
            pen.section = pen.tags.root.add(Node("Sect"))
        colours = pen.style.colours
        with pen.tags.artifact():
            if self.level == 1:
                pen.line([(x, top - height), (x + width, top - height)], colour=colours.accent, weight=1.6)
            elif self.level == 2:
                pen.rect(x, top - height + 1, 3.2, height - 2, fill=colours.accent)
        pen.canvas.bookmarkHorizontal(self.key, 0, top + 6)
        pen.canvas.addOutlineEntry(self.text, self.key, self.level - 1, closed=self.level > 1)
        inset = self._inset()
        with pen.tags.content(pen.section.add(Node(f"H{self.level}"))):
            if self.number:
                number = set_lines([Span(self.number, self.title.face)], 99)
                pen.lines(number, x + inset, top, width, self.size, self.leading, colour=colours.accent)
            pen.lines(
                self.lines(width), x + inset + self._indent(), top, width, self.size, self.leading, colour=colours.ink
            )


class Space:
    """Empty height."""

    before = after = 0.0
    chapter: str | None = None
    keys: tuple[str, ...] = ()

    def __init__(self, height: float, *, keep_next: bool = False) -> None:
        self._height = height
        self.keep_next = keep_next

    def height(self, width: float) -> float:
        """Return the height in points."""
        return self._height

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Never divided."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw nothing."""


class Panel:
    """Blocks on a coloured ground, never divided."""

    chapter: str | None = None
    keys: tuple[str, ...] = ()
    keep_next = False

    def __init__(
        self, blocks: Sequence[Block], *, fill: str, edge: str, padding: float = 9.0, before: float = 4.0,
        after: float = 10.0,
    ) -> None:  # fmt: skip
        self.blocks = blocks
        self.fill = fill
        self.edge = edge
        self.padding = padding
        self.before = before
        self.after = after

    def height(self, width: float) -> float:
        """Return the height in points."""
        return stack_height(self.blocks, width - 2 * self.padding) + 2 * self.padding

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Never divided."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the ground and the blocks."""
        height = self.height(width)
        with pen.tags.artifact():
            pen.rect(x, top - height, width, height, fill=self.fill)
            pen.rect(x, top - height, 2.4, height, fill=self.edge)
        draw_stack(self.blocks, pen, x + self.padding, top - self.padding, width - 2 * self.padding)


class Beside:
    """Two or more stacks of blocks side by side, never divided."""

    chapter: str | None = None
    keys: tuple[str, ...] = ()
    keep_next = False

    def __init__(
        self, stacks: Sequence[Sequence[Block]], *, gap: float = 14.0, before: float = 0.0, after: float = 8.0
    ) -> None:
        self.stacks = stacks
        self.gap = gap
        self.before = before
        self.after = after

    def shrunk(self, width: float, room: float) -> Beside | None:
        """Return the same with every figure lower by what is missing, None if one would become too low."""
        missing = self.height(width) - room
        stacks: list[list[Block]] = []
        for stack in self.stacks:
            smaller: list[Block] = []
            for block in stack:
                shrunk = block
                if isinstance(block, Flexible):
                    made = block.shrunk(self._width(width), block.height(self._width(width)) - missing)
                    if made is None:
                        return None
                    shrunk = made
                smaller.append(shrunk)
            stacks.append(smaller)
        return Beside(stacks, gap=self.gap, before=self.before, after=self.after)

    def _width(self, width: float) -> float:
        return (width - self.gap * (len(self.stacks) - 1)) / len(self.stacks)

    def height(self, width: float) -> float:
        """Return the height in points."""
        return max(stack_height(stack, self._width(width)) for stack in self.stacks)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Never divided."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the stacks from left to right."""
        each = self._width(width)
        for index, stack in enumerate(self.stacks):
            draw_stack(stack, pen, x + index * (each + self.gap), top, each)


def stack_height(blocks: Sequence[Block], width: float) -> float:
    """Return the height of blocks under each other, without the space before the first and after the last."""
    height = 0.0
    for index, block in enumerate(blocks):
        height += block.height(width)
        if index:
            height += block.before
        if index + 1 < len(blocks):
            height += block.after
    return height


def draw_stack(blocks: Sequence[Block], pen: Pen, x: float, top: float, width: float) -> None:
    """Draw blocks under each other."""
    for index, block in enumerate(blocks):
        if index:
            top -= block.before
        block.draw(pen, x, top, width)
        top -= block.height(width) + block.after
