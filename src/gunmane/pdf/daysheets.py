"""Day sheets and the Gantt chart of a day plan: what a team takes along, and what hangs on the wall."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from reportlab.pdfgen.canvas import Canvas

from gunmane.core.calendar import ONE_DAY, WorkingDays, date_text
from gunmane.core.schedule.roster import DayPlan, Person, Roster, Tour, Work
from gunmane.core.schedule.teams import duty, free_hours
from gunmane.core.schedule.wording import SafetyRow, Texts, clock, day_text, note_text
from gunmane.core.words import Language, SourceStatus
from gunmane.pdf import fonts, style
from gunmane.pdf.breaking import Line
from gunmane.pdf.charts.maps import Map, Shape
from gunmane.pdf.finish import Identity, finish
from gunmane.pdf.pen import Align, Pen
from gunmane.pdf.style import MM
from gunmane.pdf.tags import Node

MAP_HEIGHTS = (130.0, 205.0)
"""Lowest and highest map: the more places a tour has, the more room its table needs on the one sheet."""
PLACE_HEIGHT = 14.0
ROWS_A_PAGE = 26
COLUMNS = (("order", 20.0), ("time", 70.0), ("asset", 124.0), ("duty", 100.0), ("limit", 64.0), ("note", 0.0))
NIGHT = "#2B3A55"
COLOUR_OF = {"bridge": 0, "tunnel": 0, "road_structure": 0, "pavement": 1, "manhole": 3, "sewer_pipe": 3, "septic": 4}


class Words:
    """Everything that is said on the sheets, in one language."""

    def __init__(
        self, texts: Texts, duties: Mapping[str, str], safety: Sequence[SafetyRow], language: Language,
        classes: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.texts, self.duties, self.safety, self.language, self.classes = texts, duties, safety, language, classes


class _Pen(Pen):
    """Writes 〓 for a character that the typefaces lack: a team's sheet must not fail for a rare name."""

    footer = ""

    def text(
        self, x: float, y: float, text: str, size: float, *, face: str = "text", align: Align = "left",
        colour: str | None = None, halo: bool = False,
    ) -> float:  # fmt: skip
        return super().text(x, y, self._known(text, face), size, face=face, align=align, colour=colour, halo=halo)

    def wrapped(
        self, text: str, width: float, size: float, *, face: str = "text", phrases: bool = False
    ) -> list[Line]:
        return super().wrapped(self._known(text, face), width, size, face=face, phrases=phrases)

    def _known(self, text: str, face: str) -> str:
        held = self.faces[face]
        held.width(text)
        return "".join("〓" if char in held.missing else char for char in text) if held.missing else text


def day_sheets(roster: Roster, plan: DayPlan, words: Words, software: str) -> bytes:
    """One page for each tour, in order of day and team; equal plans give equal bytes."""
    pages = len(plan.tours)
    return _document(
        roster, words, software, words.texts.sheet["title"], "portrait",
        [lambda pen, tour=tour, number=number: _sheet(pen, roster, tour, words, number, pages)
         for number, tour in enumerate(plan.tours, 1)],
    )  # fmt: skip


def gantt(roster: Roster, plan: DayPlan, office: WorkingDays, words: Words, software: str) -> bytes:
    """People against days, as many pages as it takes."""
    groups = [roster.people[n : n + ROWS_A_PAGE] for n in range(0, len(roster.people), ROWS_A_PAGE)] or [()]
    return _document(
        roster, words, software, words.texts.sheet["gantt"], "landscape",
        [lambda pen, some=some, n=n: _gantt(pen, roster, plan, office, words, some, n, len(groups))
         for n, some in enumerate(groups, 1)],
    )  # fmt: skip


