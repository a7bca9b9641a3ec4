"""Editions of a plan: how a draft becomes decided, and what changed from one edition to another, in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct, structs

from gunmane.core.plan.formats import day, fiscal, number, percents, yen
from gunmane.core.plan.nouns import CLASSES, COLUMNS, MEASURES
from gunmane.core.plan.record import Approval
from gunmane.core.plan.sheet import Choice, Indicator, PlanSheet, Verdict, Work
from gunmane.core.plan.values import Column, PlanStatus, Text

VERDICTS = {
    Verdict.CHANGE: Text("変える", "change"),
    Verdict.KEEP: Text("変えない", "keep"),
    Verdict.UNDECIDED: Text("判断保留", "undecided"),
    Verdict.UNKNOWN: Text("判断できない", "cannot be judged"),
}

MOST = 200
"""Changes of one part that are told one by one; the others are counted."""

NONE = Text("なし", "none")


class Part(StrEnum):
    """What of a plan a change is about, in the order in which changes are told."""

    FACTS = "facts"
    MONEY = "money"
    OWNERS = "owners"
    CHOICES = "choices"
    WORKS = "works"
    STOCK = "stock"
    INDICATORS = "indicators"
    ASSUMPTIONS = "assumptions"


class PlanChange(Struct, frozen=True, kw_only=True):
    """Something that differs between two editions; None where one of them does not have it."""

    part: Part
    owner: str  # "" for the region
    subject: Text
    before: Text | None
    after: Text | None
    said: Text


class Comparison(Struct, frozen=True, kw_only=True):
    """What changed between two editions; `more` counts by part what is left out of `changes`."""

    changes: tuple[PlanChange, ...]
    more: dict[str, int]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.changes


def decided(sheet: PlanSheet, approval: Approval) -> PlanSheet:
    """Return the sheet as decided: the stamp of a draft goes, the record of the decision comes in."""
    facts = structs.replace(sheet.facts, status=PlanStatus.DECIDED, decided_on=approval.decided_on)
    return structs.replace(sheet, facts=facts, approval=approval)


def compare(before: PlanSheet, after: PlanSheet) -> Comparison:
    """Tell what changed from one edition to another, as far as both sheets show it."""
    changes: list[PlanChange] = []
    more: dict[str, int] = {}
    for part, tell in _PARTS.items():
        found = list(tell(before, after))
        changes += found[:MOST]
        if len(found) > MOST:
            more[part.value] = len(found) - MOST
    return Comparison(changes=tuple(changes), more=more)


K = TypeVar("K")
R = TypeVar("R")


def _paired(before: Sequence[R], after: Sequence[R], key: Callable[[R], K]) -> Iterator[tuple[R | None, R | None]]:
    """Pair rows of the same key, in the order of the later edition, then what went."""
    old: Mapping[K, R] = {key(row): row for row in before}
    new: Mapping[K, R] = {key(row): row for row in after}
    for name, row in new.items():
        yield old.get(name), row
    for name, row in old.items():
        if name not in new:
            yield row, None


def _told(part: Part, owner: str, subject: Text, before: Text | None, after: Text | None) -> PlanChange | None:
    """Make a change of two values; None where they read alike."""
    if before == after:
        return None
    if before is None and after is not None:
        said = Text(f"{subject.ja}が加わった({after.ja})。", f"{subject.en} is new ({after.en}).")
    elif after is None and before is not None:
        said = Text(f"{subject.ja}がなくなった({before.ja})。", f"{subject.en} is gone ({before.en}).")
    else:
        assert before is not None
        assert after is not None
        said = Text(
            f"{subject.ja}が「{before.ja}」から「{after.ja}」に変わった。",
            f"{subject.en} changed from “{before.en}” to “{after.en}”.",
        )
    return PlanChange(part=part, owner=owner, subject=subject, before=before, after=after, said=said)


def _facts(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    def plain(value: Any) -> Text:
        return Text(str(value), str(value))

    old, new = before.facts, after.facts
    pairs = (
        (Text("基準日", "The day of the data"), day(old.as_of), day(new.as_of)),
        (Text("計画の初年度", "The first year"), fiscal(old.first_year), fiscal(new.first_year)),
        (Text("推奨する案", "The recommended case"), COLUMNS[old.recommended], COLUMNS[new.recommended]),
        (Text("プログラムの版", "The program"), plain(old.software), plain(new.software)),
        (Text("乱数の種", "The seed"), plain(old.seed), plain(new.seed)),
        (
            Text("構成団体", "The members"),
            plain("・".join(one.name for one in before.members)),
            plain("・".join(one.name for one in after.members)),
        ),
    )
    for subject, was, now in pairs:
        change = _told(Part.FACTS, "", subject, was, now)
        if change is not None:
            yield change
    if old.inputs_digest != new.inputs_digest:
        yield PlanChange(
            part=Part.FACTS, owner="", subject=Text("計算に使った資料", "What was computed from"),
            before=plain(old.inputs_digest), after=plain(new.inputs_digest),
            said=Text(
                "計算に使った資料(台帳、点検の記録、単価、規則など)が変わった。",
                "What was computed from (ledgers, inspections, unit costs, rules) has changed.",
            ),
        )  # fmt: skip


def _money(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    for old, new in _paired(before.compare, after.compare, lambda row: row.code):
        row = new or old
        if row is None:
            continue
        for k, column in enumerate(Column):
            if column is Column.NOW:
                continue
            values = [
                None if one is None or one.values[k] is None else _value(one.values[k].mid, row)  # type: ignore[union-attr]
                for one in (old, new)
            ]
            name = COLUMNS[column]
            subject = Text(f"{name.ja}の{row.label.ja}", f"{row.label.en} ({name.en})")
            change = _told(Part.MONEY, "", subject, values[0], values[1])
            if change is not None:
                yield change


def _value(value: float, row: Any) -> Text:
    """Write a value of the comparison with its unit; money is rounded as everywhere."""
    if row.unit.ja == "円":
        return yen(value)
    text = number(value, row.decimals)
    return Text(f"{text} {row.unit.ja}", f"{text} {row.unit.en}")


def _owners(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    names = {one.code: one.name for one in (*before.members, *after.members)}
    for old, new in _paired(before.owner_effects, after.owner_effects, lambda row: row.owner):
        row = new or old
        if row is None:
            continue
        name = names.get(row.owner, row.owner)
        for what, field in (
            (Text("計画での負担", "cost in the plan"), "plan_yen"),
            (Text("単独での負担", "cost alone"), "alone_yen"),
        ):
            values = [None if one is None else yen(getattr(one, field)) for one in (old, new)]
            subject = Text(f"{name}の{what.ja}", f"{name}: {what.en}")
            change = _told(Part.OWNERS, row.owner, subject, values[0], values[1])
            if change is not None:
                yield change


def _choices(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    def said(one: Choice | None) -> Text | None:
        if one is None:
            return None
        verdict = VERDICTS[one.verdict]
        return Text(f"{verdict.ja}: {one.proposal.ja}", f"{verdict.en}: {one.proposal.en}")

    for old, new in _paired(before.choices, after.choices, lambda row: row.code):
        row = new or old
        if row is not None:
            change = _told(Part.CHOICES, row.owner, row.subject, said(old), said(new))
            if change is not None:
                yield change


BEYOND = Text("一覧に載らない後の年度か、対策なし", "later than the list reaches, or nothing")
"""Where an asset stands that is missing from a list that was cut off for space."""


def _reach(sheet: PlanSheet) -> int | None:
    """Return the fiscal year from which on a sheet's list of works is cut off for some owner; None for a whole "
    "list."""
    if not sheet.works_left_out:
        return None
    cut = set(sheet.works_left_out_of) or {one.owner for one in sheet.works}
    last: dict[str, int] = dict.fromkeys(cut, 0)
    for one in sheet.works:
        if one.owner in cut:
            last[one.owner] = max(last[one.owner], one.year)
    return min(last.values(), default=0)


