"""Who does what and who stays responsible, and what makes the plan be changed: rows written from the numbers."""

from gunmane.core.plan.formats import number, percents, yen
from gunmane.core.plan.record import Review, Role, ScenarioCase
from gunmane.core.plan.sentences.effect import money_row
from gunmane.core.plan.sheet import PlanSheet
from gunmane.core.plan.values import Column, Measure, Text
from gunmane.core.words import AssetClass

MANAGER = Text("施設を管理する団体", "the owner of the asset")
COUNCILS = Text("各団体の長と議会", "heads and councils of the owners")
LEAD = Text("幹事団体と受注者", "lead owner and contractor")
FORUM = Text("協議の場(構成団体)", "forum of the owners")
RESIDENTS = Text("地元の住民", "residents concerned")
ENGINEERS = Text("技術者のいる団体・都道府県", "owners with engineers, prefecture")
OUTSIDE = (Measure.REMOVE, Measure.DOWNSIZE)


def _measures(sheet: PlanSheet) -> set[Measure]:
    return {row.measure for row in sheet.programme if sum(row.quantities) or sum(row.yen)}


def roles(sheet: PlanSheet) -> tuple[Role, ...]:
    """Return who decides, does and answers for each task that the plan has; a proposal for the owners' agreement.

    Whoever works together, each owner answers for its assets as before (群マネの手引き: 管理者の責任).
    """
    if not sheet.programme:
        return ()
    joint, found = sheet.facts.recommended is not Column.ALONE, _measures(sheet)
    does = LEAD if joint else MANAGER
    rows = [
        Role(
            task=Text("計画の決定と見直し", "deciding and revising the plan"),
            decides=COUNCILS,
            does=FORUM,
            answers=Text("各団体", "each owner"),
            heard=RESIDENTS,
        ),
        Role(
            task=Text("点検・診断", "inspection and grading"),
            decides=MANAGER,
            does=does,
            answers=MANAGER,
            heard=ENGINEERS,
        ),
        Role(
            task=Text("修繕・更新の工事", "repair and renewal"),
            decides=MANAGER,
            does=does,
            answers=MANAGER,
            heard=RESIDENTS,
        ),
    ]
    if Measure.MERGE in found:
        rows.append(
            Role(
                task=Text("処理場の統合", "merging of plants"),
                decides=COUNCILS,
                does=FORUM,
                answers=Text(
                    "受け入れる処理場の団体(維持)、廃止する団体(撤去)",
                    "the plant that goes on; the owner that closes",
                ),
                heard=RESIDENTS,
            )
        )
    if found & set(OUTSIDE):
        rows.append(
            Role(
                task=Text("橋の撤去・縮小", "removing and narrowing bridges"),
                decides=COUNCILS,
                does=MANAGER,
                answers=MANAGER,
                heard=RESIDENTS,
            )
        )
    if any(row.asset_class is AssetClass.SEPTIC for row in sheet.stock):
        rows.append(
            Role(
                task=Text("浄化槽の保守点検・清掃・法定検査", "upkeep, cleaning and inspection of septic systems"),
                decides=Text("浄化槽管理者(各世帯など)", "the households that own them"),
                does=Text("登録業者・許可業者、指定検査機関", "registered firms, designated bodies"),
                answers=Text("浄化槽管理者(浄化槽法第10条・第11条)", "the households (Septic Tank Act, art. 10, 11)"),
                heard=Text("市町村・都道府県(台帳、助言)", "municipality, prefecture (register, advice)"),
            )
        )
    rows.append(
        Role(
            task=Text("台帳と点検記録の整備", "ledgers and records"),
            decides=MANAGER,
            does=MANAGER,
            answers=MANAGER,
            heard=FORUM,
        )
    )
    return tuple(rows)


def _case(sheet: PlanSheet, code: str) -> ScenarioCase | None:
    return next((one for one in sheet.cases if one.code == code), None)


