"""Sentences written by rules from the numbers of a plan sheet; they never claim more than the sheet carries."""

from collections.abc import Callable

import msgspec

from gunmane.core.plan.sentences import basis, conduct, effect, outlook, proposal, state, summary
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Text

RULES: tuple[tuple[str, Callable[[PlanSheet], tuple[Text, tuple[Text, ...]] | None]], ...] = (
    ("stock", state.stock),
    ("age", state.age),
    ("grades", state.grades),
    ("due", basis.due),
    ("forecast", outlook.forecast),
    ("risk", outlook.risk),
    ("top", outlook.top),
    ("compare", effect.compare),
    ("owners", effect.owners),
    ("programme", proposal.programme),
    ("levelling", proposal.levelling),
    ("indicators", proposal.indicators),
    ("choices", proposal.choices),
    ("steps", proposal.steps),
    ("assumptions", basis.assumptions),
    ("quality", basis.quality),
)
"""Section → rule that gives its heading (the finding) and its paragraphs, or None where nothing is known."""


def complete(sheet: PlanSheet) -> PlanSheet:
    """Fill headings, paragraphs, key points, limits and residents' answers that the sheet leaves empty."""
    findings = dict(sheet.findings)
    narrative = dict(sheet.narrative)
    for section, rule in RULES:
        said = rule(sheet)
        if said is None:
            continue
        findings.setdefault(section, said[0])
        narrative.setdefault(section, said[1])
    filled = msgspec.structs.replace(sheet, findings=findings, narrative=narrative)
    limits = sheet.limits or summary.limits(filled)
    return msgspec.structs.replace(
        filled,
        limits=limits,
        roles=sheet.roles or conduct.roles(filled),
        reviews=sheet.reviews or conduct.reviews(filled),
        points=sheet.points or summary.points(filled),
        residents=sheet.residents or summary.residents(filled),
    )