def _document(
    roster: Roster, words: Words, software: str, title: str, page: str, drawings: Sequence[Callable[[Pen], None]]
) -> bytes:
    faces, look, output = fonts.load(), style.load(), io.BytesIO()
    canvas = Canvas(
        output, pagesize=look.pages[page].size, invariant=1, pageCompression=0, lang=words.language.value,
        initialFontName=faces["text"].name, initialFontSize=10,  # pyright: ignore[reportArgumentType]
    )  # fmt: skip
    pen = _Pen(canvas, faces, look)
    for draw in drawings:
        _banner(pen, roster, words, page)
        draw(pen)
        canvas.showPage()
        pen.tags.next_page()
    if not drawings:
        canvas.showPage()
    canvas.save()
    identity = Identity(
        title=f"{title} {roster.region}", author=roster.region, subject=title, keywords="", creator=software,
        language="ja-JP" if words.language is Language.JA else "en", day=roster.first,
    )  # fmt: skip
    return finish(output.getvalue(), pen.tags.root, identity, {})


def _banner(pen: Pen, roster: Roster, words: Words, page: str) -> None:
    if roster.simulated:
        colours, (width, height) = pen.style.colours, pen.style.pages[page].size
        with pen.tags.artifact():
            pen.rect(0, height - 17, width, 17, fill=colours.banner)
            pen.text(
                width / 2, height - 12, words.texts.sheet["simulated"], 8.5, face="bold", align="centre",
                colour=colours.stamp,
            )  # fmt: skip


def _room(pen: Pen, roster: Roster, words: Words, y: float, need: float) -> float:
    """Return where to go on: `y`, or the top of a further page where what follows would not fit."""
    look = pen.style.pages["portrait"]
    if y - need > 16 * MM:
        return y
    _foot(pen, roster)
    pen.canvas.showPage()
    pen.tags.next_page()
    _banner(pen, roster, words, "portrait")
    if isinstance(pen, _Pen) and not pen.footer.endswith(words.texts.sheet["continued"]):
        pen.footer += words.texts.sheet["continued"]
    return look.size[1] - 62


def _foot(pen: Pen, roster: Roster) -> None:
    look = pen.style.pages["portrait"]
    left, width = look.left * MM, look.text_width
    with pen.tags.artifact():
        pen.text(left + width, 11 * MM, pen.footer if isinstance(pen, _Pen) else "", 8, align="right")
        pen.text(left, 11 * MM, roster.region, 8, colour=pen.style.colours.soft)


def _night_texts(roster: Roster, tour: Tour, words: Words) -> tuple[str, str]:
    """Say that it is a night shift, and until when the team rests."""
    rules, language = roster.rules.night, words.language.value
    day, minute = divmod(tour.back + rules.rest_min, 1440)
    rest = f"{day_text(tour.day + ONE_DAY * day, language)} {clock(minute)}"
    said = words.texts.sheet
    until = said["rest_line"].format(rest=rest, hours=rules.rest_min / 60)
    if rules.status is SourceStatus.UNVERIFIED:
        until += said["unverified"]
    return said["night_line"].format(day=day_text(tour.day, language)), until