def _works(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    """Tell of measures that came, went or moved; a list that was cut off is no witness of what it doesn't name."""
    names = {one.code: one.name for one in (*before.members, *after.members)}

    def said(one: Work | None, cut: int | None) -> Text | None:
        if one is None:
            return None if cut is None else BEYOND
        measure, year = MEASURES[one.measure], fiscal(one.year)
        return Text(f"{year.ja} {measure.ja}", f"{measure.en} in {year.en}")

    for old, new in _paired(before.works, after.works, lambda row: (row.owner, row.asset_class, row.number)):
        row = new or old
        if row is None:
            continue
        cut = _reach(after) if new is None else _reach(before) if old is None else None
        if cut is not None and row.year >= cut:
            continue
        kind, owner = CLASSES[row.asset_class], names.get(row.owner, row.owner)
        called = f"{row.name}({row.number})" if row.name else row.number
        subject = Text(f"{owner} {kind.ja} {called}", f"{owner}, {kind.en}, {called}")
        change = _told(Part.WORKS, row.owner, subject, said(old, cut), said(new, cut))
        if change is not None:
            yield change


def _stock(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    names = {one.code: one.name for one in (*before.members, *after.members)}
    for old, new in _paired(before.stock, after.stock, lambda row: (row.owner, row.asset_class)):
        row = new or old
        if row is None:
            continue
        kind, owner = CLASSES[row.asset_class], names.get(row.owner, row.owner)
        subject = Text(f"{owner}の{kind.ja}の数", f"{owner}: number of {kind.en.lower()}")
        values = [None if one is None else Text(number(one.count), number(one.count)) for one in (old, new)]
        change = _told(Part.STOCK, row.owner, subject, values[0], values[1])
        if change is not None:
            yield change


def _indicators(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    def said(one: Indicator | None) -> Text | None:
        if one is None or one.now is None:
            return None
        if one.unit.en == "%" or one.unit.ja == "割合":
            return percents(one.now)
        text = number(one.now, one.decimals)
        return Text(f"{text} {one.unit.ja}", f"{text} {one.unit.en}")

    for old, new in _paired(before.indicators, after.indicators, lambda row: row.code):
        row = new or old
        if row is not None:
            change = _told(Part.INDICATORS, "", row.label, said(old), said(new))
            if change is not None:
                yield change


def _assumptions(before: PlanSheet, after: PlanSheet) -> Iterator[PlanChange]:
    for old, new in _paired(before.assumptions, after.assumptions, lambda row: (row.group, row.label)):
        row = new or old
        if row is None:
            continue
        values = [
            None if one is None else Text(f"{one.value} {one.unit.ja}".strip(), f"{one.value} {one.unit.en}".strip())
            for one in (old, new)
        ]
        change = _told(Part.ASSUMPTIONS, "", row.label, values[0], values[1])
        if change is not None:
            yield change


_PARTS: dict[Part, Callable[[PlanSheet, PlanSheet], Iterator[PlanChange]]] = {
    Part.FACTS: _facts,
    Part.MONEY: _money,
    Part.OWNERS: _owners,
    Part.CHOICES: _choices,
    Part.WORKS: _works,
    Part.STOCK: _stock,
    Part.INDICATORS: _indicators,
    Part.ASSUMPTIONS: _assumptions,
}
