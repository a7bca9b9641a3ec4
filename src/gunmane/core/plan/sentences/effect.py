"""Sentences about what working together changes: the four columns, and who gains and who loses."""

from gunmane.core.plan.formats import percents, yen
from gunmane.core.plan.nouns import COLUMNS
from gunmane.core.plan.sentences.state import Said, name
from gunmane.core.plan.sheet import CompareRow, OwnerEffect, PlanSheet
from gunmane.core.plan.values import Column, Text

COLUMN_ORDER = tuple(Column)


def money_row(sheet: PlanSheet) -> CompareRow | None:
    """Return the row of the cost over the whole plan."""
    return next((row for row in sheet.compare if row.group == "money" and row.code == "total"), None)


def totals(sheet: PlanSheet) -> dict[Column, int]:
    """Return the cost over the whole plan of each column with yearly costs."""
    return {row.column: sum(row.yen) for row in sheet.yearly if row.yen}


def compare(sheet: PlanSheet) -> Said | None:
    """Whether cooperation pays, and which of the cases the plan follows."""
    costs = totals(sheet)
    chosen = sheet.facts.recommended
    if Column.ALONE not in costs or chosen not in costs:
        return None
    said = [
        Text(
            f"「{COLUMNS[Column.ALONE].ja}」には、法定の点検と、期限までに必要な措置をすべて含めた。"
            "義務を怠って安く見せた費用とは比べていない。",
            f'"{COLUMNS[Column.ALONE].en}" includes every statutory inspection and all measures due by law; '
            "nothing is compared with a cost made low by neglect.",
        )
    ]
    said += _causes(sheet, costs)
    said += _rising_loss(sheet)
    row = money_row(sheet)
    if chosen is not Column.ALONE and row and _overlap(row, chosen):
        said.append(
            Text(
                "費用の見込みの幅は単独の場合と重なっており、費用の差が確かであるとは言えない。",
                "The range of the cost overlaps with that of each alone: the difference in cost is not certain.",
            )
        )
    if chosen is Column.JOINT and Column.MERGED in costs:
        more = costs[Column.MERGED] > 1.0005 * costs[Column.JOINT]
        why = (
            Text("と費用が増える", "would cost more")
            if more
            else Text("ても費用は減らない", "would save nothing more")
        )
        said.append(
            Text(
                f"集約再編まで進め{'る' if more else ''}{why.ja}ため、本計画は連携にとどめる。",
                f"Merging and removing assets {why.en}, so the plan goes no further than working together.",
            )
        )
    return _paying(sheet, costs[Column.ALONE], costs[chosen]), tuple(said)


def _rising_loss(sheet: PlanSheet) -> list[Text]:
    """Say why the loss grows although the plan is carried out, where it does."""
    row = next((row for row in sheet.compare if row.code == "risk"), None)
    then = row.values[COLUMN_ORDER.index(sheet.facts.recommended)] if row else None
    now = row.values[0] if row else None
    if now is None or then is None or then.mid <= 1.05 * now.mid:
        return []
    first, last = yen(now.mid), yen(then.mid)
    return [
        Text(
            f"計画どおり進めても、年間の損失の期待値は初年度の{first.ja}から最終年度の{last.ja}に増える見込みである。施設が全体として"
            "古くなるためで、修繕と更新による減少を差し引いた後の値である。",
            f"Even if the plan is carried out, the expected loss of a year grows from {first.en} to {last.en}: "
            "the stock "
            "as a whole gets older. What repairs and renewals take off is already deducted.",
        )
    ]


def _causes(sheet: PlanSheet, costs: dict[Column, int]) -> list[Text]:
    """Tell what joint orders and what merging do to the cost, where the plan has both, and to hours."""
    chosen, alone = sheet.facts.recommended, costs[Column.ALONE]
    if chosen is not Column.MERGED or Column.JOINT not in costs or len(sheet.members) == 1:
        return []
    joint, merged = alone - costs[Column.JOINT], costs[Column.JOINT] - costs[Column.MERGED]
    if abs(merged) < 0.0005 * alone:
        return []
    change = yen(abs(merged))
    less = Text("減る", "less") if merged > 0 else Text("増える", "more")
    if abs(joint) < 0.0005 * alone:
        fewer = _hours_saved(sheet)
        hours = Text("", "")
        if fewer is not None and fewer > 0.01:
            hours = Text(
                f"減るのは発注や監督の時間で、{percents(fewer).ja}である。",
                f" It saves {percents(fewer).en} of the hours for orders and control.",
            )
        return [
            Text(
                f"共同発注では費用は変わらない。{hours.ja}費用が{change.ja}{less.ja}のは、すべて集約再編による。",
                f"Joint orders leave the cost as it is.{hours.en} The {change.en} {less.en} come from merging alone.",
            )
        ]
    part = yen(abs(joint))
    turn = Text("減り", "less") if joint > 0 else Text("増え", "more")
    return [
        Text(
            f"共同発注で{part.ja}{turn.ja}、集約再編で{change.ja}{less.ja}。",
            f"Joint orders: {part.en} {turn.en}; merging: {change.en} {less.en}.",
        )
    ]


