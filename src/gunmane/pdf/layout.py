"""Lays blocks out on pages: page templates, keeping together, splitting, running heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from gunmane.pdf.pen import Pen
from gunmane.pdf.style import MM, PageStyle, Style


class Block(Protocol):
    """Something that takes height on a page; lengths are points."""

    before: float
    after: float
    keep_next: bool
    chapter: str | None
    keys: tuple[str, ...]  # places that links and the contents point to

    def height(self, width: float) -> float:
        """Return the height at this width."""
        ...

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        """Return a part that fits into `room` and the rest, or None if there is no good place to divide."""
        ...

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw below `top`, adding to the structure tree at `pen.section`."""
        ...


@runtime_checkable
class Flexible(Protocol):
    """A block that can be drawn a little smaller to fill what is left of a page."""

    def shrunk(self, width: float, room: float) -> Block | None:
        """Return the block at most `room` high, or None if that would be too small."""
        ...


@runtime_checkable
class Tightenable(Protocol):
    """A block that can be set tighter, so that no page holds its last rows only."""

    def tighter(self) -> Iterator[Block]:
        """Return the block set tighter and tighter."""
        ...


SMALL_REST = 0.25
"""Share of a page that the last part of a divided block should at least fill."""


@dataclass(frozen=True)
class NewPage:
    """Begin a page, from here on with this template (None keeps it); no second empty page is made."""

    template: str | None = None


Item = Block | NewPage


@dataclass
class Placed:
    """A block with its place: x and top in points."""

    block: Block
    x: float
    top: float
    width: float


@dataclass
class Page:
    """A laid-out page."""

    template: str
    style: PageStyle
    placed: list[Placed] = field(default_factory=list[Placed])
    chapter: str = ""


def lay_out(story: Sequence[Item], style: Style) -> list[Page]:
    """Distribute the story over pages."""
    flow = _Flow(style)
    index = 0
    while index < len(story):
        item = story[index]
        if isinstance(item, NewPage):
            flow.turn(item.template)
            index += 1
            continue
        chain = _chain(story, index)
        flow.place(chain)
        index += len(chain)
    return [page for page in flow.pages if page.placed]


def _chain(story: Sequence[Item], index: int) -> list[Block]:
    """Return the block at `index` with all that must stand on the same page."""
    chain: list[Block] = []
    for item in story[index:]:
        if isinstance(item, NewPage):
            break
        chain.append(item)
        if not item.keep_next:
            break
    return chain


class _Flow:
    def __init__(self, style: Style) -> None:
        self.style = style
        self.template = "portrait"
        self.chapter = ""
        self.pages: list[Page] = []
        self.turn("portrait")

    def turn(self, template: str | None = None) -> None:
        """Begin a page, or give the still empty page another template."""
        self.template = template or self.template
        style = self.style.pages["landscape" if self.template == "landscape" else "portrait"]
        if self.pages and not self.pages[-1].placed:
            self.pages.pop()
        self.pages.append(Page(self.template, style, chapter=self.chapter))
        self.width = style.text_width
        self.y = style.size[1] - style.top * MM
        self.floor = style.bottom * MM

    def place(self, chain: list[Block]) -> None:
        """Place blocks that belong together, on a new page if their beginning does not fit."""
        heights = [block.height(self.width) for block in chain]
        fixed = sum(heights[:-1]) + sum(block.before + block.after for block in chain[:-1])
        last = chain[-1]
        room = self.y - self.floor - fixed - last.before
        if heights[-1] > room + 0.01 and self.pages[-1].placed:
            parts = last.split(self.width, room) if room > 0 else None
            smaller = last.shrunk(self.width, room) if room > 0 and isinstance(last, Flexible) else None
            if smaller is not None:
                last = smaller
            elif parts is None:
                self.turn()
        for block in chain[:-1]:
            self._put(block)
        self._put_divided(last)

    def _put_divided(self, block: Block) -> None:
        """Place a block, divided over as many pages as it needs."""
        block = self._without_small_rest(block)
        while True:
            room = self.y - self.floor - (block.before if self.pages[-1].placed else 0.0)
            if block.height(self.width) <= room + 0.01:
                self._put(block)
                return
            parts = block.split(self.width, room)
            if parts is None:
                if not self.pages[-1].placed:
                    self._put(block)  # higher than a page: nothing better can be done
                    return
                self.turn()
                continue
            self._put(parts[0])
            self.turn()
            block = parts[1]

    def _without_small_rest(self, block: Block) -> Block:
        """Return the block, set tighter where that spares a page with a few rows only."""
        pages, rest = self._parts(block)
        if pages == 1 or rest > SMALL_REST * self._full() or not isinstance(block, Tightenable):
            return block
        return next((one for one in block.tighter() if self._parts(one)[0] < pages), block)

    def _full(self) -> float:
        style = self.pages[-1].style
        return style.size[1] - style.top * MM - self.floor

    def _parts(self, block: Block) -> tuple[int, float]:
        """Return over how many pages a block would be divided from here, and the height of its last part."""
        room = self.y - self.floor - (block.before if self.pages[-1].placed else 0.0)
        count = 1
        while (height := block.height(self.width)) > room + 0.01:
            parts = block.split(self.width, room)
            if parts is None and room >= self._full() - 0.01:
                break
            count, room = count + 1, self._full()
            block = parts[1] if parts else block
        return count, height

    def _put(self, block: Block) -> None:
        page = self.pages[-1]
        if page.placed:
            self.y -= block.before
        if block.chapter is not None:
            self.chapter = page.chapter = block.chapter
        page.placed.append(Placed(block, page.style.left * MM, self.y, self.width))
        self.y -= block.height(self.width) + block.after
