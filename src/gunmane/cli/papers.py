"""Files of a day plan, and how the actions of `schedule` read and refuse."""

import sys
from pathlib import Path

import msgspec

from gunmane import __version__
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.schedule.roster import DayPlan, Roster
from gunmane.core.words import Language
from gunmane.files.rosters import safety, texts

SOFTWARE = f"gunmane {__version__}"


def papers(roster: Roster, plan: DayPlan, language: Language) -> dict[str, bytes]:
    """Return the files of a day plan by name."""
    from gunmane.files import reminders
    from gunmane.files.rules import working_days
    from gunmane.files.workbooks import schedule_book
    from gunmane.pdf.daysheets import Words, day_sheets, gantt

    told, duties = texts(language.value), _duties(language)
    words = Words(told, duties, safety(), language, reminders.texts(language).classes)
    return {
        "days.json": msgspec.json.format(msgspec.json.encode(plan), indent=1) + b"\n",
        "day_sheets.pdf": day_sheets(roster, plan, words, SOFTWARE),
        "gantt.pdf": gantt(roster, plan, working_days(), words, SOFTWARE),
        "schedule.xlsx": schedule_book(roster, plan, told, duties, language.value),
    }


def _duties(language: Language) -> dict[str, str]:
    from gunmane.files.rules import rule_book

    book = rule_book()
    return (book.ja if language is Language.JA else book.en).duties


def read_bytes(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        values = {"message": error.strerror or str(error)}
        raise GunmaneError("bad_roster", [Fault("no_file", str(path), values)]) from error


def refuse(error: GunmaneError) -> int:
    for fault in error.faults:
        for language in ("ja", "en"):
            print(f"{fault.at or '/'}: {texts(language).bad[fault.code].format(**fault.values)}", file=sys.stderr)
    return 2
