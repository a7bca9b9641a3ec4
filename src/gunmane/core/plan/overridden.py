"""Overrides in the plan's document: one row for each, and the decisions that they answer."""

from collections.abc import Sequence

import msgspec

from gunmane.core.plan.arrangement import OF_TASKS, task_of
from gunmane.core.plan.formats import fiscal
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.nouns import CLASSES
from gunmane.core.plan.options import KEEP, MEASURES
from gunmane.core.plan.overrides import VERDICTS, Override, Pinned
from gunmane.core.plan.record import Overridden
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Choice, Verdict
from gunmane.core.plan.values import Text


def overridden(
    plan: RegionPlan, choices: Sequence[Choice], names: Sequence[str], labels: Labels
) -> tuple[Overridden, ...]:
    """Return a row for each override: what it sets, what the computation would do, what forbids it."""
    by_code = {one.code: one for one in choices}
    return (
        *(_asset(plan, one, names, labels) for one in plan.pinned),
        *(_other(plan, one, by_code.get(one.code), labels) for one in plan.wishes.others),
        *(_lost(plan, one, labels) for one in plan.wishes.lost),
    )


def answered(choices: Sequence[Choice], plan: RegionPlan, labels: Labels) -> tuple[Choice, ...]:
    """Let overrides stand where the computed answers stood; the reasons of the computation stay to be read."""
    wanted = {one.code: one for one in plan.wishes.others}
    found: list[Choice] = []
    for one in choices:
        wish = wanted.get(one.code)
        if wish is None or one.code in plan.way.conflicts:
            found.append(one)
            continue
        reason = labels.get("override_reason", wish.reason)
        note = Text(f"{reason.ja}。{wish.note}", f"{reason.en}. {wish.note}".strip())
        said = labels.get("override", "set_by", by=wish.by, reason=note)
        proposal = one.proposal
        if wish.alternative != "change":
            proposal = labels.get("override", "kept")
        elif one.verdict in (Verdict.UNKNOWN, Verdict.KEEP):  # what was computed says the opposite or nothing
            proposal = labels.get("override", "changed")
        if wish.groups:
            proposal = _groups(plan, wish, labels)
        found.append(
            msgspec.structs.replace(
                one,
                verdict=VERDICTS[wish.alternative],
                proposal=proposal,
                overridden=wish.reason,
                computed=one.proposal,
                reason=Text(said.ja + one.reason.ja, f"{said.en} {one.reason.en}"),
            )
        )
    return tuple(found)


def _groups(plan: RegionPlan, wish: Override, labels: Labels) -> Text:
    """Write the groups of owners, or of tasks, that an override names."""
    if wish.code == OF_TASKS:
        parts = [[_task(name, labels) for name in group] for group in wish.groups]
        return Text(
            " / ".join("・".join(one.ja for one in part) for part in parts),
            " / ".join(", ".join(one.en for one in part) for part in parts),
        )
    names = {owner.code: owner.name for owner in plan.stock.owners}
    said = " ／ ".join("・".join(names.get(code, code) for code in group) for group in wish.groups)
    return Text(said, said.replace("／", "/"))


def _task(name: str, labels: Labels) -> Text:
    task = task_of(name)
    if task is None:
        return Text(name, name)
    kind, step = labels.get("class", task.asset_class), labels.get("step", task.step)
    return Text(f"{kind.ja}の{step.ja}", f"{kind.en} {step.en}")


def _done(measure: int, year: int, plan: RegionPlan, labels: Labels) -> Text:
    """Write a measure with its fiscal year."""
    if measure == KEEP or year < 0:
        return labels.get("override", "nothing")
    name, when = labels.get("measure", str(MEASURES[measure])), fiscal(plan.stock.first_fy + year)
    return Text(f"{when.ja} {name.ja}", f"{name.en} in {when.en}")


def _row(wish: Override, subject: Text, chosen: Text, labels: Labels, **more: object) -> Overridden:
    row = Overridden(
        code=wish.code,
        owner=wish.owner,
        asset_class=wish.asset_class,
        subject=subject,
        chosen=chosen,
        reason=labels.get("override_reason", wish.reason),
        reason_code=wish.reason,
        note=wish.note,
        by=wish.by,
        on=wish.on,
    )
    return msgspec.structs.replace(row, **more)


def _asset(plan: RegionPlan, one: Pinned, names: Sequence[str], labels: Labels) -> Overridden:
    wish, row = one.pin.override, one.pin.row
    place = int(plan.stock.row[row])
    called = names[place] if 0 <= place < len(names) else wish.number or ""
    kind = CLASSES[wish.asset_class] if wish.asset_class is not None else Text("", "")
    final = plan.merged.plan
    measure = int(final.measure[row])
    broken = one.conflict
    chosen = _done(one.pin.measure, one.year, plan, labels)
    if broken:
        year = -1 if one.pin.year is None else one.pin.year
        name = labels.get("measure", str(MEASURES[one.pin.measure]))
        chosen = _done(one.pin.measure, year, plan, labels) if year >= 0 or not one.pin.measure else name
    elif one.later is not None:
        chosen = _done(one.pin.measure, one.later - plan.stock.first_fy, plan, labels)
    elif one.pin.measure and one.year < 0:
        chosen = _done(measure, int(final.year[row]), plan, labels)
    return _row(
        wish,
        Text(f"{kind.ja} {called}", f"{kind.en}, {called}"),
        chosen,
        labels,
        proposed=None if one.proposed is None else _done(one.proposed, one.proposed_year, plan, labels),
        conflict=labels.get("conflict", broken) if broken else None,
        yen=None if broken else round(float(final.cost[row, 1]) - one.proposed_yen),
    )


def _other(plan: RegionPlan, wish: Override, choice: Choice | None, labels: Labels) -> Overridden:
    chosen = labels.get("override", wish.alternative)
    if wish.groups:
        chosen = _groups(plan, wish, labels)
    broken = plan.way.conflicts.get(wish.code, "")
    if choice is None:
        code = Text(wish.code, wish.code)
        return _row(wish, code, chosen, labels, conflict=labels.get("conflict", broken or "no_decision"))
    if broken:
        return _row(wish, choice.subject, chosen, labels, proposed=choice.proposal,
                    conflict=labels.get("conflict", broken))  # fmt: skip
    effect = plan.effects.get(wish.code)
    if effect is None:
        return _row(wish, choice.subject, chosen, labels, proposed=choice.proposal)
    return _row(
        wish, choice.subject, chosen, labels, proposed=choice.proposal, yen=round(effect.yen),
        contracts=round(effect.contracts, 1), hours=float(round(effect.hours)),
        lacking=None if effect.lacking is None else round(effect.lacking, 1),
    )  # fmt: skip


def _lost(plan: RegionPlan, wish: Override, labels: Labels) -> Overridden:
    kind = CLASSES[wish.asset_class] if wish.asset_class is not None else Text("", "")
    name = "maintain" if wish.alternative == "keep" else wish.alternative
    return _row(
        wish,
        Text(f"{kind.ja} {wish.number}", f"{kind.en}, {wish.number}"),
        labels.get("measure", name),
        labels,
        conflict=labels.get("conflict", "no_asset"),
    )
