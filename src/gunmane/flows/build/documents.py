"""Writes what goes with the plan: summary, residents' page, owners' editions, annex, workbook, geographic package.

Everything is drawn from the stored sheet alone, so that a repeated build writes the same bytes without computing.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from gunmane.core.plan.editions import edition
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.wording import complete
from gunmane.core.words import Language
from gunmane.files.deliveries import write_package, write_workbook
from gunmane.flows.build.compute import Report
from gunmane.pdf.plans import draw


def write_documents(sheet: bytes, out: Path, report: Report, language: Language = Language.JA) -> tuple[str, ...]:
    """Write the documents beside plan.pdf and return their names; each is complete or not there.

    `sheet` is the content of plan.json. Editions of owners that have left go.
    """
    plan = complete(msgspec.json.decode(sheet, type=PlanSheet))
    (out / "editions").mkdir(exist_ok=True)
    jobs = list(_jobs(plan, language))
    names = tuple(name for name, _ in jobs)
    for left in sorted((out / "editions").glob("*.pdf")):
        if f"editions/{left.name}" not in names:
            left.unlink()
    for done, (name, make) in enumerate(jobs):
        report("documents", done / len(jobs))
        target = out / name
        partial = target.with_name(f".{target.name}.part")
        make(partial)
        os.replace(partial, target)
    report("documents", 1.0)
    return names


def _jobs(plan: PlanSheet, language: Language) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Give the name of each document with the function that writes it to a path."""

    def drawn(sheet: PlanSheet, name: str) -> Callable[[Path], object]:
        return lambda path: path.write_bytes(draw(sheet, language=language, name=name))

    for name in ("summary", "residents", "data"):
        yield f"{name}.pdf", drawn(plan, name)
    for member in plan.members:
        # A code is the owner's own word: it must not lead out of the folder.
        safe = re.sub(r"[^0-9A-Za-z._-]", "_", member.code).lstrip(".") or "owner"
        yield f"editions/{safe}.pdf", drawn(edition(plan, member.code), "edition")
    yield "plan.xlsx", lambda path: write_workbook(path, plan, language)
    yield "plan.gpkg", lambda path: write_package(path, plan, language)
