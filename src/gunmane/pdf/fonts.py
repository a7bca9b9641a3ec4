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

    def __init__(self, name: str, font: TTFont) -> None:
        self.name = name
        self._glyphs = font.face.charToGlyph
        self._widths = {code: width / 1000 for code, width in font.face.charWidths.items()}
        self.missing: set[str] = set()

    def width(self, text: str) -> float:
        """Return the width of `text` in em and remember characters that the face lacks."""
        widths = self._widths
        total = 0.0
        for char in text:
            width = widths.get(ord(char))
            if width is None or ord(char) not in self._glyphs:
                self.missing.add(char)
                width = 1.0
            total += width
        return total


@cache
def load(folder: Path = STATIC / "fonts") -> dict[str, Face]:
    """Register the typefaces once and return them by role (`text`, `bold`, `number`, `number-bold`).

    Raises GunmaneError `fonts_missing` when set-up has not fetched them.
    """
    absent = [file for file in FILES.values() if not (folder / file).is_file()]
    if absent:
        raise GunmaneError("fonts_missing", [Fault("run_parts", at=file) for file in absent], folder=str(folder))
    faces: dict[str, Face] = {}
    for role, file in FILES.items():
        font = TTFont(f"gunmane-{role}", str(folder / file), shapable=False)
        pdfmetrics.registerFont(font)
        faces[role] = Face(font.fontName, font)
    return faces


def missing(faces: dict[str, Face]) -> str:
    """Return the characters that were measured since the last call and have no glyph, sorted; forget them."""
    found = sorted(set().union(*(face.missing for face in faces.values())))
    for face in faces.values():
        face.missing.clear()
    return "".join(found)
