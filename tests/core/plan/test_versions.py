"""Editions: what changed is told once and only where something differs; a decision takes the stamp away."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.examples_sheet import example

from gunmane.core.plan.record import Approval
from gunmane.core.plan.sheet import Choice, PlanSheet, Verdict, Work, encode
from gunmane.core.plan.values import Measure, PlanStatus, Text
from gunmane.core.plan.versions import MOST, Part, compare, decided
from gunmane.core.words import AssetClass, SourceStatus

SHEET = example(owners=2)
APPROVAL = Approval(decided_on=date(2027, 3, 20), meeting="第3回協議会", decided_by="山田 花子", title="会長")


def _work(number: str, year: int, measure: Measure = Measure.REPAIR) -> Work:
    return Work(
        owner=SHEET.members[0].code, asset_class=AssetClass.BRIDGE, number=number, name="一の橋", measure=measure,
        year=year, reason=Text("", ""),
    )  # fmt: skip


def _with(*works: Work) -> PlanSheet:
    return structs.replace(SHEET, works=works)


def test_an_edition_does_not_differ_from_itself() -> None:
    assert compare(SHEET, SHEET).same
    assert compare(SHEET, SHEET).more == {}


def test_a_work_that_moves_comes_or_goes_is_told_by_name() -> None:
    found = compare(_with(_work("1", 2027), _work("2", 2028)), _with(_work("1", 2029), _work("3", 2030)))
    assert {change.part for change in found.changes} == {Part.WORKS}
    moved, new, gone = found.changes
    assert moved.before is not None
    assert moved.before.ja == "令和9(2027)年度 修繕"
    assert moved.said.ja.endswith("橋梁 一の橋(1)が「令和9(2027)年度 修繕」から「令和11(2029)年度 修繕」に変わった。")
    assert new.before is None
    assert "is new (Repair in FY2030)" in new.said.en
    assert gone.after is None
    assert gone.owner == SHEET.members[0].code


def test_a_list_that_was_cut_off_does_not_witness_that_a_work_is_gone() -> None:
    before = structs.replace(_with(_work("1", 2027), _work("2", 2028), _work("3", 2029)), works_left_out=5)
    after = structs.replace(_with(_work("0", 2027), _work("2", 2028), _work("4", 2029)), works_left_out=6)
    told = {change.subject.en[-2]: change for change in compare(before, after).changes}
    assert set(told) == {"0", "1"}, "what stands in the last year of a cut list may just have been pushed out"
    assert told["1"].said.ja.endswith("「一覧に載らない後の年度か、対策なし」に変わった。")
    assert "gone" not in told["1"].said.en
    whole = compare(structs.replace(before, works_left_out=0), structs.replace(after, works_left_out=0))
    assert len([one for one in whole.changes if one.part is Part.WORKS]) == 4


def test_other_money_choices_and_facts_are_told() -> None:
    costs = structs.replace(SHEET.owner_effects[0], plan_yen=SHEET.owner_effects[0].plan_yen + 500_000_000)
    proposed = Choice(
        kind="groups", code="groups", owner="", subject=Text("組合せ", "groups"), verdict=Verdict.CHANGE,
        proposal=Text("撤去する", "remove it"), reason=Text("", ""), rule=Text("", ""), source="",
        status=SourceStatus.ASSUMED,
    )  # fmt: skip
    choice = structs.replace(proposed, verdict=Verdict.KEEP, proposal=Text("撤去しない", "keep it"))
    facts = structs.replace(SHEET.facts, as_of=date(2027, 11, 23))
    later = structs.replace(SHEET, facts=facts, owner_effects=(costs, *SHEET.owner_effects[1:]), choices=(choice,))
    found = compare(structs.replace(SHEET, choices=(proposed,)), later)
    assert [change.part for change in found.changes] == [Part.FACTS, Part.OWNERS, Part.CHOICES]
    assert found.changes[0].after == Text("令和9年11月23日", "23 November 2027")
    assert found.changes[1].owner == costs.owner
    assert found.changes[2].after is not None
    assert found.changes[2].after.ja.endswith("撤去しない")


def test_many_changes_are_counted() -> None:
    found = compare(_with(), _with(*(_work(str(k), 2027) for k in range(MOST + 7))))
    assert len(found.changes) == MOST
    assert found.more == {"works": 7}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(2027, 2030)), unique_by=lambda pair: pair[0]),
       st.lists(st.tuples(st.integers(0, 5), st.integers(2027, 2030)), unique_by=lambda pair: pair[0]))  # fmt: skip
def test_there_and_back_tells_the_same_things(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> None:
    before, after = (_with(*(_work(str(k), year) for k, year in works)) for works in (old, new))
    there = {(one.subject, one.before, one.after) for one in compare(before, after).changes}
    back = {(one.subject, one.after, one.before) for one in compare(after, before).changes}
    assert there == back
    assert len(there) == len(set(old) ^ set(new)) - len({k for k, _ in set(old) ^ set(new)} & {
        k for k, year in old if (k, year) not in new and k in dict(new)
    })  # fmt: skip


def test_a_decision_changes_nothing_but_the_status_and_its_record() -> None:
    made = decided(SHEET, APPROVAL)
    assert made.facts.status is PlanStatus.DECIDED
    assert made.facts.decided_on == APPROVAL.decided_on
    back = structs.replace(made, approval=None, facts=structs.replace(made.facts, status=PlanStatus.DRAFT,
                                                                     decided_on=None))  # fmt: skip
    assert encode(back) == encode(SHEET)
