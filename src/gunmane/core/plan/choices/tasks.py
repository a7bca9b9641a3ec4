"""Decisions about tasks that could be let together: classes, fields and steps in one contract."""

from gunmane.core.plan.bundles import Bundle, Bundles
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.formats import number, percents
from gunmane.core.plan.labels import Labels
from gunmane.core.plan.scenarios import RegionPlan
from gunmane.core.plan.sheet import Choice, Named, Verdict
from gunmane.core.plan.values import Text
from gunmane.core.words import SourceStatus

SOURCE = "手引き(群マネ)の分野の束・プロセスの束の考え方。手間の割合は本計画の前提条件(表)による"
RULE = Text(
    "点検・工事を施設の種類ごとに分けて出す場合と束ねる場合の契約数と時間を、すべての組合せについて計算し、時間が最も少ない"
    "ものを選ぶ。日常の維持(巡回・清掃・除雪)は量の資料がなく含まない。",
    "Contracts and hours of every way to bundle inspections and works are computed, fewest hours win. Daily upkeep "
    "(patrols, cleaning, snow) is not in the data.",
)
STEPS = {"inspect": Text("点検", "inspection"), "works": Text("工事", "works")}
EXTRAS = {
    "bundle_extra_class": Text("種類を加える手間", "extra hours for another class"),
    "bundle_extra_step": Text("段階を加える手間", "extra hours for another step"),
    "bundle_extra_field": Text("分野を加える手間", "extra hours for another field"),
}


def tasks(plan: RegionPlan, book: CostBook, labels: Labels) -> list[Choice]:
    """Return one decision on the bundles of the whole region; nothing where there are fewer than two tasks."""
    found, cases = plan.way.bundles, plan.way.bundle_cases
    if sum(len(one.tasks) for one in found.bundles) < 2:
        return []
    mixed = _mixed(found)
    same = plan.way.bundled is not None
    exact = all(_parts(case) == _parts(found) for case in cases)
    return [
        Choice(
            kind="tasks",
            code="tasks",
            owner="",
            subject=Text("一つの契約に束ねる業務", "Tasks let in one contract"),
            verdict=Verdict.UNDECIDED if not same else Verdict.CHANGE if mixed else Verdict.KEEP,
            proposal=_proposal(mixed, labels),
            reason=_reason(found, mixed),
            rule=RULE,
            source=SOURCE,
            status=SourceStatus.ASSUMED,
            inputs=tuple(Named(label, percents(book.value(name))) for name, label in EXTRAS.items()),
            alternatives=tuple(Named(_name(one, labels), _hours(one)) for one in found.bundles),
            sensitivity=_turned(same, exact),
        )
    ]


def _mixed(found: Bundles) -> list[Bundle]:
    return [one for one in found.bundles if len(one.tasks) > 1]


def _parts(found: Bundles) -> set[frozenset[object]]:
    return {frozenset(one.tasks) for one in found.bundles}


def _name(one: Bundle, labels: Labels) -> Text:
    names = [labels.get("class", task.asset_class) for task in one.tasks]
    steps = [STEPS[task.step] for task in one.tasks]
    return Text(
        "・".join(f"{name.ja}の{step.ja}" for name, step in zip(names, steps, strict=True)),
        ", ".join(f"{name.en} {step.en}" for name, step in zip(names, steps, strict=True)),
    )


def _hours(one: Bundle) -> Text:
    hours, apart = number(one.hours), number(one.hours_apart)
    contracts, before = number(one.contracts, 1), number(one.contracts_apart, 1)
    if len(one.tasks) == 1:
        return Text(
            f"束ねない(年{contracts}契約、{hours}時間)", f"alone ({contracts} contracts, {hours} hours a year)"
        )
    return Text(
        f"年{before}契約→{contracts}契約、{apart}時間→{hours}時間",
        f"{before} to {contracts} contracts, {apart} to {hours} hours a year",
    )


def _proposal(mixed: list[Bundle], labels: Labels) -> Text:
    if not mixed:
        return Text("種類ごとに分けて出す", "Let each task apart")
    names = [_name(one, labels) for one in mixed]
    return Text(
        "次の組で一つの契約にする: " + " / ".join(name.ja for name in names),
        "Let in one contract: " + " / ".join(name.en for name in names),
    )


def _reason(found: Bundles, mixed: list[Bundle]) -> Text:
    if not mixed:
        return Text(
            "束ねると契約は減るが、1契約の手間が増え、時間は減らない。",
            "Bundles save contracts, but each takes more work: no hours are saved.",
        )
    before = sum(one.hours_apart for one in found.bundles)
    share = percents(found.saved / before if before else 0.0)
    reason = Text(
        f"端数の契約がまとまり、発注と監督の時間が年{number(found.saved)}時間({share.ja})減る。",
        f"Small remainders share contracts: {number(found.saved)} hours a year ({share.en}) less for orders and "
        "control.",
    )
    if found.across:
        return reason
    return Text(
        reason.ja + "業務が多いため、分野の中の組合せだけを比べた。",
        reason.en + " With so many tasks only bundles inside a field were compared.",
    )


def _turned(same: bool, exact: bool) -> Text:
    if exact:
        return Text(
            "手間の見込みが少なくても多くても、束は変わらない。",
            "With less or more extra work the bundles stay the same.",
        )
    if same:
        return Text(
            "手間の見込みを変えると束の中身は変わるが、束ねるかどうかは変わらない。",
            "Other estimates of the extra work change the bundles, not whether to bundle.",
        )
    return Text(
        "手間の見込みを変えると、束ねるかどうかが変わる(判断保留)。",
        "Whether to bundle at all depends on how much extra work it takes (undecided).",
    )
