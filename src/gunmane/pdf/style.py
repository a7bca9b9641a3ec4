"""The designs of the documents, read from `reports/*.toml`."""

from functools import cache

import msgspec
from msgspec import Struct

from gunmane.resources import folder

MM = 72 / 25.4


class PageStyle(Struct, frozen=True, forbid_unknown_fields=True):
    """A page: size and margins in millimetres."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width * MM, self.height * MM

    @property
    def text_width(self) -> float:
        """Width of the text area in points."""
        return (self.width - self.left - self.right) * MM

    @property
    def text_height(self) -> float:
        """Height of the text area in points."""
        return (self.height - self.top - self.bottom) * MM


class TypeStyle(Struct, frozen=True, forbid_unknown_fields=True):
    """Type sizes and line distances in points; leadings of headings and tables are factors."""

    body: float
    leading: float
    small: float
    small_leading: float
    table: float
    table_least: float
    table_leading: float
    caption: float
    heading: tuple[float, float, float]
    heading_leading: float


class Colours(Struct, frozen=True, forbid_unknown_fields=True):
    """Colours as #RRGGBB."""

    ink: str
    soft: str
    rule: str
    grid: str
    head: str
    band: str
    accent: str
    pale: str
    stamp: str
    banner: str
    series: tuple[str, ...]
    grades: tuple[str, ...]
    risk: tuple[str, ...]  # classes 1 to 5, then not rated
    columns: tuple[str, str, str, str]


class Style(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `reports/style.toml`."""

    pages: dict[str, PageStyle]
    type: TypeStyle
    colours: Colours


@cache
def load() -> Style:
    """Read the common style."""
    return msgspec.toml.decode((folder("reports") / "style.toml").read_bytes(), type=Style)
