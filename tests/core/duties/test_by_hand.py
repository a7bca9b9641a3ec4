"""Dates worked out with pen and paper from the articles; each row names the article it was worked out from.

A row: basis, asset class, attributes, events ("kind day [duty [grade]]; …"), day asked about, duty,
state, window opens, anniversary, last lawful day ("-" = none, "*" = not looked at; a duty that must not appear has
the state "absent"). Counting: the day of the event is not counted (Civil Code 140); months run by the calendar and
end before the corresponding day, or on the last day of a month that has none (143).
"""
# ruff: noqa: E501 - a table is read by its rows

from datetime import date
from typing import Any

import pytest

from gunmane.core.duties.bulk import bulk_due
from gunmane.core.duties.columns import columns
from gunmane.core.duties.daynumbers import day_of
from gunmane.core.duties.engine import DueItem, due_items
from gunmane.core.duties.rulerows import CODE
from gunmane.files.rules import rule_book
from gunmane.files.stories import read_stories

BOOK = rule_book()
SMALL = {"treatment": "combined", "process": "anaerobic_filter_contact_aeration", "capacity_persons": 5}
BLOW = {"treatment": "single", "process": "full_aeration"}
SEPARATED = {"treatment": "single", "process": "separated_aeration"}
FILM = {"treatment": "combined", "process": "contact_aeration", "capacity_persons": 60}
BRIDGE = {"length_m": 12.5}
PRONE = {"corrosion_prone": True}
LARGE = {"diameter_mm": 2000, "built_year": 1994}

Row = tuple[str, str, dict[str, Any], str, str, str, str, str, str, str]

