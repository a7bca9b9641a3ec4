"""Letters in window envelopes, one page each, and a last page of those whose address is not known."""

import io
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from gunmane.core.words import SourceStatus
from gunmane.pdf import fonts, style
from gunmane.pdf.finish import Identity, finish
from gunmane.pdf.pen import Pen
from gunmane.pdf.style import MM
from gunmane.pdf.tags import Node
from gunmane.resources import folder

WIDTH, HEIGHT = A4

LISTED = 140
"""Numbers on one page of the list."""


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the address must stand."""

    left: float
    top: float
    width: float
    height: float


class Folds(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the sheet is folded."""

    marks: tuple[float, ...]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the rest stands."""

    left: float
    right: float
    sender_top: float
    title_top: float
    label_width: float


class Layout(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `reports/letter.toml`; millimetres, type in points."""

    status: SourceStatus
    font_size: float
    leading: float
    window: Window
    folds: Folds
    body: Body


class Letter(Struct, frozen=True, kw_only=True):
    """One letter in words; `number` names it where it cannot be printed, `rows` are the facts with their labels."""

    number: str
    address: str
    addressee: str
    sender: str
    dated: str
    title: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    mark: str = ""


class Unposted(Struct, frozen=True, kw_only=True):
    """The last page: letters that cannot be posted, by number, with a sentence for each reason."""

    title: str
    no_address: str
    not_printable: str
    numbers: tuple[str, ...] = ()  # those without an address


def layout() -> Layout:
    """Read the layout."""
    return msgspec.toml.decode((folder("reports") / "letter.toml").read_bytes(), type=Layout)


def draw(letters: Sequence[Letter], rest: Unposted, identity: Identity) -> bytes:
    """Return letters as PDF, one page each; equal letters give equal bytes.

    A letter whose characters the typefaces lack, or whose address does not fit its window, is not printed wrongly: it
    is listed on the last page, as are those without an address. Raises GunmaneError `fonts_missing`.
    """
    made = _Drawing(layout())
    bad: list[str] = []
    for letter in letters:
        if made.printable(letter):
            made.letter(letter)
        else:
            bad.append(letter.number)
    made.listing(rest.title, [(rest.no_address, rest.numbers), (rest.not_printable, tuple(bad))])
    made.pen.canvas.save()
    return finish(made.output.getvalue(), made.pen.tags.root, identity, {})


class _Drawing:
    def __init__(self, given: Layout) -> None:
        self.layout = given
        self.faces = fonts.load()
        self.output = io.BytesIO()
        canvas = Canvas(
            self.output, pagesize=A4, invariant=1, pageCompression=1,
            initialFontName=self.faces["text"].name,  # pyright: ignore[reportArgumentType]
        )  # fmt: skip
        self.pen = Pen(canvas, self.faces, style.load())
        self.pages = 0
        self._dry = False

    def printable(self, letter: Letter) -> bool:
        """Tell whether a letter has all its characters and fits its window and its page."""
        self._dry = True
        address, text = self._body(letter)
        self._dry = False
        lacking = [face for face in self.faces.values() if face.missing]
        for face in lacking:
            face.missing.clear()
        window = self.layout.window
        return not lacking and address <= window.top + window.height and text <= HEIGHT / MM - 12

    def letter(self, letter: Letter) -> None:
        """Draw one letter."""
        with self.pen.tags.artifact():
            for mark in self.layout.folds.marks:
                y = HEIGHT - mark * MM
                self.pen.line([(4 * MM, y), (9 * MM, y)], colour="#8A8A8A", weight=0.4)
            if letter.mark:
                x = WIDTH - self.layout.body.right * MM
                y = HEIGHT - 12 * MM
                self.pen.text(x, y, letter.mark, 9, face="bold", align="right", colour=self.pen.style.colours.stamp)
        self._body(letter)
        self._end()

    def _body(self, letter: Letter) -> tuple[float, float]:
        """Set address and text; return where each ends (millimetres from the top)."""
        body, size, window = self.layout.body, self.layout.font_size, self.layout.window
        top = self._text(letter.address, window.left, window.top, window.width, size)
        address = self._text(letter.addressee, window.left, top + 2, window.width, size * 1.15)
        left = window.left + window.width + 8
        side = WIDTH / MM - body.right - left
        top = self._text(letter.dated, left, body.sender_top, side, size)
        self._text(letter.sender, left, top + 2, side, size)
        width = WIDTH / MM - body.left - body.right
        top = self._text(letter.title, body.left, body.title_top, width, size * 1.4, face="bold", kind="H1") + 4
        for paragraph in letter.paragraphs:
            top = self._text(paragraph, body.left, top, width, size) + 3
        top += 3
        for label, text in letter.rows:
            below = self._text(label, body.left, top, body.label_width, size, face="bold")
            top = max(below, self._text(text, body.left + body.label_width, top, width - body.label_width, size))
            top += 1.5
        return address, top

    def listing(self, title: str, parts: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Draw the pages of letters that cannot be posted; an empty document gets one page all the same."""
        body, size = self.layout.body, self.layout.font_size
        width = WIDTH / MM - body.left - body.right
        for lead, numbers in parts:
            for start in range(0, len(numbers), LISTED):
                top = self._text(title, body.left, 20, width, size * 1.4, face="bold", kind="H1") + 4
                top = self._text(lead, body.left, top, width, size) + 4
                for place, number in enumerate(numbers[start : start + LISTED]):
                    column, row = divmod(place, LISTED // 4)
                    self._text(number[:24], body.left + column * width / 4, top + row * 6.2, width / 4 - 2, 9)
                self._end()
        if not self.pages:
            self._text(title, body.left, 20, width, size * 1.4, face="bold", kind="H1")
            self._end()

    def _end(self) -> None:
        self.pen.canvas.showPage()
        self.pen.tags.next_page()
        self.pages += 1

    def _text(
        self, text: str, left: float, top: float, width: float, size: float, *, face: str = "text", kind: str = "P"
    ) -> float:
        """Set text below `top`; return where it ends. All in millimetres."""
        if not text:
            return top
        leading = self.layout.leading * size / self.layout.font_size
        parts = text.split("\n")
        lines = [line for part in parts for line in self.pen.wrapped(part, width * MM, size, face=face)]
        if not self._dry:
            node = self.pen.tags.root.add(Node(kind))
            with self.pen.tags.content(node):
                self.pen.lines(lines, left * MM, HEIGHT - top * MM, width * MM, size, leading)
        return top + len(lines) * leading / MM
