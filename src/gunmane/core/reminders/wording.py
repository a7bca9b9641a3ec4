"""Messages in words: sentences of the catalogue or an owner's own, filled with what is known."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import date_text
from gunmane.core.errors import Fault
from gunmane.core.words import Language

LONGEST_TEXT = 4000
YEAR_DAYS = 365.25
EVERYWHERE = frozenset({"owner", "recipient", "today", "contact"})
"""Placeholders that every sentence may use."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Line(Struct, frozen=True, kw_only=True):
    """One item of a message; `days` after its last lawful day (negative: ahead)."""

    due: date
    days: int
    duty: str
    asset_class: str
    number: str
    name: str = ""
    basis: str = ""
    done_link: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """What a mail is written from; `total` items, of which `lines` are written out."""

    owner: str
    recipient: str
    contact: str
    today: date
    lines: Sequence[Line]
    total: int
    overdue: int
    duties: Sequence[tuple[str, int, int]] = ()  # name, items, of which overdue
    stale: int = 0  # of them overdue for more than `stale_years`: counted, not written out
    stale_years: int = 0
    unknown: int = 0
    simulated: bool = False
    acknowledge_link: str = ""
    unsubscribe_link: str = ""


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values in the place of `{name}`; what is no known name stays as it is, and a value is never read again."""
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)


def placeholders(text: str) -> set[str]:
    """Return the names that a sentence uses."""
    return set(_PLACEHOLDER.findall(text))


def faults(name: str, text: str, catalogue: Mapping[str, str]) -> list[Fault]:
    """List what keeps a sentence from taking the catalogue's place: an unknown name, unknown placeholders, length."""
    if name not in catalogue:
        return [Fault("text_unknown", "/name", {"name": name, "allowed": sorted(catalogue)})]
    allowed = placeholders(catalogue[name]) | EVERYWHERE
    found = [
        Fault("placeholder_unknown", "/text", {"name": one, "allowed": sorted(allowed)})
        for one in sorted(placeholders(text) - allowed)
    ]
    if len(text) > LONGEST_TEXT:
        found.append(Fault("too_long_or_short", "/text", {"reason": f"≤ {LONGEST_TEXT}"}))
    if name == "subject" and "\n" in text:
        found.append(Fault("wrong_value", "/text", {"reason": "line break"}))
    return found


def mail(given: Mail, texts: Mapping[str, str], language: Language) -> tuple[str, str]:
    """Return subject and plain text of a mail."""
    common = {
        "owner": given.owner, "recipient": given.recipient, "contact": given.contact,
        "today": date_text(given.today, language.value), "count": given.total, "overdue": given.overdue,
    }  # fmt: skip
    subject = fill(texts["subject_overdue" if given.overdue else "subject"], common)
    parts = [fill(texts["greeting"], common), fill(texts["lead"], common)]
    if given.simulated:
        subject = texts["simulated"] + subject
        parts.insert(0, texts["simulated"])
    if len(given.duties) > 1:
        parts.append(_summary(given.duties, texts, common))
    for head, late in (("head_overdue", True), ("head_ahead", False)):
        lines = [_line(one, texts, common, language) for one in given.lines if (one.days > 0) is late]
        if lines:
            parts.append("\n".join([fill(texts[head], common), *lines]))
    if (more := given.total - len(given.lines) - given.stale) > 0:
        parts.append(fill(texts["more"], {**common, "more": more}))
    if given.stale:
        parts.append(fill(texts["stale"], {**common, "count": given.stale, "years": given.stale_years}))
    if given.unknown:
        parts.append(fill(texts["unknown"], {**common, "unknown": given.unknown}))
    if given.acknowledge_link:
        parts.append(fill(texts["acknowledge"], {**common, "link": given.acknowledge_link}))
    if given.contact:
        parts.append(fill(texts["contact"], common))
    parts.append(fill(texts["footer"], common))
    if given.unsubscribe_link:
        parts.append(fill(texts["unsubscribe"], {**common, "link": given.unsubscribe_link}))
    return " ".join(subject.split()), "\n\n".join(parts) + "\n"


def _summary(duties: Sequence[tuple[str, int, int]], texts: Mapping[str, str], common: Mapping[str, object]) -> str:
    """Say how many items there are of each duty, the most first."""
    parts = [
        fill(
            texts["summary_overdue" if late else "summary_line"],
            {**common, "duty": duty, "count": n, "overdue": late},
        )
        for duty, n, late in sorted(duties, key=lambda one: (-one[1], one[0]))
    ]
    return "\n".join([fill(texts["summary"], common), *parts])


def when(days: int, texts: Mapping[str, str]) -> str:
    """Say how far a last day is: ahead, today, overdue; more than two years in full years."""
    if days > 2 * YEAR_DAYS:
        return fill(texts["when_overdue_years"], {"years": int(days / YEAR_DAYS)})
    name = "when_overdue" if days > 0 else "when_today" if days == 0 else "when_ahead"
    return fill(texts[name], {"days": abs(days)})


def _line(line: Line, texts: Mapping[str, str], common: Mapping[str, object], language: Language) -> str:
    values = {
        **common,
        "due": date_text(line.due, language.value),
        "when": when(line.days, texts),
        "duty": line.duty,
        "asset_class": line.asset_class,
        "number": line.number,
        "name": line.name,
        "basis": line.basis,
    }
    text = " ".join(fill(texts["line"], values).split()).replace(" .", ".")  # what is not known leaves no gap
    return text + ("\n" + fill(texts["line_done"], {"link": line.done_link}) if line.done_link else "")