def _sheet(pen: Pen, roster: Roster, tour: Tour, words: Words, number: int, pages: int) -> None:
    look, texts, language = pen.style.pages["portrait"], words.texts.sheet, words.language.value
    left, width = look.left * MM, look.text_width
    y = look.size[1] - 62
    if isinstance(pen, _Pen):
        pen.footer = texts["page"].format(page=number, pages=pages)
    works = {work.id: work for work in roster.work}
    people = {person.code: person for person in roster.people}
    team = [people[code] for code in tour.people]
    node = pen.tags.root.add(Node("Sect"))
    _line(pen, node, "H1", left, y, f"{texts['title']}  {day_text(tour.day, language)}", 15, face="bold")
    names = "、".join(person.name or person.code for person in team)
    cars = "、".join(tour.cars) or texts["none"]
    y -= 20
    _line(pen, node, "P", left, y, f"{texts['team']}: {names}    {texts['cars']}: {cars}", 10.5)
    y -= 16
    hours = texts["hours"].format(
        start=clock(tour.start),
        back=clock(tour.back),
        drive=tour.drive,
        count=len(tour.stops),
        by=texts["by_straight" if roster.travel is None else "by_roads"],
    )
    _line(pen, node, "P", left, y, hours, 10)
    if tour.night:
        for text in _night_texts(roster, tour, words):
            y -= 14
            _line(pen, node, "P", left, y, text, 9.5, face="bold")
    phones = "、".join(person.phone for person in team if person.phone)
    if phones:
        y -= 14
        _line(pen, node, "P", left, y, f"{texts['phone']}: {phones}", 9.5)
    height = min(max(MAP_HEIGHTS[1] - PLACE_HEIGHT * max(0, len(tour.stops) - 3), MAP_HEIGHTS[0]), MAP_HEIGHTS[1])
    y -= 10 + height
    figure = node.add(Node("Figure", alt=f"{texts['route']}: {names}"))
    with pen.tags.content(figure):
        _map(pen, tour, team[0], works, words, left, y, (width, height))
    y = _table(pen, node, roster, tour, works, words, left, y - 16, width)
    _safety(pen, node, roster, tour, works, words, left, y - 12, width)
    _foot(pen, roster)


def _line(pen: Pen, node: Node, kind: str, x: float, y: float, text: str, size: float, face: str = "text") -> None:
    with pen.tags.content(node.add(Node(kind))):
        pen.text(x, y, text, size, face=face)


def _map(
    pen: Pen, tour: Tour, lead: Person, works: Mapping[str, Work], words: Words, x: float, y: float,
    size: tuple[float, float],
) -> None:  # fmt: skip
    places = [works[stop.works[0]].place for stop in tour.stops]
    texts = words.texts.sheet
    way = [lead.base, *places, lead.base]
    pins = [(texts["base"], *lead.base), *((str(n), *place) for n, place in enumerate(places, 1))]
    drawn = Map(
        shapes=[Shape(way, 3)], areas=(), pins=pins, legend=("", "", texts["route"], "", "", ""),
        legend_title=texts["legend"], north=texts["north"], outside="", fill=0.76,
    )  # fmt: skip
    drawn.draw(pen, x, y, *size)


def _table(
    pen: Pen, node: Node, roster: Roster, tour: Tour, works: Mapping[str, Work], words: Words,
    left: float, top: float, width: float,
) -> float:  # fmt: skip
    """Stops in order with times; returns the lower edge."""
    size, leading = 8.2, 11.4
    fixed = sum(wide for _, wide in COLUMNS)
    columns = [(key, wide or width - fixed) for key, wide in COLUMNS]
    table = node.add(Node("Table"))
    y = _row(pen, table, "TH", left, top, columns, [words.texts.columns[key] for key, _ in columns], size, leading)
    for number, stop in enumerate(tour.stops, 1):
        for at, code in enumerate(stop.works):
            work = works[code]
            note = note_text(work, words.texts, tour.day)
            cells = [
                str(number) if at == 0 else "",
                f"{clock(stop.arrive)}–{clock(stop.leave)}" if at == 0 else "",
                f"{work.name}({roster.owners.get(work.owner, work.owner)})",
                words.duties.get(work.duty, work.duty),
                work.last.isoformat() + ("" if work.last >= roster.first else words.texts.sheet["overdue"]),
                note or words.texts.sheet["none"],
            ]
            y = _room(pen, roster, words, y, 3 * leading)
            y = _row(pen, table, "TD", left, y, columns, cells, size, leading)
    return y


