"""The plan document: seconds and pages a second, against ReportLab's own Platypus with the same text and tables.

Run: python -m tests.bench.bench_pdf [owners]   (default 12; every number is simulated)
"""

import io
import resource
import statistics
import sys
import time
from collections.abc import Callable

import msgspec
import pypdfium2
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table
from tests.examples_sheet import example

from gunmane.core.plan.findings import MapLayer, MapShape
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.words import AssetClass
from gunmane.pdf import fonts
from gunmane.pdf.plans import draw, drawn_lines

LIMIT = 10.0  # seconds for a document of a region of 12 owners


def pages(content: bytes) -> int:
    with pypdfium2.PdfDocument(content) as pdf:
        return len(pdf)


def rival(texts: list[str]) -> bytes:
    """The same words through Platypus: paragraphs and cells with its own Japanese line breaking, nothing else."""
    face = fonts.load()["text"].name
    style = ParagraphStyle("body", fontName=face, fontSize=10, leading=17, wordWrap="CJK")
    small = ParagraphStyle("cell", fontName=face, fontSize=8.5, leading=12, wordWrap="CJK")
    story = [Paragraph(text, style) for text in texts if len(text) > 30]
    cells = [Paragraph(text, small) for text in texts if len(text) <= 30]
    rows = [cells[index : index + 8] for index in range(0, len(cells) - 7, 8)]
    story.append(Table(rows))
    output = io.BytesIO()
    SimpleDocTemplate(output).build(story)
    return output.getvalue()


def crowded(sheet: PlanSheet) -> PlanSheet:
    """The same plan with 20,000 points on its maps."""
    shapes = tuple(
        MapShape(((139.0 + (index * 0.618) % 0.35, 36.0 + (index * 0.414) % 0.2),), index % 6)
        for index in range(5000)
    )
    classes = (AssetClass.BRIDGE, AssetClass.TUNNEL, AssetClass.SEPTIC, AssetClass.MANHOLE)
    layers = tuple(MapLayer(asset_class=one, shapes=shapes) for one in classes)
    return msgspec.structs.replace(sheet, layers=layers)


def measure(name: str, make: Callable[[], bytes]) -> float:
    times: list[float] = []
    content = b""
    for _ in range(5):
        start = time.perf_counter()
        content = make()
        times.append(time.perf_counter() - start)
    median, count = statistics.median(times), pages(content)
    print(f"{name:34} {count:3d} pages {median:6.2f} s {count / median:6.1f} pages/s {len(content) / 1e6:5.2f} MB")
    return median


def main() -> None:
    owners = int(sys.argv[1]) if len(sys.argv) > 1 else 12
    sheet = example(owners)
    draw(example(1))
    texts = ["".join(lines).replace("&", "&amp;").replace("<", "&lt;") for lines in drawn_lines(sheet)]
    own = measure(f"plan of {owners} owners (simulated)", lambda: draw(sheet))
    many = measure("the same with 20,000 points", lambda: draw(crowded(sheet)))
    other = measure("words alone through Platypus", lambda: rival([text for text in texts if text]))
    print(f"ratio to Platypus {own / other:.2f}; share of the limit of {LIMIT:.0f} s: {max(own, many) / LIMIT:.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
