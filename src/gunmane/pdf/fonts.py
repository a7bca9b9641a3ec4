"""The embedded typefaces: widths, missing characters, registration."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from gunmane.core.errors import Fault, GunmaneError
from gunmane.resources import STATIC

FILES = {
    "text": "BIZUDPGothic-Regular.ttf",
    "bold": "BIZUDPGothic-Bold.ttf",
    # digits of the proportional face differ in width; columns of numbers need equal ones
    "number": "BIZUDGothic-Regular.ttf",
    "number-bold": "BIZUDGothic-Bold.ttf",
}


class Face:
    """One registered typeface; `name` is its name in ReportLab."""

    def __init__(self, name: str, widths: dict[int, float]) -> None:
        self.name = name
        self._widths = widths  # em, of the characters that have a glyph
        self.missing: set[str] = set()

    def width(self, text: str) -> float:
        """Return the width of `text` in em and remember characters that the face lacks."""
        widths = self._widths
        total = 0.0
        for char in text:
            width = widths.get(ord(char))
            if width is None:
                self.missing.add(char)
                width = 1.0
            total += width
        return total


def load(folder: Path = STATIC / "fonts") -> dict[str, Face]:
    """Return the typefaces by role (`text`, `bold`, `number`, `number-bold`), a fresh set for each document.

    Raises GunmaneError `fonts_missing` when set-up has not fetched them.
    """
    absent = [file for file in FILES.values() if not (folder / file).is_file()]
    if absent:
        raise GunmaneError("fonts_missing", [Fault("run_parts", at=file) for file in absent], folder=str(folder))
    return {role: Face(name, widths) for role, (name, widths) in _register(folder).items()}


@cache
def _register(folder: Path) -> dict[str, tuple[str, dict[int, float]]]:
    """Make the typefaces known to ReportLab once and return their names there and their widths in em."""
    known: dict[str, tuple[str, dict[int, float]]] = {}
    for role, file in FILES.items():
        font = TTFont(f"gunmane-{role}", str(folder / file), shapable=False)
        pdfmetrics.registerFont(font)
        glyphs = font.face.charToGlyph
        widths = {code: width / 1000 for code, width in font.face.charWidths.items() if code in glyphs}
        known[role] = (font.fontName, widths)
    return known


def missing(faces: dict[str, Face]) -> str:
    """Return the characters that were measured and have no glyph, sorted."""
    return "".join(sorted(set().union(*(face.missing for face in faces.values()))))