SEPTIC: list[Row] = [
    # article 7: the 5 months that begin with the day after 3 months of use have passed
    ("浄化槽法7条・規則4条", "septic", SMALL, "start_of_use 2026-04-01", "2026-07-01", "septic.article7", "due", "2026-07-02", "2026-12-01", "2026-12-01"),
    ("7条 初日", "septic", SMALL, "start_of_use 2026-04-01", "2026-07-02", "septic.article7", "in_window", "2026-07-02", "*", "2026-12-01"),
    ("7条 末日", "septic", SMALL, "start_of_use 2026-04-01", "2026-12-01", "septic.article7", "in_window", "2026-07-02", "*", "2026-12-01"),
    ("7条 翌日", "septic", SMALL, "start_of_use 2026-04-01", "2026-12-02", "septic.article7", "overdue", "2026-07-02", "*", "2026-12-01"),
    ("7条 大晦日", "septic", SMALL, "start_of_use 2025-12-31", "2026-01-10", "septic.article7", "due", "2026-04-01", "*", "2026-08-31"),
    ("7条 うるう年", "septic", SMALL, "start_of_use 2027-11-30", "2028-01-10", "septic.article7", "due", "2028-03-01", "*", "2028-07-31"),
    ("7条 11月29日・うるう年", "septic", SMALL, "start_of_use 2023-11-29", "2024-03-01", "septic.article7", "in_window", "2024-03-01", "*", "2024-07-31"),
    ("7条 応当日なし", "septic", SMALL, "start_of_use 2026-10-30", "2027-01-30", "septic.article7", "due", "2027-01-31", "*", "2027-06-30"),
    ("7条 31日", "septic", SMALL, "start_of_use 2026-05-31", "2026-06-01", "septic.article7", "due", "2026-09-01", "*", "2027-01-31"),
    ("7条 改元", "septic", SMALL, "start_of_use 2019-04-30", "2019-05-01", "septic.article7", "due", "2019-08-01", "*", "2019-12-31"),
    ("7条 平成18年改正前", "septic", SMALL, "start_of_use 2005-12-15", "2006-07-01", "septic.article7", "in_window", "2006-06-16", "*", "2006-08-15"),
    ("7条 期間前の検査", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-07-01 septic.article7", "2026-08-01", "septic.article7", "in_window", "2026-07-02", "*", "2026-12-01"),
    ("7条 期間後の検査", "septic", SMALL, "start_of_use 2026-04-01; inspection 2027-02-10 septic.article7", "2027-02-10", "septic.article7", "done", "2026-07-02", "*", "2026-12-01"),
    ("7条 構造変更", "septic", SMALL, "start_of_use 2015-04-01; inspection 2015-09-01 septic.article7; structure_changed 2026-06-15", "2026-07-01", "septic.article7", "due", "2026-09-16", "*", "2027-02-15"),
    ("7条 設置だけでは始まらない", "septic", SMALL, "installed 2026-01-10", "2026-12-01", "septic.article7", "unknown_anchor", "-", "-", "-"),
    ("7条 起算日不明", "septic", SMALL, "", "2026-12-01", "septic.article7", "unknown_anchor", "-", "-", "-"),
    ("7条 使用開始予定", "septic", SMALL, "start_of_use 2027-01-10", "2026-12-01", "septic.article7", "waived", "-", "-", "-"),
    # article 11: once a year, in the fiscal years after that of the article 7 inspection
    ("11条 7条の翌年度", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-10-05 septic.article7", "2027-04-01", "septic.article11", "in_window", "2027-04-01", "2027-10-05", "2028-03-31"),
    ("11条 年度末", "septic", SMALL, "start_of_use 2020-04-01; inspection 2020-09-05 septic.article7; inspection 2027-03-31 septic.article11", "2027-04-01", "septic.article11", "in_window", "2027-04-01", "2028-03-31", "2028-03-31"),
    ("11条 年度初め", "septic", SMALL, "start_of_use 2020-04-01; inspection 2020-09-05 septic.article7; inspection 2027-04-01 septic.article11", "2028-03-31", "septic.article11", "due", "2028-04-01", "2028-04-01", "2029-03-31"),
    ("11条 2月29日", "septic", SMALL, "start_of_use 2020-04-01; inspection 2028-02-29 septic.article11", "2028-03-01", "septic.article11", "due", "2028-04-01", "2029-02-28", "2029-03-31"),
    ("11条 2月28日から2月29日", "septic", SMALL, "start_of_use 2020-04-01; inspection 2027-02-28 septic.article11", "2028-02-29", "septic.article11", "in_window", "2027-04-01", "2028-02-29", "2028-03-31"),
    ("11条 期限後", "septic", SMALL, "start_of_use 2020-04-01; inspection 2024-06-01 septic.article11", "2026-04-01", "septic.article11", "overdue", "2025-04-01", "2025-06-01", "2026-03-31"),
    ("11条 7条と並行しない", "septic", SMALL, "start_of_use 2026-04-01", "2027-06-01", "septic.article11", "waived", "-", "-", "-"),
    ("11条 割当月", "septic", {**SMALL, "inspection_month": 6}, "start_of_use 2020-04-01; inspection 2026-06-10 septic.article11", "2027-05-31", "septic.article11", "due", "2027-06-01", "2027-06-10", "2027-06-30"),
    ("11条 割当月・1~3月", "septic", {**SMALL, "inspection_month": 2}, "start_of_use 2020-04-01; inspection 2027-02-20 septic.article11", "2028-02-01", "septic.article11", "in_window", "2028-02-01", "2028-02-20", "2028-02-29"),
    ("11条 起算日不明", "septic", SMALL, "", "2026-12-01", "septic.article11", "unknown_anchor", "-", "-", "-"),
    # maintenance: the table of article 6 of the Ordinance, from the last visit
    ("規則6条 合併20人以下 4月", "septic", SMALL, "start_of_use 2026-04-01", "2026-04-02", "septic.maintenance", "in_window", "2026-04-01", "2026-08-01", "2026-08-01"),
    ("規則6条 31日から", "septic", SMALL, "start_of_use 2026-04-01; maintenance 2026-10-31", "2027-03-01", "septic.maintenance", "overdue", "2026-11-01", "*", "2027-02-28"),
    ("規則6条 早い実施", "septic", SMALL, "start_of_use 2026-04-01; maintenance 2026-06-10", "2026-07-01", "septic.maintenance", "in_window", "2026-06-11", "*", "2026-10-10"),
    ("規則6条 検査として記録した保守点検", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-06-10 septic.maintenance", "2026-07-01", "septic.maintenance", "in_window", "2026-06-11", "*", "2026-10-10"),
    ("規則6条 同じ日の保守点検と清掃", "septic", SMALL, "start_of_use 2026-04-01; cleaning 2026-07-31; maintenance 2026-07-31", "2026-07-31", "septic.maintenance", "due", "2026-08-01", "*", "2026-11-30"),
    ("規則6条 あすの保守点検はまだ事実でない", "septic", SMALL, "start_of_use 2026-04-01; maintenance 2026-08-02", "2026-08-01", "septic.maintenance", "in_window", "2026-04-01", "*", "2026-08-01"),
    ("規則6条 遅い実施", "septic", SMALL, "start_of_use 2026-04-01; maintenance 2026-09-20", "2026-09-21", "septic.maintenance", "in_window", "2026-09-21", "*", "2027-01-20"),
    ("規則6条 合併21人 3月", "septic", {**SMALL, "capacity_persons": 21}, "start_of_use 2020-01-01; maintenance 2026-11-30", "2026-12-01", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 合併50人 3月", "septic", {**SMALL, "capacity_persons": 50}, "start_of_use 2020-01-01; maintenance 2026-01-15", "2026-02-01", "septic.maintenance", "in_window", "*", "*", "2026-04-15"),
    ("規則6条 合併51人は表の外", "septic", {**SMALL, "capacity_persons": 51}, "start_of_use 2020-01-01; maintenance 2026-01-15", "2026-02-01", "septic.maintenance", "unknown_anchor", "-", "-", "-"),
    ("規則6条 全ばっ気20人 3月", "septic", {**BLOW, "capacity_persons": 20}, "start_of_use 1990-01-01; maintenance 2026-05-31", "2026-06-01", "septic.maintenance", "in_window", "*", "*", "2026-08-31"),
    ("規則6条 全ばっ気21人 2月", "septic", {**BLOW, "capacity_persons": 21}, "start_of_use 1990-01-01; maintenance 2025-12-31", "2026-01-01", "septic.maintenance", "in_window", "*", "*", "2026-02-28"),
    ("規則6条 全ばっ気300人 2月", "septic", {**BLOW, "capacity_persons": 300}, "start_of_use 1990-01-01; maintenance 2026-04-10", "2026-05-01", "septic.maintenance", "in_window", "*", "*", "2026-06-10"),
    ("規則6条 全ばっ気301人 1月", "septic", {**BLOW, "capacity_persons": 301}, "start_of_use 1990-01-01; maintenance 2028-01-31", "2028-02-29", "septic.maintenance", "in_window", "*", "*", "2028-02-29"),
    ("規則6条 分離ばっ気20人 4月", "septic", {**SEPARATED, "capacity_persons": 20}, "start_of_use 1990-01-01; maintenance 2026-08-31", "2026-09-01", "septic.maintenance", "in_window", "*", "*", "2026-12-31"),
    ("規則6条 分離ばっ気300人 3月", "septic", {**SEPARATED, "capacity_persons": 300}, "start_of_use 1990-01-01; maintenance 2026-08-30", "2026-09-01", "septic.maintenance", "in_window", "*", "*", "2026-11-30"),
    ("規則6条 分離ばっ気301人 2月", "septic", {**SEPARATED, "capacity_persons": 301}, "start_of_use 1990-01-01; maintenance 2026-12-30", "2027-01-01", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 散水ろ床 6月", "septic", {"treatment": "single", "process": "trickling_filter", "capacity_persons": 900}, "start_of_use 1990-01-01; maintenance 2025-08-31", "2026-01-01", "septic.maintenance", "in_window", "*", "*", "2026-02-28"),
    ("規則6条 活性汚泥 1週", "septic", {"treatment": "combined", "process": "activated_sludge"}, "start_of_use 2010-01-01; maintenance 2026-12-28", "2027-01-05", "septic.maintenance", "overdue", "*", "*", "2027-01-04"),
    ("規則6条 砂ろ過 1週", "septic", {**FILM, "advanced_unit": True}, "start_of_use 2010-01-01; maintenance 2028-02-25", "2028-02-28", "septic.maintenance", "in_window", "*", "*", "2028-03-03"),
    ("規則6条 流量調整 2週", "septic", {**FILM, "flow_equalisation": True}, "start_of_use 2010-01-01; maintenance 2026-02-20", "2026-02-28", "septic.maintenance", "in_window", "*", "*", "2026-03-06"),
    ("規則6条 その他の生物膜 3月", "septic", FILM, "start_of_use 2010-01-01; maintenance 2026-02-20", "2026-02-28", "septic.maintenance", "in_window", "*", "*", "2026-05-20"),
    ("規則6条 人槽不明", "septic", {**BLOW}, "start_of_use 2010-01-01; maintenance 2026-02-20", "2026-02-28", "septic.maintenance", "unknown_anchor", "-", "-", "-"),
    ("規則5条1項 使用開始直前", "septic", SMALL, "start_planned 2026-06-01", "2026-05-20", "septic.maintenance_before_use", "due", "*", "*", "2026-06-01"),
    ("規則5条1項 済み", "septic", SMALL, "maintenance 2026-05-31; start_of_use 2026-06-01", "2026-06-10", "septic.maintenance_before_use", "done", "*", "*", "*"),
    # cleaning: once a year, full aeration about every six months
    ("法10条 清掃 毎年1回", "septic", SMALL, "start_of_use 2026-04-01", "2026-05-01", "septic.cleaning", "in_window", "*", "*", "2027-04-01"),
    ("法10条 清掃 2月28日から", "septic", SMALL, "start_of_use 2020-04-01; cleaning 2027-02-28", "2028-02-29", "septic.cleaning", "in_window", "2027-03-01", "*", "2028-02-29"),
    ("法10条 清掃 2月29日から", "septic", SMALL, "start_of_use 2020-04-01; cleaning 2028-02-29", "2029-03-01", "septic.cleaning", "overdue", "2028-03-01", "*", "2029-02-28"),
    ("規則7条 全ばっ気 6月", "septic", {**BLOW, "capacity_persons": 5}, "start_of_use 1990-04-01; cleaning 2026-08-31", "2026-09-01", "septic.cleaning", "in_window", "2026-09-01", "*", "2027-02-28"),
    # suspension, resumption, abolition, change of owner
    ("法11条の2 休止中は保守点検なし", "septic", SMALL, "start_of_use 2020-04-01; maintenance 2025-06-01; cleaning 2025-06-30; suspended 2025-06-30", "2026-06-01", "septic.maintenance", "suspended", "-", "-", "-"),
    ("法11条の2 休止中は清掃なし", "septic", SMALL, "start_of_use 2020-04-01; cleaning 2025-06-30; suspended 2025-06-30", "2026-12-01", "septic.cleaning", "suspended", "-", "-", "-"),
    ("法11条の2 休止中は検査なし", "septic", SMALL, "start_of_use 2020-04-01; inspection 2020-09-01 septic.article7; suspended 2025-06-30", "2026-12-01", "septic.article11", "suspended", "-", "-", "-"),
    ("法11条の2 再開の届出", "septic", SMALL, "start_of_use 2020-04-01; suspended 2025-06-30; resumed 2026-05-10", "2026-05-11", "septic.resumption_report", "in_window", "2026-05-10", "2026-06-09", "2026-06-09"),
    ("法11条の2 再開の届出・うるう年", "septic", SMALL, "start_of_use 2020-04-01; suspended 2025-06-30; resumed 2028-01-31", "2028-03-02", "septic.resumption_report", "overdue", "*", "*", "2028-03-01"),
    ("再開後の保守点検", "septic", SMALL, "resumed 2026-05-10; suspended 2025-06-30; start_of_use 2020-04-01; maintenance 2025-06-01", "2026-05-11", "septic.maintenance", "in_window", "*", "*", "2026-09-10"),
    ("再開後の清掃", "septic", SMALL, "start_of_use 2020-04-01; cleaning 2025-06-30; suspended 2025-06-30; resumed 2026-05-10", "2026-05-11", "septic.cleaning", "in_window", "*", "*", "2027-05-10"),
    ("法11条の3 廃止の届出・連休", "septic", SMALL, "start_of_use 2020-04-01; abolished 2026-08-22", "2026-09-24", "septic.abolition_report", "in_window", "*", "2026-09-21", "2026-09-24"),
    ("廃止後は清掃なし", "septic", SMALL, "start_of_use 2020-04-01; abolished 2026-08-22", "2026-09-24", "septic.cleaning", "waived", "-", "-", "-"),
    ("同じ日に廃止して入替え", "septic", SMALL, "start_of_use 2001-04-01; abolished 2026-08-22; start_of_use 2026-08-22", "2026-09-24", "septic.article7", "due", "2026-11-23", "*", "2027-04-22"),
    ("同じ日に使用開始して廃止", "septic", SMALL, "start_of_use 2026-08-22; abolished 2026-08-22", "2026-09-24", "septic.article7", "waived", "-", "-", "-"),
    ("同じ日に休止して再開", "septic", SMALL, "start_of_use 2020-04-01; suspended 2026-08-31; resumed 2026-08-31", "2026-09-24", "septic.maintenance", "in_window", "*", "*", "2026-12-31"),
    ("同じ日に再開して休止", "septic", SMALL, "start_of_use 2020-04-01; suspended 2026-01-31; resumed 2026-08-31; suspended 2026-08-31", "2026-09-24", "septic.maintenance", "suspended", "-", "-", "-"),
    ("法10条の2 管理者の変更・年末年始", "septic", SMALL, "start_of_use 2020-04-01; owner_changed 2026-11-29", "2027-01-04", "septic.owner_report", "in_window", "*", "2026-12-29", "2027-01-04"),
    ("法10条の2 使用開始報告", "septic", SMALL, "start_of_use 2026-04-01", "2026-04-02", "septic.start_report", "in_window", "2026-04-01", "2026-05-01", "2026-05-01"),
    ("法10条の2 使用開始報告・大型連休", "septic", SMALL, "start_of_use 2026-04-03", "2026-05-07", "septic.start_report", "in_window", "*", "2026-05-03", "2026-05-07"),
    ("法10条の2 報告済み", "septic", SMALL, "start_of_use 2026-04-03; reported 2026-04-20 septic.start_report", "2026-05-07", "septic.start_report", "done", "*", "*", "*"),
    ("法10条2項 技術管理者 501人", "septic", {**SMALL, "capacity_persons": 501}, "start_of_use 2026-04-01", "2026-04-01", "septic.technical_manager", "in_window", "*", "*", "2026-04-01"),
    ("法10条2項 技術管理者の変更があれば選任済み", "septic", {**SMALL, "capacity_persons": 501}, "start_of_use 2020-04-01; manager_changed 2026-02-28", "2026-04-01", "septic.technical_manager", "done", "*", "*", "*"),
    ("法10条2項 500人は不要", "septic", {**SMALL, "capacity_persons": 500}, "start_of_use 2026-04-01", "2026-04-01", "septic.technical_manager", "absent", "-", "-", "-"),
    ("法10条の2第2項 技術管理者の変更", "septic", {**SMALL, "capacity_persons": 600}, "start_of_use 2020-04-01; manager_changed 2027-02-28", "2027-03-30", "septic.manager_report", "in_window", "*", "*", "2027-03-30"),
    ("法5条 設置の届出 21日前", "septic", SMALL, "work_planned 2026-06-30", "2026-06-01", "septic.installation_notice", "in_window", "-", "*", "2026-06-09"),
    ("法5条 型式認定 10日前", "septic", {**SMALL, "type_approved": True}, "work_planned 2026-06-30", "2026-06-21", "septic.installation_notice", "overdue", "-", "*", "2026-06-20"),
    ("入替え後は新しい使用開始", "septic", SMALL, "start_of_use 1990-04-01; cleaning 2026-03-01; replaced 2026-05-01; start_of_use 2026-05-10", "2026-06-01", "septic.article7", "due", "2026-08-11", "*", "2027-01-10"),
]  # fmt: skip

ROADS: list[Row] = [
    ("道路法施行規則4条の5の6・年度", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic", "2026-12-01", "road.periodic", "in_window", "2026-04-01", "2026-11-10", "2027-03-31"),
    ("5年 年度開始前", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic", "2026-03-31", "road.periodic", "due", "2026-04-01", "*", "2027-03-31"),
    ("5年 期限後", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic", "2027-04-01", "road.periodic", "overdue", "*", "*", "2027-03-31"),
    ("5年 年度末の点検", "bridge", BRIDGE, "inspection 2021-03-31 road.periodic", "2026-03-31", "road.periodic", "in_window", "2025-04-01", "2026-03-31", "2026-03-31"),
    ("5年 2月29日", "tunnel", {}, "inspection 2024-02-29 road.periodic", "2028-04-01", "road.periodic", "in_window", "2028-04-01", "2029-02-28", "2029-03-31"),
    ("5年 早い点検は前へ", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic; inspection 2024-05-01 road.periodic", "2024-06-01", "road.periodic", "due", "2029-04-01", "2029-05-01", "2030-03-31"),
    ("5年 遅い点検は後へ", "bridge", BRIDGE, "inspection 2018-11-10 road.periodic; inspection 2024-05-01 road.periodic", "2024-06-01", "road.periodic", "due", "2029-04-01", "2029-05-01", "2030-03-31"),
    ("1巡目", "bridge", BRIDGE, "inspection 2012-06-01 road.periodic", "2019-03-31", "road.periodic", "in_window", "*", "*", "2019-03-31"),
    ("初回 供用後2年", "bridge", BRIDGE, "opened 2024-05-10", "2026-05-11", "road.periodic", "overdue", "2024-05-10", "2026-05-10", "2026-05-10"),
    ("初回 うるう日の供用", "bridge", BRIDGE, "opened 2024-02-29", "2024-03-01", "road.periodic", "in_window", "*", "*", "2026-02-28"),
    ("初回 架替え後2年", "bridge", BRIDGE, "opened 1975-04-01; inspection 2020-06-01 road.periodic; replaced 2025-03-31", "2025-04-01", "road.periodic", "in_window", "2025-03-31", "*", "2027-03-31"),
    ("古い橋で点検歴なし", "bridge", BRIDGE, "opened 1975-04-01", "2026-04-01", "road.periodic", "unknown_anchor", "-", "-", "-"),
    ("橋長2m未満", "bridge", {"length_m": 1.99}, "inspection 2021-11-10 road.periodic", "2026-12-01", "road.periodic", "absent", "-", "-", "-"),
    ("橋長2.0m", "bridge", {"length_m": 2.0}, "inspection 2021-11-10 road.periodic", "2026-12-01", "road.periodic", "in_window", "*", "*", "2027-03-31"),
    ("起算日不明", "road_structure", {"kind": "gantry"}, "", "2026-12-01", "road.periodic", "unknown_anchor", "-", "-", "-"),
    ("判定Ⅲ 次回点検まで", "bridge", BRIDGE, "inspection 2023-10-01 road.periodic III", "2026-12-01", "road.measure", "in_window", "*", "2028-10-01", "2029-03-31"),
    ("判定Ⅲ 措置済み", "bridge", BRIDGE, "inspection 2023-10-01 road.periodic III; repaired 2025-02-01", "2026-12-01", "road.measure", "done", "*", "*", "*"),
    ("判定Ⅲ 全角のⅢ", "bridge", BRIDGE, "inspection 2023-10-01 road.periodic Ⅲ", "2026-12-01", "road.measure", "in_window", "*", "2028-10-01", "2029-03-31"),
    ("判定Ⅳ 直ちに", "bridge", BRIDGE, "inspection 2026-10-01 road.periodic IV", "2026-10-02", "road.measure", "overdue", "2026-10-01", "*", "2026-10-01"),
    ("判定Ⅱ", "bridge", BRIDGE, "inspection 2026-10-01 road.periodic II", "2026-10-02", "road.measure", "absent", "-", "-", "-"),
    ("Ⅲのあと修繕してⅠ", "bridge", BRIDGE, "inspection 2019-10-01 road.periodic III; repaired 2022-02-01; inspection 2024-10-01 road.periodic I", "2026-10-02", "road.measure", "absent", "-", "-", "-"),
    ("判定のみ後日", "bridge", BRIDGE, "inspection 2023-10-01 road.periodic; judged 2024-04-20 road.periodic III", "2026-12-01", "road.measure", "in_window", "*", "2029-04-20", "2030-03-31"),
    ("修繕は点検の期限を変えない", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic; repaired 2025-02-01", "2026-12-01", "road.periodic", "in_window", "*", "2026-11-10", "2027-03-31"),
    ("舗装点検要領 分類B 5年", "pavement", {"road_class": "B"}, "inspection 2021-06-15 road.pavement", "2026-06-16", "road.pavement", "in_window", "2026-04-01", "2026-06-15", "2027-03-31"),
    ("舗装 表層更新から", "pavement", {"road_class": "A"}, "inspection 2021-06-15 road.pavement; resurfaced 2025-10-01", "2026-06-16", "road.pavement", "due", "2030-04-01", "2030-10-01", "2031-03-31"),
    ("舗装 分類C 管理者が定める", "pavement", {"road_class": "C", "inspection_cycle_years": 8}, "inspection 2021-06-15 road.pavement", "2026-06-16", "road.pavement", "due", "2029-04-01", "2029-06-15", "2030-03-31"),
    ("舗装 分類C 周期0年は周期なし", "pavement", {"road_class": "C", "inspection_cycle_years": 0}, "inspection 2021-06-15 road.pavement", "2026-06-16", "road.pavement", "unknown_anchor", "-", "-", "-"),
    ("舗装 分類D 巡視", "pavement", {"road_class": "D"}, "inspection 2011-06-15 road.pavement", "2026-06-16", "road.pavement", "waived", "-", "-", "-"),
    ("舗装 分類不明", "pavement", {}, "inspection 2011-06-15 road.pavement", "2026-06-16", "road.pavement", "unknown_anchor", "-", "-", "-"),
    ("占用 5年経過時", "water_pipe", {}, "permit_granted 2022-04-10; permit_expires 2032-03-31", "2026-12-01", "road.occupancy_five_years", "in_window", "*", "*", "2027-04-10"),
    ("占用 5年ちょうどの許可", "water_pipe", {}, "permit_granted 2022-04-01; permit_expires 2027-03-31", "2026-12-01", "road.occupancy_five_years", "absent", "-", "-", "-"),
    ("占用 施行前の5年経過", "water_pipe", {}, "permit_granted 2020-04-01; permit_expires 2030-03-31", "2026-12-01", "road.occupancy_five_years", "waived", "*", "*", "*"),
    ("占用 施行日の5年経過", "sewer_pipe", {}, "permit_granted 2021-04-01; permit_expires 2031-03-31", "2026-03-31", "road.occupancy_five_years", "absent", "-", "-", "-"),
    ("占用 施行日の5年経過・施行後", "sewer_pipe", {}, "permit_granted 2021-04-01; permit_expires 2031-03-31", "2026-04-01", "road.occupancy_five_years", "in_window", "*", "*", "2026-04-01"),
    ("占用 更新時", "manhole", {}, "permit_granted 2022-04-01; permit_expires 2027-03-31", "2026-12-01", "road.occupancy_renewal", "due", "*", "*", "2027-03-31"),
    ("占用 施行前の更新", "manhole", {}, "permit_granted 2015-04-01; permit_expires 2025-03-31", "2026-12-01", "road.occupancy_renewal", "waived", "*", "*", "*"),
]  # fmt: skip

PIPES: list[Row] = [
    ("下水道法施行令5条の12", "sewer_pipe", PRONE, "inspection 2021-06-15 sewer.corrosion", "2026-06-15", "sewer.corrosion", "in_window", "2021-06-16", "2026-06-15", "2026-06-15"),
    ("5年 月末", "manhole", PRONE, "inspection 2023-02-28 sewer.corrosion", "2028-02-29", "sewer.corrosion", "in_window", "*", "*", "2028-02-29"),
    ("5年 うるう日", "sewer_pipe", PRONE, "inspection 2024-02-29 sewer.corrosion", "2029-03-01", "sewer.corrosion", "overdue", "*", "*", "2029-02-28"),
    ("1巡目 平成28~令和2年度", "sewer_pipe", PRONE, "inspection 2013-06-15 sewer.corrosion", "2020-06-15", "sewer.corrosion", "in_window", "*", "*", "2021-03-31"),
    ("起算日不明", "sewer_pipe", PRONE, "", "2026-06-15", "sewer.corrosion", "unknown_anchor", "-", "-", "-"),
    ("施行後の供用から5年", "sewer_pipe", PRONE, "opened 2023-04-01", "2026-06-15", "sewer.corrosion", "in_window", "2023-04-01", "*", "2028-04-01"),
    ("施行前の供用で点検歴なし", "sewer_pipe", PRONE, "opened 1990-04-01", "2026-06-15", "sewer.corrosion", "unknown_anchor", "-", "-", "-"),
    ("腐食のおそれなし", "sewer_pipe", {"corrosion_prone": False}, "inspection 2013-06-15 sewer.corrosion", "2026-06-15", "sewer.corrosion", "absent", "-", "-", "-"),
    ("特別重点調査 内径2m・平成6年度", "sewer_pipe", LARGE, "", "2025-03-18", "sewer.special_survey", "in_window", "2025-03-18", "-", "-"),
    ("特別重点調査 要請の前日", "sewer_pipe", LARGE, "", "2025-03-17", "sewer.special_survey", "absent", "-", "-", "-"),
    ("特別重点調査 平成7年度", "sewer_pipe", {**LARGE, "built_year": 1995}, "", "2025-04-01", "sewer.special_survey", "absent", "-", "-", "-"),
    ("特別重点調査 内径1,999mm", "sewer_pipe", {**LARGE, "diameter_mm": 1999}, "", "2025-04-01", "sewer.special_survey", "absent", "-", "-", "-"),
    ("特別重点調査 改築済み", "sewer_pipe", LARGE, "replaced 2005-06-01", "2025-04-01", "sewer.special_survey", "absent", "-", "-", "-"),
    ("特別重点調査 設置年度不明", "sewer_pipe", {"diameter_mm": 2400}, "", "2025-04-01", "sewer.special_survey", "unknown_anchor", "-", "-", "-"),
    ("緊急度Ⅰ 1年", "sewer_pipe", LARGE, "inspection 2025-07-01 sewer.special_survey; judged 2025-08-08 sewer.special_survey I", "2026-08-09", "sewer.repair", "overdue", "*", "*", "2026-08-08"),
    ("緊急度Ⅱ 5年", "sewer_pipe", LARGE, "inspection 2025-07-01 sewer.special_survey; judged 2025-08-31 sewer.special_survey II", "2026-08-09", "sewer.repair", "in_window", "*", "*", "2030-08-31"),
    ("緊急度Ⅰ 措置済み", "sewer_pipe", LARGE, "judged 2025-08-08 sewer.special_survey I; repaired 2026-03-01", "2026-08-09", "sewer.repair", "done", "*", "*", "*"),
    ("緊急度 判定待ち", "sewer_pipe", LARGE, "inspection 2025-07-01 sewer.special_survey", "2026-08-09", "sewer.repair", "unknown_anchor", "*", "*", "*"),
    ("技術基準案は施行前", "sewer_pipe", {**LARGE, "important": True}, "inspection 2020-07-01 sewer.corrosion", "2026-12-01", "sewer.important", "absent", "-", "-", "-"),
    ("水道 水管橋 5年", "water_pipe", {"crossing": True}, "inspection 2024-08-31 water.crossing", "2026-12-01", "water.crossing", "in_window", "*", "*", "2029-08-31"),
    ("水道 コンクリート構造物 5年", "treatment_plant", {"kind": "water"}, "inspection 2021-05-20 water.concrete", "2026-05-21", "water.concrete", "overdue", "*", "*", "2026-05-20"),
    ("下水処理場は対象外", "treatment_plant", {"kind": "sewage"}, "inspection 2021-05-20 water.concrete", "2026-05-21", "water.concrete", "absent", "-", "-", "-"),
    ("埋設管に法定周期なし", "water_pipe", {"crossing": False}, "inspection 2001-05-20", "2026-05-21", "water.crossing", "absent", "-", "-", "-"),
    ("緊急輸送道路下の鋳鉄管", "water_pipe", {"material": "CIP", "under_emergency_route": True}, "", "2026-12-01", "water.cast_iron", "in_window", "*", "2031-03-31", "2031-03-31"),
    ("緊急輸送道路下のダクタイル鋳鉄管", "water_pipe", {"material": "DIP", "under_emergency_route": True}, "", "2026-12-01", "water.cast_iron", "absent", "-", "-", "-"),
]  # fmt: skip

ROWS = [*SEPTIC, *ROADS, *PIPES]


def story(row: Row) -> dict[str, Any]:
    """The row as it would stand in a file."""
    events = [dict(zip(("kind", "on", "duty", "grade"), text.split(), strict=False)) for text in row[3].split(";")]
    events = [event for event in events if event]
    return {"id": row[0], "asset_class": row[1], "owner": "042064", "attributes": row[2], "events": events}


def shown(day: date | None) -> str:
    return "-" if day is None else day.isoformat()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[5]} {row[0]} {row[4]}")
def test_dates_worked_out_by_hand(row: Row) -> None:
    check(row)


def check(row: Row) -> None:
    """Compare a row with the sentences and with the columns."""
    (facts,) = read_stories([story(row)], BOOK)
    on, duty, state, *days = (date.fromisoformat(row[4]), *row[5:])
    item: DueItem | None = {item.duty: item for item in due_items(facts, on, BOOK)}.get(duty)
    bulk = bulk_due(columns(facts.asset_class, [facts]), on, BOOK).get(duty)
    if state == "absent":
        assert item is None
        assert bulk is None or bulk.state[0] < 0
        return
    assert item is not None
    found = [shown(item.window_open), shown(item.due_soft), shown(item.due)]
    assert item.state.value == state, found
    assert found == [wanted if wanted != "*" else seen for wanted, seen in zip(days, found, strict=True)]
    # the columns say the same as the sentences
    assert bulk is not None
    assert bulk.state[0] == CODE[item.state]
    assert day_of(bulk.due[0]) == item.due


def test_the_table_is_large_and_covers_the_duties() -> None:
    assert len(ROWS) >= 120
    in_force = {rule.duty for rule in BOOK.rules if rule.in_force(date(2026, 12, 1))}
    rare = {"septic.maintenance_before_resumption", "road.minor_detailed", "road.minor_intermediate"}
    assert in_force - {row[5] for row in ROWS} <= rare
