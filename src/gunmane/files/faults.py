"""Faults and errors in words, from every catalogue."""

from functools import cache

from gunmane.core.errors import Fault, GunmaneError
from gunmane.files.reference import texts
from gunmane.resources import DATA

TABLES = ("faults", "errors", "problems", "flags", "warnings")
"""Tables of `data/texts/<language>/*.toml` whose keys are codes."""


@cache
def _catalogue() -> dict[str, tuple[str, str]]:
    """Every code with its Japanese and English text; the first catalogue in the order of names wins."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((DATA / "texts" / "ja").glob("*.toml")):
        for table, rows in texts(path.stem).items():
            if table in TABLES:
                for code, text in rows.items():
                    found.setdefault(code, (text.ja, text.en))
    return found


def _sentence(code: str, values: dict[str, object], language: str) -> str:
    pair = _catalogue().get(code)
    if pair is None:
        return " ".join([code, *(f"{name}={value}" for name, value in values.items())])
    template = pair[0 if language == "ja" else 1]
    try:
        return template.format(**values)
    except (KeyError, IndexError):
        return template


def said(problem: Fault | GunmaneError, language: str) -> str:
    """Say a fault, or an error with all its faults and their places, in `ja` or `en`."""
    if isinstance(problem, Fault):
        return _sentence(problem.code, problem.values, language)
    head = _sentence(problem.code, problem.values, language)
    lines = [f"  {fault.at}: {said(fault, language)}" for fault in problem.faults]
    return "\n".join([head, *lines])