def _row(
    pen: Pen, table: Node, kind: str, left: float, top: float, columns: Sequence[tuple[str, float]],
    cells: Sequence[str], size: float, leading: float,
) -> float:  # fmt: skip
    row = table.add(Node("TR"))
    face = "bold" if kind == "TH" else "text"
    wrapped = [pen.wrapped(text, wide - 6, size, face=face) for text, (_, wide) in zip(cells, columns, strict=True)]
    height = max(len(lines) for lines in wrapped) * leading + 4
    with pen.tags.artifact():
        if kind == "TH":
            pen.rect(left, top - height, sum(wide for _, wide in columns), height, fill=pen.style.colours.head)
        pen.line([(left, top - height), (left + sum(wide for _, wide in columns), top - height)],
                 colour=pen.style.colours.grid)  # fmt: skip
    x = left
    for lines, (_, wide) in zip(wrapped, columns, strict=True):
        with pen.tags.content(row.add(Node(kind, scope="Column" if kind == "TH" else None))):
            pen.lines(lines, x + 3, top - 2, wide - 6, size, leading)
        x += wide
    return top - height


def _safety(
    pen: Pen, node: Node, roster: Roster, tour: Tour, works: Mapping[str, Work], words: Words, left: float,
    top: float, width: float,
) -> None:  # fmt: skip
    """Check lists of the classes met on the way, two columns of boxes."""
    classes = {works[code].asset_class for stop in tour.stops for code in stop.works}
    ja, y = words.language is Language.JA, top
    for row in words.safety:
        if not classes & set(row.classes):
            continue
        title = row.title_ja if ja else row.title_en
        basis = words.texts.sheet["basis"].format(basis=row.basis_ja if ja else row.basis_en)
        if row.status is SourceStatus.UNVERIFIED:
            basis += words.texts.sheet["unverified"]
        items = row.items_ja if ja else row.items_en
        y = _room(pen, roster, words, y, 30 + 9 * len(items)) - 12
        _line(pen, node, "H2", left, y, title, 9.5, face="bold")
        if pen.width(title, 9.5, "bold") + pen.width(basis, 7.2) > width - 12:
            y -= 9.5
        with pen.tags.content(node.add(Node("P"))):
            pen.text(left + width, y, basis, 7.2, align="right", colour=pen.style.colours.soft)
        y = _boxes(pen, node, items, left, y, width) - 4


def _boxes(pen: Pen, node: Node, items: Sequence[str], left: float, top: float, width: float) -> float:
    """Items with a box to tick, two beside each other; returns the lower edge."""
    half, y = width / 2, top
    wrapped = [pen.wrapped(text, half - 18, 8.2) for text in items]
    for pair in range(0, len(items), 2):
        lines = wrapped[pair : pair + 2]
        for column, one in enumerate(lines):
            with pen.tags.artifact():
                pen.rect(left + column * half + 1, y - 12.5, 7.5, 7.5, line=pen.style.colours.ink)
            with pen.tags.content(node.add(Node("P"))):
                pen.lines(one, left + column * half + 13, y - 3.5, half - 18, 8.2, 10.6)
        y -= max(len(one) for one in lines) * 10.6 + 2.5
    return y


