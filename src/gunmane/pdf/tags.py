"""The structure tree of a tagged PDF, recorded while pages are drawn (ISO 32000-1 §14.7, PDF/UA-1)."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of marked content: page index and number on that page."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class LinkMark:
    """A link annotation: page index and its place among the page's annotations."""

    page: int
    index: int


@dataclass(slots=True, eq=False)
class Node:
    """An element of the structure tree; `kind` is a standard structure type (H1, P, Table, TH, Figure, …)."""

    kind: str
    kids: list[Node | Mark | LinkMark] = field(default_factory=list["Node | Mark | LinkMark"])
    alt: str | None = None
    scope: str | None = None  # Column or Row, of a TH
    box: tuple[float, float, float, float] | None = None  # of a Figure: left, bottom, right, top on its page, points
    col_span: int = 1
    row_span: int = 1
    attached: bool = False

    def add(self, kid: Node) -> Node:
        """Append a child once; a block that was split over two pages stays one element."""
        if not kid.attached:
            kid.attached = True
            self.kids.append(kid)
        return kid


class Tags:
    """Marks content on the canvas and remembers what belongs to which element."""

    def __init__(self, canvas: Canvas) -> None:
        self.root = Node("Document")
        self.page = 0
        self._canvas = canvas
        self._next = 0
        self._open = False
        self._annotations = 0

    def next_page(self) -> None:
        """Begin to number the marks of the following page."""
        self.page += 1
        self._next = 0
        self._annotations = 0

    @contextmanager
    def content(self, node: Node) -> Generator[None]:
        """Mark what is drawn inside as content of `node`."""
        assert not self._open, "marked content must not be nested"
        self._open = True
        self._canvas.addLiteral(f"/{node.kind} <</MCID {self._next}>> BDC")
        node.kids.append(Mark(self.page, self._next))
        self._next += 1
        yield
        self._canvas.addLiteral("EMC")
        self._open = False

    @contextmanager
    def artifact(self) -> Generator[None]:
        """Mark what is drawn inside as decoration that a screen reader passes over; no-op inside content."""
        if self._open:
            yield
            return
        self._open = True
        self._canvas.addLiteral("/Artifact BMC")
        yield
        self._canvas.addLiteral("EMC")
        self._open = False

    def link(self, node: Node) -> None:
        """Remember that the annotation just made belongs to `node`."""
        node.kids.append(LinkMark(self.page, self._annotations))
        self._annotations += 1
