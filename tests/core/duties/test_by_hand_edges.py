"""Further dates worked out with pen and paper, at the edges: ends of months, leap days, years' turns, second starts.

Rows as in test_by_hand.
"""
# ruff: noqa: E501 - a table is read by its rows

import pytest
from tests.core.duties.test_by_hand import BLOW, BRIDGE, FILM, LARGE, PRONE, SEPARATED, SMALL, Row, check

SEPTIC: list[Row] = [
    # article 7: counting begins the day after the start of use; 3 months, then a window of 5
    ("7条 1月31日", "septic", SMALL, "start_of_use 2026-01-31", "2026-04-30", "septic.article7", "due", "2026-05-01", "*", "2026-09-30"),
    ("7条 2月28日は3月1日起算", "septic", SMALL, "start_of_use 2026-02-28", "2026-05-31", "septic.article7", "due", "2026-06-01", "*", "2026-10-31"),
    ("7条 2月29日は3月1日起算", "septic", SMALL, "start_of_use 2024-02-29", "2024-11-01", "septic.article7", "overdue", "2024-06-01", "*", "2024-10-31"),
    ("7条 11月29日・うるう年へ", "septic", SMALL, "start_of_use 2027-11-29", "2028-02-29", "septic.article7", "due", "2028-03-01", "*", "2028-07-31"),
    ("7条 11月29日・平年へ", "septic", SMALL, "start_of_use 2026-11-29", "2027-03-01", "septic.article7", "in_window", "2027-03-01", "*", "2027-07-31"),
    ("7条 11月27日", "septic", SMALL, "start_of_use 2026-11-27", "2027-07-28", "septic.article7", "overdue", "2027-02-28", "*", "2027-07-27"),
    ("7条 8月31日", "septic", SMALL, "start_of_use 2026-08-31", "2027-04-30", "septic.article7", "in_window", "2026-12-01", "*", "2027-04-30"),
    ("7条 7月30日", "septic", SMALL, "start_of_use 2026-07-30", "2026-10-30", "septic.article7", "due", "2026-10-31", "*", "2027-03-30"),
    ("7条 改正規則の初日", "septic", SMALL, "start_of_use 2006-02-01", "2006-05-02", "septic.article7", "in_window", "2006-05-02", "*", "2006-10-01"),
    ("7条 改正規則の前日", "septic", SMALL, "start_of_use 2006-01-31", "2006-07-31", "septic.article7", "due", "2006-08-01", "*", "2006-09-30"),
    ("7条 期間の初日に受検", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-07-02 septic.article7", "2026-07-02", "septic.article7", "done", "*", "*", "*"),
    ("7条 同じ検査が二度載っている", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-08-01 septic.article7; inspection 2026-08-01 septic.article7", "2026-08-02", "septic.article7", "done", "*", "*", "*"),
    ("7条 使用開始が二度載っている", "septic", SMALL, "start_of_use 2026-04-01; start_of_use 2026-04-01", "2026-07-02", "septic.article7", "in_window", "2026-07-02", "*", "2026-12-01"),
    ("7条 あすの検査はまだ事実でない", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-09-01 septic.article7", "2026-08-31", "septic.article7", "in_window", "2026-07-02", "*", "2026-12-01"),
    ("7条 休止中", "septic", SMALL, "start_of_use 2026-04-01; suspended 2026-06-01", "2026-12-10", "septic.article7", "suspended", "-", "-", "-"),
    ("7条 再開から数え直す", "septic", SMALL, "start_of_use 2026-04-01; suspended 2026-06-01; resumed 2027-05-10", "2027-06-01", "septic.article7", "due", "2027-08-11", "*", "2028-01-10"),
    ("7条 廃止後", "septic", SMALL, "start_of_use 2026-04-01; abolished 2026-08-01", "2026-12-10", "septic.article7", "waived", "-", "-", "-"),
    ("7条 施設の使用開始日は属性でもよい", "septic", {**SMALL, "use_started_on": "2026-04-01"}, "", "2026-12-02", "septic.article7", "overdue", "2026-07-02", "*", "2026-12-01"),
    # article 11
    ("11条 7条が年度末", "septic", SMALL, "start_of_use 2025-08-01; inspection 2026-03-31 septic.article7", "2026-04-01", "septic.article11", "in_window", "2026-04-01", "2027-03-31", "2027-03-31"),
    ("11条 7条が年度初め", "septic", SMALL, "start_of_use 2025-08-01; inspection 2026-04-01 septic.article7", "2027-03-31", "septic.article11", "due", "2027-04-01", "2027-04-01", "2028-03-31"),
    ("11条 数年受けていない", "septic", SMALL, "start_of_use 2015-04-01; inspection 2015-09-01 septic.article7; inspection 2023-05-05 septic.article11", "2026-04-01", "septic.article11", "overdue", "2024-04-01", "2024-05-05", "2025-03-31"),
    ("11条 再開から", "septic", SMALL, "start_of_use 2015-04-01; inspection 2015-09-01 septic.article7; inspection 2024-06-01 septic.article11; suspended 2024-10-01; resumed 2026-05-10", "2026-06-01", "septic.article11", "due", "2027-04-01", "2027-05-10", "2028-03-31"),
    ("11条 7条の期限後も並行しない", "septic", SMALL, "start_of_use 2024-04-01", "2026-06-01", "septic.article11", "waived", "-", "-", "-"),
    ("11条 割当月12月", "septic", {**SMALL, "inspection_month": 12}, "start_of_use 2015-04-01; inspection 2025-12-10 septic.article11", "2027-01-01", "septic.article11", "overdue", "2026-12-01", "2026-12-10", "2026-12-31"),
    ("11条 割当月3月・年度をまたがない", "septic", {**SMALL, "inspection_month": 3}, "start_of_use 2015-04-01; inspection 2026-04-02 septic.article11", "2028-03-01", "septic.article11", "in_window", "2028-03-01", "2027-04-02", "2028-03-31"),
    # the table of article 6
    ("規則6条 分離接触ばっ気・単独300人", "septic", {"treatment": "single", "process": "separated_contact_aeration", "capacity_persons": 300}, "start_of_use 1990-04-01; maintenance 2026-11-30", "2027-02-28", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 単純ばっ気20人", "septic", {"treatment": "single", "process": "simple_aeration", "capacity_persons": 20}, "start_of_use 1990-04-01; maintenance 2026-10-31", "2027-02-28", "septic.maintenance", "in_window", "2026-11-01", "*", "2027-02-28"),
    ("規則6条 平面酸化床", "septic", {"treatment": "single", "process": "flat_oxidation_bed", "capacity_persons": 10}, "start_of_use 1990-04-01; maintenance 2026-08-31", "2027-03-01", "septic.maintenance", "overdue", "*", "*", "2027-02-28"),
    ("規則6条 地下砂ろ過・人槽不明でもよい", "septic", {"treatment": "single", "process": "underground_sand_filter"}, "start_of_use 1990-04-01; maintenance 2026-01-15", "2026-07-15", "septic.maintenance", "in_window", "*", "*", "2026-07-15"),
    ("規則6条 脱窒ろ床20人", "septic", {"treatment": "combined", "process": "denitrification_filter_contact_aeration", "capacity_persons": 20}, "start_of_use 2010-04-01; maintenance 2026-01-15", "2026-05-16", "septic.maintenance", "overdue", "*", "*", "2026-05-15"),
    ("規則6条 脱窒ろ床21人", "septic", {"treatment": "combined", "process": "denitrification_filter_contact_aeration", "capacity_persons": 21}, "start_of_use 2010-04-01; maintenance 2026-01-15", "2026-04-15", "septic.maintenance", "in_window", "*", "*", "2026-04-15"),
    ("規則6条 分離接触ばっ気・合併20人", "septic", {"treatment": "combined", "process": "separated_contact_aeration", "capacity_persons": 20}, "start_of_use 2010-04-01; maintenance 2025-10-31", "2026-02-28", "septic.maintenance", "in_window", "*", "*", "2026-02-28"),
    ("規則6条 回転板・凝集槽と流量調整槽の両方は1週", "septic", {**FILM, "process": "rotating_disc", "advanced_unit": True, "flow_equalisation": True}, "start_of_use 2010-04-01; maintenance 2026-12-25", "2027-01-01", "septic.maintenance", "in_window", "*", "*", "2027-01-01"),
    ("規則6条 回転板・その他", "septic", {**FILM, "process": "rotating_disc"}, "start_of_use 2010-04-01; maintenance 2026-05-31", "2026-08-31", "septic.maintenance", "in_window", "*", "*", "2026-08-31"),
    ("規則6条 全ばっ気の合併は表の外", "septic", {"treatment": "combined", "process": "full_aeration", "capacity_persons": 50}, "start_of_use 2010-04-01; maintenance 2026-05-31", "2026-08-31", "septic.maintenance", "unknown_anchor", "-", "-", "-"),
    ("規則6条 活性汚泥・初回", "septic", {"treatment": "combined", "process": "activated_sludge"}, "start_of_use 2026-04-01", "2026-04-09", "septic.maintenance", "overdue", "*", "*", "2026-04-08"),
    ("規則6条 告示の間隔10週", "septic", {**SMALL, "maintenance_weeks": 10}, "start_of_use 2020-04-01; maintenance 2026-04-01", "2026-06-10", "septic.maintenance", "in_window", "*", "*", "2026-06-10"),
    ("規則6条 二度の休止", "septic", SMALL, "start_of_use 2015-04-01; maintenance 2020-01-10; suspended 2020-02-01; resumed 2021-02-01; suspended 2022-02-01; resumed 2026-01-31", "2026-05-31", "septic.maintenance", "in_window", "*", "*", "2026-05-31"),
    # cleaning
    ("清掃 全ばっ気 2月28日", "septic", {**BLOW, "capacity_persons": 10}, "start_of_use 1990-04-01; cleaning 2026-02-28", "2026-09-01", "septic.cleaning", "overdue", "2026-03-01", "*", "2026-08-31"),
    ("清掃 全ばっ気 8月30日", "septic", {**BLOW, "capacity_persons": 10}, "start_of_use 1990-04-01; cleaning 2025-08-30", "2026-02-28", "septic.cleaning", "in_window", "*", "*", "2026-02-28"),
    ("清掃 全ばっ気 初回", "septic", {**BLOW, "capacity_persons": 10}, "start_of_use 2026-04-01", "2026-10-01", "septic.cleaning", "in_window", "*", "*", "2026-10-01"),
    ("清掃 分離ばっ気は12月", "septic", {**SEPARATED, "capacity_persons": 10}, "start_of_use 1990-04-01; cleaning 2024-02-29", "2025-03-01", "septic.cleaning", "overdue", "*", "*", "2025-02-28"),
    ("清掃 早い実施は次を早める", "septic", SMALL, "start_of_use 2020-04-01; cleaning 2026-01-10; cleaning 2026-06-20", "2026-07-01", "septic.cleaning", "in_window", "2026-06-21", "*", "2027-06-20"),
    ("清掃 起算日不明", "septic", SMALL, "installed 2020-03-01", "2026-07-01", "septic.cleaning", "unknown_anchor", "-", "-", "-"),
    # filings: 30 days, moved off days on which offices are closed
    ("使用開始報告 昭和の日", "septic", SMALL, "start_of_use 2026-03-30", "2026-04-30", "septic.start_report", "in_window", "*", "2026-04-29", "2026-04-30"),
    ("使用開始報告 年末年始", "septic", SMALL, "start_of_use 2026-12-01", "2027-01-05", "septic.start_report", "overdue", "*", "2026-12-31", "2027-01-04"),
    ("管理者変更 平年の2月", "septic", SMALL, "start_of_use 2020-04-01; owner_changed 2026-02-10", "2026-03-12", "septic.owner_report", "in_window", "*", "*", "2026-03-12"),
    ("管理者変更 うるう年・土曜", "septic", SMALL, "start_of_use 2020-04-01; owner_changed 2028-02-10", "2028-03-13", "septic.owner_report", "in_window", "*", "2028-03-11", "2028-03-13"),
    ("管理者変更 二度目は改めて", "septic", SMALL, "start_of_use 2020-04-01; owner_changed 2026-03-01; reported 2026-03-20 septic.owner_report; owner_changed 2026-05-01", "2026-05-10", "septic.owner_report", "in_window", "*", "2026-05-31", "2026-06-01"),
    ("廃止届 期限後", "septic", SMALL, "start_of_use 2020-04-01; abolished 2026-08-01", "2026-09-01", "septic.abolition_report", "overdue", "*", "*", "2026-08-31"),
    ("廃止届 遅れて提出", "septic", SMALL, "start_of_use 2020-04-01; abolished 2026-04-01; reported 2026-06-01 septic.abolition_report", "2026-09-01", "septic.abolition_report", "done", "*", "*", "*"),
    ("設置届 21日前は2月末", "septic", SMALL, "work_planned 2026-03-21", "2026-03-01", "septic.installation_notice", "overdue", "-", "*", "2026-02-28"),
    ("設置届 型式認定・10日前", "septic", {**SMALL, "type_approved": True}, "work_planned 2026-03-05", "2026-02-23", "septic.installation_notice", "in_window", "-", "*", "2026-02-23"),
    ("技術管理者 501人・廃止後", "septic", {**SMALL, "capacity_persons": 501}, "start_of_use 2020-04-01; abolished 2026-02-28", "2026-04-01", "septic.technical_manager", "waived", "-", "-", "-"),
]  # fmt: skip

OTHERS: list[Row] = [
    ("初回 年度末の供用", "tunnel", {}, "opened 2025-03-31", "2027-03-31", "road.periodic", "in_window", "*", "2027-03-31", "2027-03-31"),
    ("5年 平成30年度末", "bridge", BRIDGE, "inspection 2019-03-31 road.periodic", "2024-04-01", "road.periodic", "overdue", "2023-04-01", "2024-03-31", "2024-03-31"),
    ("5年 令和元年度初め", "bridge", BRIDGE, "inspection 2019-04-01 road.periodic", "2024-04-01", "road.periodic", "in_window", "2024-04-01", "2024-04-01", "2025-03-31"),
    ("判定Ⅲが続いても最初から5年", "bridge", BRIDGE, "inspection 2019-06-01 road.periodic III; inspection 2024-06-01 road.periodic III", "2026-01-01", "road.measure", "overdue", "*", "2024-06-01", "2025-03-31"),
    ("判定Ⅲの措置後に再びⅢ", "bridge", BRIDGE, "inspection 2016-06-01 road.periodic III; repaired 2019-02-01; inspection 2021-06-01 road.periodic III", "2026-01-01", "road.measure", "in_window", "*", "2026-06-01", "2027-03-31"),
    ("廃橋", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic; abolished 2025-05-01", "2027-04-01", "road.periodic", "waived", "-", "-", "-"),
    ("腐食 5年の翌日", "sewer_pipe", PRONE, "inspection 2021-04-01 sewer.corrosion", "2026-04-02", "sewer.corrosion", "overdue", "*", "*", "2026-04-01"),
    ("腐食 特別重点調査も点検", "sewer_pipe", {**PRONE, **LARGE}, "inspection 2021-04-01 sewer.corrosion; inspection 2025-07-31 sewer.special_survey", "2026-04-02", "sewer.corrosion", "in_window", "2025-08-01", "*", "2030-07-31"),
    ("緊急度Ⅰ 月末", "sewer_pipe", LARGE, "judged 2025-08-31 sewer.special_survey I", "2026-08-31", "sewer.repair", "in_window", "*", "*", "2026-08-31"),
    ("占用 施行後の5年", "water_pipe", {}, "permit_granted 2021-04-02; permit_expires 2031-04-01", "2026-04-03", "road.occupancy_five_years", "overdue", "*", "*", "2026-04-02"),
    ("占用 施行前日の5年", "water_pipe", {}, "permit_granted 2021-03-31; permit_expires 2031-03-30", "2026-05-01", "road.occupancy_five_years", "waived", "*", "*", "*"),
    ("占用 更新の翌日", "sewer_pipe", {}, "permit_granted 2021-04-01; permit_expires 2026-04-01", "2026-04-02", "road.occupancy_renewal", "overdue", "*", "*", "2026-04-01"),
    ("占用 更新時に報告済み", "sewer_pipe", {}, "permit_granted 2021-04-01; reported 2026-03-20 road.occupancy_renewal; permit_expires 2026-04-01", "2026-04-02", "road.occupancy_renewal", "done", "*", "*", "*"),
]  # fmt: skip


@pytest.mark.parametrize("row", [*SEPTIC, *OTHERS], ids=lambda row: f"{row[5]} {row[0]} {row[4]}")
def test_dates_at_the_edges(row: Row) -> None:
    check(row)


def test_there_are_sixty_of_them() -> None:
    assert len(SEPTIC) + len(OTHERS) >= 60