def _paying(sheet: PlanSheet, alone: int, plan: int) -> Text:
    """Say by how much the recommended case differs from each alone."""
    chosen = sheet.facts.recommended
    if len(sheet.members) == 1:
        return Text(
            "参加する団体が一つのため、連携による違いはない。相手となる団体の台帳を加えると比べられる",
            "With one owner alone cooperation changes nothing; add the ledgers of partners to compare",
        )
    if chosen is Column.ALONE:
        return Text(
            "今の前提では連携しても費用は減らず、単独で続けるのがよい",
            "Under today's assumptions working together saves nothing: each alone does best",
        )
    ja = "連携" if chosen is Column.JOINT else "連携・集約再編"
    en = "Working together" if chosen is Column.JOINT else "Working together and merging"
    share, amount, years = percents(abs(alone - plan) / max(alone, 1)), yen(abs(alone - plan)), sheet.facts.years
    if abs(alone - plan) < 0.005 * alone:
        fewer = _hours_saved(sheet)
        if fewer is not None and fewer > 0.01:
            less = percents(fewer)
            return Text(
                f"{ja}をしても費用は変わらないが、発注や監督の時間は{less.ja}減る見込みである",
                f"{en} leaves the cost as it is but should save {less.en} of the hours for orders and control",
            )
        return Text(
            f"{ja}をしても、{years}年間の費用はほとんど変わらない", f"{en} hardly changes the cost over {years} years"
        )
    if plan < alone:
        return Text(
            f"{ja}により、費用は{years}年間で{amount.ja}({share.ja})減る見込みである",
            f"{en} is expected to save {amount.en} ({share.en}) over {years} years",
        )
    later = next((row for row in sheet.compare if row.code == "long_run"), None)
    saved = None if later is None else later.values[list(Column).index(chosen)]
    if saved is None or saved.mid <= 0:  # such as a removal that people decided on, whether it pays or not
        return Text(
            f"{ja}をすると、費用は{years}年間で{amount.ja}({share.ja})増え、その後の節約が上回るとは言えない",
            f"{en} costs {amount.en} ({share.en}) more in {years} years; later savings cannot be said to outweigh it",
        )
    return Text(
        f"{ja}をすると、費用は{years}年間で{amount.ja}({share.ja})増えるが、その後の節約が上回る見込みである",
        f"{en} costs {amount.en} ({share.en}) more over {years} years; later savings are expected to outweigh it",
    )


def _hours_saved(sheet: PlanSheet) -> float | None:
    """Return the share of engineers' hours that the recommended case saves against each alone."""
    row = next((row for row in sheet.compare if row.code == "hours"), None)
    if row is None:
        return None
    alone, plan = row.values[1], row.values[COLUMN_ORDER.index(sheet.facts.recommended)]
    return 1 - plan.mid / alone.mid if alone and plan and alone.mid > 0 else None


def _overlap(row: CompareRow, chosen: Column) -> bool:
    alone, merged = row.values[1], row.values[COLUMN_ORDER.index(chosen)]
    if alone is None or merged is None:
        return False
    if alone.low is None or merged.high is None or alone.high is None or merged.low is None:
        return False
    return merged.high >= alone.low and alone.high >= merged.low


def owners(sheet: PlanSheet) -> Said | None:
    """Who gains and who loses."""
    rows = sheet.owner_effects
    if not rows:
        return None
    losers = [row for row in rows if row.plan_yen > row.alone_yen * 1.0005]
    count = len(rows)
    if count == 1 and len(sheet.members) == 1:
        return _one_owner(sheet, rows[0]), ()
    same = all(abs(row.plan_yen - row.alone_yen) <= row.alone_yen * 0.0005 for row in rows)
    if same or sheet.facts.recommended is Column.ALONE:
        return Text("どの団体の負担も、単独で続ける額と変わらない", "Every owner pays what it pays alone"), ()
    if not losers:
        finding = Text(
            f"{count}団体のどこも、単独より負担が増えない", f"None of the {count} owners pays more than alone"
        )
        return finding, ()
    finding = Text(
        f"{count}団体のうち{len(losers)}団体は、単独より負担が増える",
        f"{len(losers)} of {count} owners would pay more than alone",
    )
    names = "、".join(name(sheet, row.owner) for row in losers)
    names_en = ", ".join(name(sheet, row.owner) for row in losers)
    return finding, (
        Text(
            f"負担が増えるのは{names}である。費用負担の割合を見直すか、連携の範囲を変えなければ、"
            "この団体が参加する理由は費用の面にはない。",
            f"They are {names_en}. Unless shares of cost or the scope of cooperation change, cost gives them no "
            "reason to join.",
        ),
    )


def _one_owner(sheet: PlanSheet, row: OwnerEffect) -> Text:
    """Say what the plan means for the only owner of a document."""
    mine, change = name(sheet, row.owner), row.plan_yen - row.alone_yen
    amount, years = yen(abs(change)), sheet.facts.years
    if abs(change) <= 0.0005 * row.alone_yen:
        return Text(f"{mine}の負担は、単独で続ける場合と変わらない", f"{mine} pays what it would pay alone")
    if change > 0:
        return Text(
            f"{mine}の負担は、単独で続けるより{years}年間で{amount.ja}増える",
            f"{mine} pays {amount.en} more than alone over {years} years",
        )
    return Text(
        f"{mine}の負担は、単独で続けるより{years}年間で{amount.ja}減る",
        f"{mine} pays {amount.en} less than alone over {years} years",
    )
