"""Day plans in words: what the checker found, and what would place a work."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import date_text
from gunmane.core.schedule.hours import DAY_MIN
from gunmane.core.schedule.roster import Left, Roster, Work
from gunmane.core.schedule.roster_check import Fault
from gunmane.core.words import SourceStatus


class SafetyRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A check list for some classes of assets, with its basis and how sure it is."""

    classes: tuple[str, ...]
    title_ja: str
    title_en: str
    items_ja: tuple[str, ...]
    items_en: tuple[str, ...]
    basis_ja: str
    basis_en: str
    status: SourceStatus


class Texts(Struct, frozen=True):
    """Sentences of one language, see data/texts/<language>/rosters.toml."""

    faults: dict[str, str]
    remedies: dict[str, str]
    bad: dict[str, str]
    sheet: dict[str, str]
    columns: dict[str, str]
    sheets: dict[str, str]


def fault_text(fault: Fault, texts: Texts) -> str:
    """Say what the checker found."""
    return texts.faults[fault.code].format(**{"by": "", "why": "", **fault.values})


def remedy_text(left: Left, roster: Roster, texts: Texts, language: str) -> str:
    """Say why a work is left out as the smallest change that would place it."""
    works: Mapping[str, Work] = {work.id: work for work in roster.work}
    work = works[left.work]
    names = {person.code: person.name or person.code for person in roster.people}
    values = {
        "minutes": left.minutes,
        "need": work.minutes,
        "first": date_text(work.first, language),
        "car": work.car,
        "crew": work.crew,
        "wanted": ", ".join(work.qualifications),
        "day": date_text(left.day, language) if left.day else "",
        "people": ("・" if language == "ja" else ", ").join(names[code] for code in left.people),
    }
    codes = left.code.split("+")
    if codes in (["nobody"], ["not_worth"]):
        return texts.remedies[codes[0]].format(**values)
    changes = ("、" if language == "ja" else ", ").join(texts.remedies[code].format(**values) for code in codes)
    sentence = "change" if left.people else "change_alone"
    return texts.remedies[sentence].format(changes=changes, **values) if left.day else changes


def note_text(work: Work, texts: Texts, day: date) -> str:
    """Whom to call, and what the permits of a day say: reason and hours."""
    said = [work.contact] if work.contact else []
    for span in (one for one in work.only if one.first <= day <= one.last):
        hours = f" {clock(span.start_min or 0)}–{clock(span.end_min or DAY_MIN)}" if not span.whole else ""
        said.append(f"{span.reason}{hours}".strip())
    for span in work.never:
        if not span.whole and span.first <= day <= span.last:
            hours = f"{clock(span.start_min or 0)}–{clock(span.end_min or DAY_MIN)}"
            said.append(texts.sheet["not_at"].format(hours=hours, reason=span.reason))
    return "、".join(dict.fromkeys(one for one in said if one))


def travel_text(roster: Roster, texts: Texts) -> str:
    """Say from what the driving was reckoned: the road network (and which share of the ways) or coordinates."""
    rules = roster.rules
    values = {"speed": f"{rules.speed_km_h:g}", "detour": f"{rules.detour:g}"}
    if roster.travel is None:
        return texts.sheet["travel_straight"].format(**values)
    share = f"{100 * roster.travel.share:.1f}"
    return texts.sheet["travel_roads"].format(source=roster.travel.source, share=share, **values)


def clock(minutes: int) -> str:
    """Write minutes from midnight as 8:30; after the next midnight as 25:30, as night work is timed in Japan."""
    return f"{minutes // 60}:{minutes % 60:02}"


WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def day_text(day: date, language: str) -> str:
    """Write a day with its weekday: 令和8(2026)年11月25日(水)."""
    return f"{date_text(day, language)}({WEEKDAYS[language][day.weekday()]})"