def _gantt(
    pen: Pen, roster: Roster, plan: DayPlan, office: WorkingDays, words: Words, people: Sequence[Person],
    number: int, pages: int,
) -> None:  # fmt: skip
    look, texts, colours = pen.style.pages["landscape"], words.texts.sheet, pen.style.colours
    left, width, top = look.left * MM, look.text_width, look.size[1] - 56
    node = pen.tags.root.add(Node("Sect"))
    span = f"{date_text(plan.first, words.language.value)} – {date_text(plan.last, words.language.value)}"
    _line(pen, node, "H1", left, top, f"{texts['gantt']}  {span}", 14, face="bold")
    _line(pen, node, "P", left, top - 15, texts["gantt_note"], 8.5)
    days = [plan.first + ONE_DAY * n for n in range((plan.last - plan.first).days + 1)]
    names = 92.0
    cell, tall = (width - names) / len(days), min(24.0, (top - 80) / max(len(people), 1))
    y = top - 52
    figure = node.add(Node("Figure", alt=texts["gantt"]))
    works = {work.id: work for work in roster.work}
    tours: dict[tuple[date, str], list[Tour]] = {}
    for tour in plan.tours:
        for code in tour.people:
            tours.setdefault((tour.day, code), []).append(tour)
    _fields(pen, words, left + width, top - 15, {works[code].asset_class for code in works})
    with pen.tags.content(figure):
        for at, day in enumerate(days):
            x = left + names + at * cell
            pen.text(x + cell / 2, y + 12, str(day.day), 7, face="number", align="centre")
            if at == 0 or day.day == 1:
                pen.text(x, y + 21, f"{day.year}-{day.month:02}", 7, face="bold")
            if not office.is_open(day):
                pen.rect(x, y - tall * len(people) + 8, cell, tall * len(people), fill="#E6E6E6")
        for row, person in enumerate(people):
            low = y - tall * (row + 1) + 8
            pen.text(left, low + tall / 2 - 3, person.name or person.code, 8)
            pen.line([(left, low), (left + width, low)], colour=colours.grid)
            for at, day in enumerate(days):
                x = left + names + at * cell
                hours = free_hours(roster, person, day, office)
                if office.is_open(day) and hours != duty(roster, person, night=False):
                    _away(pen, person, hours, x, low, cell, tall)
                mine = tours.get((day, person.code), [])
                for part, tour in enumerate(mine):
                    _box(pen, tour, works, x + part * cell / len(mine), low, cell / len(mine), tall)
    with pen.tags.artifact():
        pen.text(left + width, 9 * MM, texts["page"].format(page=number, pages=pages), 8, align="right")


def _box(pen: Pen, tour: Tour, works: Mapping[str, Work], x: float, low: float, cell: float, tall: float) -> None:
    """A tour in the colour of its first work's field, with places and hours."""
    shade = pen.style.colours.series[COLOUR_OF.get(works[tour.stops[0].works[0]].asset_class, 2)]
    fill, ink = (NIGHT, "#FFFFFF") if tour.night else ("#FFFFFF", None)
    pen.rect(x + 0.8, low + 1.5, cell - 1.6, tall - 3, fill=fill, line=shade, weight=1.2)
    pen.rect(x + 0.8, low + 1.5, 3, tall - 3, fill=shade)
    pen.text(x + cell / 2 + 1.5, low + tall / 2 + 1, str(len(tour.stops)), 7.5, face="number-bold", align="centre",
             colour=ink)  # fmt: skip
    pen.text(x + cell / 2 + 1.5, low + tall / 2 - 7, f"{(tour.back - tour.start) / 60:.1f}", 6, face="number",
             align="centre", colour=ink)  # fmt: skip


def _away(
    pen: Pen, person: Person, hours: tuple[int, int] | None, x: float, low: float, cell: float, tall: float
) -> None:
    """Hatch the part of a day on which somebody is away, from left to right as the hours go."""
    length = max(person.end_min - person.start_min, 1)
    free = (0.0, 0.0) if hours is None else tuple((minute - person.start_min) / length for minute in hours)
    for begin, end in ((0.0, free[0]), (free[1], 1.0)):
        if end - begin > 0.01:
            pen.hatch(x + begin * cell, low, (end - begin) * cell, tall, 1, pen.style.colours.soft)


def _fields(pen: Pen, words: Words, right: float, y: float, classes: set[str]) -> None:
    """Name the colours of the fields met, from the right edge."""
    names = {COLOUR_OF.get(one, 2): "" for one in sorted(classes)}
    for one in sorted(classes):
        said = words.classes.get(one, one)
        at = COLOUR_OF.get(one, 2)
        names[at] = f"{names[at]}・{said}" if names[at] else said
    x = right
    for shade, name in sorted(names.items(), reverse=True):
        x -= pen.width(name, 8) + 14
        with pen.tags.artifact():
            pen.rect(x, y - 0.5, 7, 7, fill=pen.style.colours.series[shade])
            pen.text(x + 10, y, name, 8)
