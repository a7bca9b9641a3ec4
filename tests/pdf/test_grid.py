"""Tables: pages with a few rows are spared, heading rows stand over their rows, texts get room before heads."""

import pytest

from gunmane.pdf import style
from gunmane.pdf.cells import Cell, Column
from gunmane.pdf.fonts import Face
from gunmane.pdf.grid import Grid
from gunmane.pdf.layout import Page, lay_out

WIDTH = 480.0


def table(faces: dict[str, Face], rows: list[list[Cell]], columns: int = 3) -> Grid:
    """A table of a text column and numbers."""
    head = [Cell(f"項目{number}") for number in range(columns)]
    kinds = [Column(head=True), *[Column("right", number=True) for _ in range(columns - 1)]]
    return Grid(None, kinds, [head], rows, faces=faces, style=style.load())


def plain_rows(count: int, columns: int = 3) -> list[list[Cell]]:
    return [[Cell(f"行{index}"), *[Cell("1,234")] * (columns - 1)] for index in range(count)]


def parts(pages: list[Page]) -> list[int]:
    return [len(placed.block.rows) for page in pages for placed in page.placed if isinstance(placed.block, Grid)]


@pytest.mark.usefixtures("faces")
def test_a_page_with_a_few_rows_is_spared(faces: dict[str, Face]) -> None:
    look = style.load()
    room = parts(lay_out([table(faces, plain_rows(300))], look))[0]
    assert parts(lay_out([table(faces, plain_rows(room + 4))], look)) == [room + 4]
    # More rows than any tighter setting takes are divided at the usual distance.
    assert parts(lay_out([table(faces, plain_rows(room + room // 2))], look)) == [room, room // 2]


def test_a_heading_row_stays_with_its_rows_and_is_shown_again_on_the_next_page(faces: dict[str, Face]) -> None:
    rows: list[list[Cell]] = []
    for group in range(5):
        rows += [[Cell(f"団体{group}", bold=True, span=3)], *plain_rows(9)]
    grid = table(faces, rows)
    heights = grid.measured(WIDTH).row_heights
    head = sum(grid.measured(WIDTH).head_heights)
    for end in range(4, 47):
        divided = grid.split(WIDTH, head + sum(heights[:end]) + 1)
        assert divided is not None
        first, rest = divided
        assert isinstance(first, Grid)
        assert isinstance(rest, Grid)
        assert not first.is_heading(len(first.rows) - 1), "a heading stands alone at the foot"
        assert rest.is_heading(0)
        shown = [row[0].text for row in first.rows] + [row[0].text for row in rest.rows[1 if rest.repeated else 0 :]]
        assert shown == [row[0].text for row in rows]
        if rest.repeated:
            assert rest.rows[0] == [row for row in first.rows if len(row) == 1][-1]


def test_names_are_set_in_one_line_before_heads_of_numbers_are(faces: dict[str, Face]) -> None:
    kinds = [Column(head=True, most=22), *[Column("right", number=True) for _ in range(8)]]
    head = [Cell("種類"), *[Cell(f"判定の割合{number}(%)") for number in range(8)]]
    grid = Grid(
        None, kinds, [head], [[Cell("処理場・ポンプ場等"), *[Cell("99.9")] * 8]], faces=faces, style=style.load()
    )
    measured = grid.measured(WIDTH)
    assert sum(measured.widths) == pytest.approx(WIDTH)
    assert len(measured.rows[0][0]) == 1