def reviews(sheet: PlanSheet) -> tuple[Review, ...]:
    """Return what may come otherwise, how it is noticed, what is done then and by whom."""
    if not sheet.programme:
        return ()
    rows: list[Review] = []
    if sheet.forecasts:
        rows.append(
            Review(
                risk=Text("劣化が見込みと違う", "Deterioration differs from the forecast"),
                sign=Text(
                    "措置を要する数が見込みの80%の幅を外れる", "numbers in need of action leave the 80 % interval"
                ),
                action=Text("モデルを推定し直し、計画を計算し直す", "estimate the models and compute the plan again"),
                who=FORUM,
            )
        )
    row = money_row(sheet)
    total = row.values[tuple(Column).index(sheet.facts.recommended)] if row else None
    if total is not None and total.high is not None:
        high = yen(total.high)
        rows.append(
            Review(
                risk=Text("費用が増える", "Costs rise"),
                sign=Text(
                    f"{sheet.facts.years}年間の見込みが幅の上端({high.ja})を超える",
                    f"beyond the range's upper end, {high.en}",
                ),
                action=Text(
                    "単価を実績に置き換え、対策の順番と年度を選び直す",
                    "put in local prices and choose measures and years anew",
                ),
                who=COUNCILS,
            )
        )
    tight = next((one for one in sheet.cases if one.group == "budget" and one.undone), None)
    if tight is not None:
        left = number(tight.undone)
        rows.append(
            Review(
                risk=Text("予算が足りない", "Budgets fall short"),
                sign=Text(
                    f"{tight.label.ja}なら{left}件の対策が入らない",
                    f"with {tight.label.en}, {left} measures do not fit",
                ),
                action=Text(
                    "期限のあるものを先にし、残りを後の年度に送る",
                    "what has a deadline first, the rest in later years",
                ),
                who=COUNCILS,
            )
        )
    without = _case(sheet, "without_merging") or _case(sheet, "without_removal")
    base = _case(sheet, "plan")
    if without is not None and base is not None:
        more = yen(abs(without.total_yen - base.total_yen))
        word = Text("増える", "more") if without.total_yen >= base.total_yen else Text("減る", "less")
        rows.append(
            Review(
                risk=Text("統合・撤去の合意が得られない", "No consent to merging or removal"),
                sign=Text("説明と協議の期限までに合意がない", "none by the date set for it"),
                action=Text(f"残して更新する。費用は{more.ja}{word.ja}", f"keep and renew: {more.en} {word.en}"),
                who=COUNCILS,
            )
        )
    if sheet.facts.recommended is not Column.ALONE and len(sheet.members) > 1:
        hours = next((one for one in sheet.compare if one.code == "hours"), None)
        alone = hours.values[1] if hours else None
        plan = hours.values[tuple(Column).index(sheet.facts.recommended)] if hours else None
        share = percents(1 - plan.mid / alone.mid) if alone and plan and alone.mid > plan.mid else None
        lost = (
            Text(f"。時間の節約({share.ja})は小さくなる", f"; less than {share.en} of hours is saved")
            if share
            else Text("", "")
        )
        rows.append(
            Review(
                risk=Text("団体が参加しない、抜ける", "An owner stays out or leaves"),
                sign=Text("協定が議決されない、脱退の申出がある", "no vote for the agreement, or notice given"),
                action=Text(
                    f"その団体を除いて組合せを計算し直す{lost.ja}", f"compute the groups again without it{lost.en}"
                ),
                who=FORUM,
            )
        )
    rows.append(
        Review(
            risk=Text("緊急の判定・災害", "Urgent grades, disasters"),
            sign=Text("緊急措置段階の判定、通行止め、事故", "urgent grade, closure, accident"),
            action=Text(
                "計画によらず直ちに措置し、次の計算に記録する", "act at once whatever the plan says, and record it"
            ),
            who=MANAGER,
        )
    )
    return tuple(rows)
