"""Further life stories, worked out by hand from the articles before they were run (columns as in `test_by_hand`).

Suspension and resumption for each process and size, article 7 beside article 11, tanks that follow one another,
filings at closed days, leap days and changes of era; roads, sewers, water and road occupancy at their turning points.
"""
# ruff: noqa: E501 - a table is read by its rows

from datetime import date

import pytest
from tests.core.duties.test_by_hand import BLOW, BOOK, BRIDGE, FILM, LARGE, PRONE, SEPARATED, SMALL, Row, check, story

from gunmane.core.duties.engine import due_items
from gunmane.files.stories import read_stories

SUDDEN = {"treatment": "combined", "process": "activated_sludge", "capacity_persons": 500}
BED = {"treatment": "single", "process": "trickling_filter", "capacity_persons": 30}
FIFTY = {**SMALL, "capacity_persons": 50}
MANY = {**SUDDEN, "capacity_persons": 501}
IRON = {"material": "CIP", "under_emergency_route": True}
CROSSING = {"crossing": True}
WORKS = {"kind": "water"}

RESUMED: list[Row] = [
    # maintenance: the table of article 6 counted from the resumption of use, for every process and size
    ("規則6条 分離ばっ気15人・休止中", "septic", {**SEPARATED, "capacity_persons": 15}, "start_of_use 2001-05-01; maintenance 2024-02-10; cleaning 2024-03-15; suspended 2024-03-20", "2026-11-24", "septic.maintenance", "suspended", "-", "-", "-"),
    ("規則6条 分離ばっ気15人・再開 4月", "septic", {**SEPARATED, "capacity_persons": 15}, "start_of_use 2001-05-01; maintenance 2024-02-10; suspended 2024-03-20; resumed 2026-08-31", "2026-11-24", "septic.maintenance", "in_window", "*", "2026-12-31", "2026-12-31"),
    ("規則6条 分離接触ばっ気301人・再開 2月", "septic", {"treatment": "single", "process": "separated_contact_aeration", "capacity_persons": 301}, "start_of_use 1995-04-01; maintenance 2024-01-10; suspended 2024-03-20; resumed 2026-12-31", "2027-02-28", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 単純ばっ気21人・再開 3月", "septic", {"treatment": "single", "process": "simple_aeration", "capacity_persons": 21}, "start_of_use 1995-04-01; suspended 2024-03-20; resumed 2026-03-30", "2026-07-01", "septic.maintenance", "overdue", "*", "*", "2026-06-30"),
    ("規則6条 全ばっ気20人・再開 3月", "septic", {**BLOW, "capacity_persons": 20}, "start_of_use 1990-04-01; suspended 2024-03-20; resumed 2027-11-30", "2028-02-29", "septic.maintenance", "in_window", "*", "*", "2028-02-29"),
    ("規則6条 全ばっ気100人・再開 2月", "septic", {**BLOW, "capacity_persons": 100}, "start_of_use 1990-04-01; suspended 2025-07-31; resumed 2026-06-30", "2026-09-01", "septic.maintenance", "overdue", "*", "*", "2026-08-31"),
    ("規則6条 全ばっ気400人・再開 1月", "septic", {**BLOW, "capacity_persons": 400}, "start_of_use 1990-04-01; suspended 2025-07-31; resumed 2027-01-31", "2027-02-28", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 散水ろ床・再開 6月", "septic", BED, "start_of_use 1990-04-01; maintenance 2025-01-15; suspended 2025-07-31; resumed 2026-08-31", "2027-02-28", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 活性汚泥・再開 1週", "septic", SUDDEN, "start_of_use 2010-04-01; suspended 2026-04-30; resumed 2026-12-28", "2027-01-05", "septic.maintenance", "overdue", "*", "*", "2027-01-04"),
    ("規則6条 砂ろ過・再開 1週・うるう年", "septic", {**FILM, "advanced_unit": True}, "start_of_use 2010-04-01; suspended 2026-04-30; resumed 2028-02-25", "2028-03-01", "septic.maintenance", "in_window", "*", "*", "2028-03-03"),
    ("規則6条 流量調整・再開 2週・うるう年", "septic", {**FILM, "flow_equalisation": True}, "start_of_use 2010-04-01; suspended 2026-04-30; resumed 2028-02-20", "2028-03-05", "septic.maintenance", "in_window", "*", "*", "2028-03-05"),
    ("規則6条 接触ばっ気その他・再開 3月", "septic", FILM, "start_of_use 2010-04-01; suspended 2026-04-30; resumed 2027-11-30", "2028-03-01", "septic.maintenance", "overdue", "*", "*", "2028-02-29"),
    ("規則6条 合併50人・再開 3月", "septic", FIFTY, "start_of_use 2010-04-01; suspended 2026-04-30; resumed 2026-11-30", "2027-02-28", "septic.maintenance", "in_window", "*", "*", "2027-02-28"),
    ("規則6条 再開後の保守点検から次", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-04-30; resumed 2026-05-10; maintenance 2026-06-30", "2026-10-31", "septic.maintenance", "in_window", "2026-07-01", "*", "2026-10-31"),
    ("清掃 全ばっ気・再開 6月", "septic", {**BLOW, "capacity_persons": 5}, "start_of_use 1990-04-01; cleaning 2024-05-01; suspended 2024-05-02; resumed 2026-08-31", "2027-03-01", "septic.cleaning", "overdue", "*", "*", "2027-02-28"),
    ("清掃 合併・2月28日に再開", "septic", SMALL, "start_of_use 2010-04-01; cleaning 2026-01-31; suspended 2026-02-01; resumed 2027-02-28", "2028-02-29", "septic.cleaning", "in_window", "*", "*", "2028-02-29"),
    ("11条 割当月・再開の翌年度", "septic", {**SMALL, "inspection_month": 6}, "start_of_use 2010-04-01; inspection 2010-09-01 septic.article7; inspection 2024-06-10 septic.article11; suspended 2025-02-01; resumed 2026-05-10", "2026-11-24", "septic.article11", "due", "2027-06-01", "*", "2027-06-30"),
    ("11条 年度末の再開", "septic", SMALL, "start_of_use 2010-04-01; inspection 2010-09-01 septic.article7; inspection 2024-06-10 septic.article11; suspended 2025-02-01; resumed 2026-03-31", "2026-11-24", "septic.article11", "in_window", "2026-04-01", "2027-03-31", "2027-03-31"),
    ("7条 期間中に休止・再開から数え直す", "septic", SMALL, "start_of_use 2026-01-10; suspended 2026-06-01; resumed 2026-11-30", "2027-01-10", "septic.article7", "due", "2027-03-01", "*", "2027-07-31"),
    ("7条 期限後に休止", "septic", SMALL, "start_of_use 2025-01-10; suspended 2026-06-01", "2026-11-24", "septic.article7", "suspended", "-", "-", "-"),
    ("7条 済んでいれば再開しても一度きり", "septic", SMALL, "start_of_use 2025-04-01; inspection 2025-09-01 septic.article7; suspended 2025-12-01; resumed 2026-10-01", "2027-08-01", "septic.article7", "done", "*", "*", "*"),
    ("7条が未了のまま再開・11条は並行しない", "septic", SMALL, "start_of_use 2026-01-10; suspended 2026-06-01; resumed 2026-11-30", "2027-08-01", "septic.article11", "waived", "-", "-", "-"),
    ("再開直前の保守点検・再開がなければない", "septic", SMALL, "start_of_use 2010-04-01; maintenance 2026-03-31", "2026-11-24", "septic.maintenance_before_resumption", "absent", "-", "-", "-"),
    ("管理者変更届・変更がなければ廃止後も現れない", "septic", SMALL, "start_of_use 2010-04-01; abolished 2026-03-31", "2026-11-24", "septic.owner_report", "absent", "-", "-", "-"),
    ("再開届 年末年始", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-02-01; resumed 2026-12-01", "2027-01-04", "septic.resumption_report", "in_window", "2026-12-01", "2026-12-31", "2027-01-04"),
    ("再開届 山の日の前日は開庁", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-02-01; resumed 2026-07-11", "2026-08-11", "septic.resumption_report", "overdue", "*", "2026-08-10", "2026-08-10"),
    ("再開届 山の日", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-02-01; resumed 2026-07-12", "2026-08-12", "septic.resumption_report", "in_window", "*", "2026-08-11", "2026-08-12"),
    ("再開届 制度(令和2年4月1日)の前の再開", "septic", SMALL, "start_of_use 2010-04-01; suspended 2019-02-01; resumed 2020-03-10", "2020-04-05", "septic.resumption_report", "absent", "-", "-", "-"),
    ("休止中の管理者変更", "septic", SMALL, "start_of_use 2010-04-01; suspended 2026-01-10; owner_changed 2026-11-01", "2026-11-24", "septic.owner_report", "in_window", "*", "2026-12-01", "2026-12-01"),
    ("休止中に廃止", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-06-30; abolished 2026-02-14", "2026-03-16", "septic.abolition_report", "in_window", "*", "2026-03-16", "2026-03-16"),
    ("休止中に廃止・保守点検なし", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-06-30; abolished 2026-02-14", "2026-03-16", "septic.maintenance", "waived", "-", "-", "-"),
    ("再開直前の保守点検・当日", "septic", SMALL, "start_of_use 2010-04-01; suspended 2025-06-30; maintenance 2026-05-10; resumed 2026-05-10", "2026-06-01", "septic.maintenance_before_resumption", "done", "*", "*", "*"),
    ("再開直前の保守点検・なし", "septic", SMALL, "start_of_use 2010-04-01; maintenance 2025-06-01; suspended 2025-06-30; resumed 2026-05-10", "2026-05-11", "septic.maintenance_before_resumption", "overdue", "*", "*", "2026-05-10"),
]  # fmt: skip

INSPECTIONS: list[Row] = [
    # article 7 pending, done, closed: what article 11 does meanwhile
    ("7条 年度をまたぐ期間", "septic", SMALL, "start_of_use 2025-12-15", "2026-04-01", "septic.article7", "in_window", "2026-03-16", "2026-08-15", "2026-08-15"),
    ("11条 7条の期間が新年度にかかる間は生じない", "septic", SMALL, "start_of_use 2025-12-15", "2026-04-01", "septic.article11", "waived", "-", "-", "-"),
    ("11条 7条が3月なら翌月からの年度", "septic", SMALL, "start_of_use 2025-12-01; inspection 2026-03-20 septic.article7", "2026-04-01", "septic.article11", "in_window", "2026-04-01", "2027-03-20", "2027-03-31"),
    ("11条 7条が4月なら翌年度", "septic", SMALL, "start_of_use 2025-12-01; inspection 2026-04-02 septic.article7", "2027-03-31", "septic.article11", "due", "2027-04-01", "2027-04-02", "2028-03-31"),
    ("7条の記録がなく11条は受けている", "septic", BED, "start_of_use 1995-06-01; inspection 2025-07-10 septic.article11", "2026-11-24", "septic.article7", "waived", "-", "-", "-"),
    ("11条 7条の記録がない古い槽", "septic", BED, "start_of_use 1995-06-01; inspection 2025-07-10 septic.article11", "2026-11-24", "septic.article11", "in_window", "2026-04-01", "2026-07-10", "2027-03-31"),
    ("11条 使用開始が不明でも前回から", "septic", SMALL, "inspection 2025-05-20 septic.article11", "2026-11-24", "septic.article11", "in_window", "2026-04-01", "2026-05-20", "2027-03-31"),
    ("7条 構造変更でもう一度", "septic", SMALL, "start_of_use 2010-04-01; inspection 2010-09-01 septic.article7; inspection 2025-07-10 septic.article11; structure_changed 2026-01-15", "2026-05-01", "septic.article7", "in_window", "2026-04-16", "2026-09-15", "2026-09-15"),
    ("11条 構造変更後の7条が済むまで", "septic", SMALL, "start_of_use 2010-04-01; inspection 2010-09-01 septic.article7; inspection 2025-07-10 septic.article11; structure_changed 2026-01-15", "2026-05-01", "septic.article11", "waived", "-", "-", "-"),
    ("11条 構造変更後の7条の翌年度", "septic", SMALL, "start_of_use 2010-04-01; inspection 2025-07-10 septic.article11; structure_changed 2026-01-15; inspection 2026-08-20 septic.article7", "2026-11-24", "septic.article11", "due", "2027-04-01", "2027-08-20", "2028-03-31"),
    ("7条 前日の検査は数えず末日の検査は数える", "septic", SMALL, "start_of_use 2026-04-01; inspection 2026-07-01 septic.article7; inspection 2026-12-01 septic.article7", "2026-12-02", "septic.article7", "done", "2026-07-02", "*", "2026-12-01"),
    ("7条 平成18年改正前・8月31日", "septic", SMALL, "start_of_use 2005-08-31", "2006-04-30", "septic.article7", "in_window", "2006-03-01", "*", "2006-04-30"),
    ("7条 昭和最後の日", "septic", BED, "start_of_use 1989-01-07", "1989-07-08", "septic.article7", "in_window", "1989-07-08", "*", "1989-09-07"),
    ("7条 平成最初の日", "septic", BED, "start_of_use 1989-01-08", "1989-07-08", "septic.article7", "due", "1989-07-09", "*", "1989-09-08"),
    ("7条 2月29日から", "septic", SMALL, "start_of_use 2028-02-29", "2028-06-01", "septic.article7", "in_window", "2028-06-01", "*", "2028-10-31"),
    ("7条 30日しかない月の前", "septic", SMALL, "start_of_use 2026-08-30", "2026-12-01", "septic.article7", "in_window", "2026-12-01", "*", "2027-04-30"),
    ("7条 元日に始まる期間は動かない", "septic", SMALL, "start_of_use 2026-09-30", "2027-01-01", "septic.article7", "in_window", "2027-01-01", "*", "2027-05-31"),
    ("7条 年度末に終わらない", "septic", SMALL, "start_of_use 2018-12-31", "2019-05-01", "septic.article7", "in_window", "2019-04-01", "*", "2019-08-31"),
    ("11条 令和元年度", "septic", SMALL, "start_of_use 2010-04-01; inspection 2019-04-30 septic.article11", "2020-04-01", "septic.article11", "in_window", "2020-04-01", "2020-04-30", "2021-03-31"),
    ("11条 続けて2年の期限切れでも前回から", "septic", SMALL, "start_of_use 2010-04-01; inspection 2010-09-01 septic.article7", "2026-11-24", "septic.article11", "overdue", "2011-04-01", "2011-09-01", "2012-03-31"),
    # one tank follows another
    ("入替え 新しい槽の7条", "septic", SMALL, "start_of_use 1990-04-01; cleaning 2025-10-01; replaced 2026-05-20; start_of_use 2026-06-01", "2026-11-24", "septic.article7", "in_window", "2026-09-02", "*", "2027-02-01"),
    ("入替え 新しい槽の清掃", "septic", SMALL, "start_of_use 1990-04-01; cleaning 2025-10-01; replaced 2026-05-20; start_of_use 2026-06-01", "2026-11-24", "septic.cleaning", "in_window", "*", "*", "2027-06-01"),
    ("入替え 新しい槽の使用開始報告", "septic", SMALL, "start_of_use 1990-04-01; reported 1990-04-20 septic.start_report; replaced 2026-05-20; start_of_use 2026-06-01", "2026-07-02", "septic.start_report", "overdue", "*", "*", "2026-07-01"),
    ("入替え 古い槽の11条は数えない", "septic", SMALL, "start_of_use 1990-04-01; inspection 2025-07-10 septic.article11; replaced 2026-05-20; start_of_use 2026-06-01", "2026-11-24", "septic.article11", "waived", "-", "-", "-"),
    ("入替え 当日の使用開始", "septic", SMALL, "start_of_use 1990-04-01; replaced 2026-06-01; start_of_use 2026-06-01", "2026-09-02", "septic.article7", "in_window", "2026-09-02", "*", "2027-02-01"),
    ("入替え 新しい槽の使用開始が不明", "septic", SMALL, "start_of_use 1990-04-01; maintenance 2026-05-01; replaced 2026-05-20", "2026-11-24", "septic.maintenance", "unknown_anchor", "-", "-", "-"),
    ("廃止後に別の槽・7条", "septic", SMALL, "start_of_use 2000-04-01; inspection 2025-07-10 septic.article11; abolished 2026-03-01; start_of_use 2026-04-15", "2026-11-24", "septic.article7", "in_window", "2026-07-16", "*", "2026-12-15"),
    ("廃止後に別の槽・古い槽の廃止届は残る", "septic", SMALL, "start_of_use 2000-04-01; abolished 2026-03-01; start_of_use 2026-04-15", "2026-11-24", "septic.abolition_report", "overdue", "*", "2026-03-31", "2026-03-31"),
    ("廃止後に別の槽・古い槽の保守点検は数えない", "septic", SMALL, "start_of_use 2000-04-01; maintenance 2026-02-01; abolished 2026-03-01; start_of_use 2026-04-15", "2026-06-15", "septic.maintenance", "in_window", "*", "*", "2026-08-15"),
    ("廃止後に別の槽・古い槽の清掃は数えない", "septic", SMALL, "start_of_use 2000-04-01; cleaning 2026-02-20; abolished 2026-03-01; start_of_use 2026-04-15", "2027-03-01", "septic.cleaning", "in_window", "*", "*", "2027-04-15"),
    ("廃止後に別の槽・11条は7条の後", "septic", SMALL, "start_of_use 2000-04-01; inspection 2025-07-10 septic.article11; abolished 2026-03-01; start_of_use 2026-04-15", "2026-11-24", "septic.article11", "waived", "-", "-", "-"),
]  # fmt: skip

FILINGS: list[Row] = [
    ("使用開始報告 仕事始め", "septic", SMALL, "start_of_use 2026-12-05", "2027-01-05", "septic.start_report", "overdue", "*", "2027-01-04", "2027-01-04"),
    ("使用開始報告 12月30日は閉庁", "septic", SMALL, "start_of_use 2026-11-30", "2027-01-04", "septic.start_report", "in_window", "*", "2026-12-30", "2027-01-04"),
    ("使用開始報告 秋の連休", "septic", SMALL, "start_of_use 2026-08-21", "2026-09-24", "septic.start_report", "in_window", "*", "2026-09-20", "2026-09-24"),
    ("使用開始報告 春分の日・金曜", "septic", SMALL, "start_of_use 2026-02-18", "2026-03-24", "septic.start_report", "overdue", "*", "2026-03-20", "2026-03-23"),
    ("使用開始報告 日曜から連休明け", "septic", SMALL, "start_of_use 2027-04-02", "2027-05-06", "septic.start_report", "in_window", "*", "2027-05-02", "2027-05-06"),
    ("使用開始報告 改元の10連休", "septic", SMALL, "start_of_use 2019-04-01", "2019-05-07", "septic.start_report", "in_window", "*", "2019-05-01", "2019-05-07"),
    ("管理者変更 月末から月曜", "septic", SMALL, "start_of_use 2010-04-01; owner_changed 2026-01-31", "2026-03-03", "septic.owner_report", "overdue", "*", "2026-03-02", "2026-03-02"),
    ("管理者変更 年明けは4日", "septic", SMALL, "start_of_use 2010-04-01; owner_changed 2027-11-30", "2028-01-04", "septic.owner_report", "in_window", "*", "2027-12-30", "2028-01-04"),
    ("技術管理者の変更 土曜", "septic", MANY, "start_of_use 2010-04-01; manager_changed 2026-10-15", "2026-11-16", "septic.manager_report", "in_window", "*", "2026-11-14", "2026-11-16"),
    ("技術管理者 使用開始が不明", "septic", MANY, "installed 2020-04-01", "2026-11-24", "septic.technical_manager", "unknown_anchor", "-", "-", "-"),
    ("技術管理者 選任済み", "septic", MANY, "start_of_use 2020-04-01; manager_appointed 2020-04-01", "2026-11-24", "septic.technical_manager", "done", "*", "*", "*"),
    ("技術管理者 使用開始前", "septic", MANY, "start_planned 2027-02-01", "2026-11-24", "septic.technical_manager", "waived", "-", "-", "-"),
    ("技術管理者 選任なし", "septic", MANY, "start_of_use 2020-04-01", "2020-04-02", "septic.technical_manager", "overdue", "*", "*", "2020-04-01"),
    ("廃止届 年度末", "septic", SMALL, "start_of_use 2010-04-01; abolished 2026-03-01", "2026-04-01", "septic.abolition_report", "overdue", "*", "2026-03-31", "2026-03-31"),
    ("廃止届 制度(平成18年2月1日)の前の廃止", "septic", SMALL, "start_of_use 1990-04-01; abolished 2006-01-20", "2006-02-10", "septic.abolition_report", "absent", "-", "-", "-"),
    ("使用開始直前の保守点検・当日", "septic", SMALL, "maintenance 2026-06-01; start_of_use 2026-06-01", "2026-06-10", "septic.maintenance_before_use", "done", "*", "*", "*"),
    ("使用開始直前の保守点検・後になった", "septic", SMALL, "start_of_use 2026-06-01; maintenance 2026-06-02", "2026-06-10", "septic.maintenance_before_use", "waived", "-", "-", "-"),
    ("使用開始直前の保守点検・予定", "septic", SMALL, "start_planned 2027-02-01", "2026-11-24", "septic.maintenance_before_use", "due", "*", "*", "2027-02-01"),
    ("設置届 21日前が閉庁日でも後ろへ動かない", "septic", SMALL, "work_planned 2027-01-20", "2026-12-30", "septic.installation_notice", "in_window", "-", "2026-12-30", "2026-12-30"),
    ("使用開始報告 7条検査だけでは済まない", "septic", SMALL, "start_of_use 2025-04-01; inspection 2025-09-01 septic.article7", "2026-11-24", "septic.start_report", "overdue", "*", "2025-05-01", "2025-05-01"),
    ("使用開始報告 11条検査を受けている槽では終わったもの", "septic", BED, "start_of_use 1995-06-01; inspection 2025-07-10 septic.article11", "2026-11-24", "septic.start_report", "waived", "-", "-", "-"),
    ("使用開始直前の保守点検・11条検査を受けている槽", "septic", BED, "start_of_use 1995-06-01; inspection 2025-07-10 septic.article11", "2026-11-24", "septic.maintenance_before_use", "waived", "-", "-", "-"),
    # what is not known
    ("規則6条 単独か合併か不明", "septic", {"process": "trickling_filter", "capacity_persons": 10}, "start_of_use 1990-04-01; maintenance 2026-08-31", "2026-11-24", "septic.maintenance", "unknown_anchor", "-", "-", "-"),
    ("規則6条 単独の活性汚泥は表の外", "septic", {"treatment": "single", "process": "activated_sludge", "capacity_persons": 10}, "start_of_use 1990-04-01; maintenance 2026-08-31", "2026-11-24", "septic.maintenance", "unknown_anchor", "-", "-", "-"),
    ("清掃 全ばっ気は単独か合併か不明でも6月", "septic", {"process": "full_aeration"}, "start_of_use 1990-04-01; cleaning 2026-05-31", "2026-12-01", "septic.cleaning", "overdue", "*", "*", "2026-11-30"),
    ("規則6条 使用開始が不明でも前回から", "septic", SMALL, "maintenance 2026-09-30", "2026-11-24", "septic.maintenance", "in_window", "2026-10-01", "*", "2027-01-31"),
    ("法10条の2 使用開始が不明", "septic", SMALL, "maintenance 2026-09-30", "2026-11-24", "septic.start_report", "unknown_anchor", "-", "-", "-"),
]  # fmt: skip

ROADS: list[Row] = [
    ("初回 2年", "bridge", BRIDGE, "opened 2024-10-01", "2026-10-02", "road.periodic", "overdue", "2024-10-01", "2026-10-01", "2026-10-01"),
    ("初回 2月29日の供用", "bridge", BRIDGE, "opened 2024-02-29", "2026-02-28", "road.periodic", "in_window", "*", "2026-02-28", "2026-02-28"),
    ("初回 法定化の日の供用", "tunnel", {}, "opened 2014-07-01", "2026-11-24", "road.periodic", "overdue", "*", "2016-07-01", "2016-07-01"),
    ("初回 法定化の前日の供用・点検記録なし", "tunnel", {}, "opened 2014-06-30", "2026-11-24", "road.periodic", "unknown_anchor", "-", "-", "-"),
    ("初回点検の次は5年", "bridge", BRIDGE, "opened 2023-04-01; inspection 2024-11-05 road.periodic", "2026-11-24", "road.periodic", "due", "2029-04-01", "2029-11-05", "2030-03-31"),
    ("5年 早い点検は次を早める", "bridge", BRIDGE, "inspection 2021-11-10 road.periodic; inspection 2024-05-20 road.periodic", "2026-11-24", "road.periodic", "due", "2029-04-01", "2029-05-20", "2030-03-31"),
    ("5年 遅い点検は次を遅らせる", "bridge", BRIDGE, "inspection 2018-10-01 road.periodic; inspection 2025-02-01 road.periodic", "2026-11-24", "road.periodic", "due", "2029-04-01", "2030-02-01", "2030-03-31"),
    ("5年 2月29日の点検", "bridge", BRIDGE, "inspection 2024-02-29 road.periodic", "2028-04-01", "road.periodic", "in_window", "2028-04-01", "2029-02-28", "2029-03-31"),
    ("5年 2月28日から2月29日", "road_structure", {"kind": "shed"}, "inspection 2023-02-28 road.periodic", "2028-03-31", "road.periodic", "in_window", "2027-04-01", "2028-02-29", "2028-03-31"),
    ("5年 門型標識", "road_structure", {"kind": "gantry"}, "inspection 2022-01-15 road.periodic", "2026-11-24", "road.periodic", "in_window", "2026-04-01", "2027-01-15", "2027-03-31"),
    ("5年 平成26年5月の点検", "bridge", BRIDGE, "inspection 2014-05-01", "2020-03-31", "road.periodic", "in_window", "*", "2019-05-01", "2020-03-31"),
    ("5年 平成24年の点検は第1巡目のうちに", "bridge", BRIDGE, "inspection 2012-09-01", "2019-04-01", "road.periodic", "overdue", "*", "2017-09-01", "2019-03-31"),
    ("5年 判定は点検でない", "tunnel", {}, "inspection 2020-12-01 road.periodic; judged 2021-03-10 road.periodic III", "2026-04-01", "road.periodic", "overdue", "2025-04-01", "2025-12-01", "2026-03-31"),
    ("措置 判定Ⅲの年度から5年", "tunnel", {}, "inspection 2020-12-01 road.periodic; judged 2021-03-10 road.periodic III", "2026-03-31", "road.measure", "in_window", "*", "2026-03-10", "2026-03-31"),
    ("措置 判定Ⅳは直ちに", "bridge", BRIDGE, "inspection 2026-11-20 road.periodic IV", "2026-11-24", "road.measure", "overdue", "*", "2026-11-20", "2026-11-20"),
    ("措置 判定Ⅳの措置済み", "bridge", BRIDGE, "inspection 2026-11-20 road.periodic IV; repaired 2026-11-22", "2026-11-24", "road.measure", "done", "*", "*", "*"),
    ("措置 Ⅳの応急措置後にⅢ", "bridge", BRIDGE, "inspection 2025-06-01 road.periodic IV; repaired 2025-07-01; inspection 2025-08-01 road.periodic III", "2026-11-24", "road.measure", "in_window", "*", "2030-08-01", "2031-03-31"),
    ("措置 ⅢからⅣへ", "bridge", BRIDGE, "inspection 2020-06-01 road.periodic III; inspection 2025-05-01 road.periodic IV", "2025-05-02", "road.measure", "overdue", "*", "2025-05-01", "2025-05-01"),
    ("措置 ⅢからⅡへ", "bridge", BRIDGE, "inspection 2020-06-01 road.periodic III; inspection 2025-05-01 road.periodic II", "2025-05-02", "road.measure", "absent", "-", "-", "-"),
    ("措置 廃橋", "bridge", BRIDGE, "inspection 2021-06-01 road.periodic III; abolished 2025-05-01", "2026-11-24", "road.measure", "waived", "-", "-", "-"),
    ("措置 架替えで古い判定は消える", "bridge", BRIDGE, "opened 1970-04-01; inspection 2021-06-01 road.periodic III; replaced 2025-12-20", "2026-11-24", "road.measure", "absent", "-", "-", "-"),
    ("初回 架替えから2年", "bridge", BRIDGE, "opened 1970-04-01; inspection 2021-06-01 road.periodic III; replaced 2025-12-20", "2026-11-24", "road.periodic", "in_window", "2025-12-20", "2027-12-20", "2027-12-20"),
    ("小規模附属物は5年点検でない", "road_structure", {"kind": "sign"}, "opened 2025-06-01", "2026-11-24", "road.periodic", "absent", "-", "-", "-"),
    ("小規模附属物 初回1年", "road_structure", {"kind": "sign"}, "opened 2025-06-01", "2026-06-02", "road.minor_detailed", "overdue", "*", "2026-06-01", "2026-06-01"),
    ("小規模附属物 設置から1年", "road_structure", {"kind": "light"}, "installed 2026-02-28", "2026-11-24", "road.minor_detailed", "in_window", "*", "2027-02-28", "2027-02-28"),
    ("小規模附属物 詳細点検10年", "road_structure", {"kind": "light"}, "inspection 2016-08-31 road.minor_detailed; inspection 2021-08-20 road.minor_intermediate", "2026-08-25", "road.minor_detailed", "in_window", "*", "2026-08-31", "2026-08-31"),
    ("小規模附属物 中間点検5年", "road_structure", {"kind": "sign"}, "opened 2025-06-01; inspection 2026-05-01 road.minor_detailed", "2026-11-24", "road.minor_intermediate", "in_window", "*", "2031-05-01", "2031-05-01"),
    ("舗装A 5年", "pavement", {"road_class": "A"}, "inspection 2021-06-30 road.pavement", "2026-11-24", "road.pavement", "in_window", "2026-04-01", "2026-06-30", "2027-03-31"),
    ("舗装B 打換えから5年", "pavement", {"road_class": "B"}, "inspection 2021-06-30 road.pavement; resurfaced 2024-09-15", "2026-11-24", "road.pavement", "due", "2029-04-01", "2029-09-15", "2030-03-31"),
    ("舗装C 管理者が定める10年", "pavement", {"road_class": "C", "inspection_cycle_years": 10}, "inspection 2018-05-01 road.pavement", "2026-11-24", "road.pavement", "due", "2028-04-01", "2028-05-01", "2029-03-31"),
    ("舗装A 年度末の供用", "pavement", {"road_class": "A"}, "opened 2023-03-31", "2028-03-31", "road.pavement", "in_window", "2027-04-01", "2028-03-31", "2028-03-31"),
    ("舗装D 記録がなくても求められない", "pavement", {"road_class": "D"}, "", "2026-11-24", "road.pavement", "waived", "-", "-", "-"),
    # road occupancy
    ("占用 5年は2月28日から", "manhole", {}, "permit_granted 2022-02-28; permit_expires 2032-02-27", "2027-02-28", "road.occupancy_five_years", "in_window", "*", "2027-02-28", "2027-02-28"),
    ("占用 ちょうど5年の許可", "water_pipe", {}, "permit_granted 2023-07-01; permit_expires 2028-06-30", "2026-11-24", "road.occupancy_five_years", "absent", "-", "-", "-"),
    ("占用 ちょうど5年の許可は更新時", "water_pipe", {}, "permit_granted 2023-07-01; permit_expires 2028-06-30", "2026-11-24", "road.occupancy_renewal", "due", "*", "2028-06-30", "2028-06-30"),
    ("占用 20年の許可・施行前の5年", "sewer_pipe", {}, "permit_granted 2016-06-01; permit_expires 2036-05-31", "2026-11-24", "road.occupancy_five_years", "waived", "-", "-", "-"),
    ("占用 更新後の満了", "sewer_pipe", {}, "permit_granted 2021-04-01; permit_expires 2026-04-01; reported 2026-03-20 road.occupancy_renewal; permit_granted 2026-04-02; permit_expires 2031-04-01", "2026-11-24", "road.occupancy_renewal", "due", "*", "*", "2031-04-01"),
    ("占用 許可日が不明", "water_pipe", {"occupies_road": True}, "", "2026-11-24", "road.occupancy_five_years", "unknown_anchor", "-", "-", "-"),
    ("占用 施行前", "water_pipe", {"occupies_road": True}, "permit_granted 2021-04-02; permit_expires 2031-04-01", "2026-03-31", "road.occupancy_five_years", "absent", "-", "-", "-"),
]  # fmt: skip

PIPES: list[Row] = [
    ("特別重点調査 判定があれば調査済み", "sewer_pipe", LARGE, "judged 2025-09-30 sewer.special_survey I", "2026-11-24", "sewer.special_survey", "done", "*", "*", "*"),
    ("腐食 2月29日の点検", "sewer_pipe", PRONE, "inspection 2020-02-29 sewer.corrosion", "2025-03-01", "sewer.corrosion", "overdue", "2020-03-01", "2025-02-28", "2025-02-28"),
    ("腐食 施行前の点検は第1巡目のうちに", "sewer_pipe", PRONE, "inspection 2013-05-01", "2021-03-31", "sewer.corrosion", "in_window", "*", "2018-05-01", "2021-03-31"),
    ("腐食 施行前日の点検", "sewer_pipe", PRONE, "inspection 2015-11-18 sewer.corrosion", "2021-04-01", "sewer.corrosion", "overdue", "*", "2020-11-18", "2021-03-31"),
    ("腐食 施行日の点検", "sewer_pipe", PRONE, "inspection 2015-11-19 sewer.corrosion", "2020-11-20", "sewer.corrosion", "overdue", "*", "2020-11-19", "2020-11-19"),
    ("腐食 供用後に点検なし", "sewer_pipe", PRONE, "opened 2018-04-01", "2026-11-24", "sewer.corrosion", "overdue", "*", "2023-04-01", "2023-04-01"),
    ("腐食 布設から点検なし", "sewer_pipe", PRONE, "installed 2024-03-31", "2026-11-24", "sewer.corrosion", "in_window", "*", "2029-03-31", "2029-03-31"),
    ("腐食 施行前の供用で記録なし", "sewer_pipe", PRONE, "opened 2010-04-01", "2026-11-24", "sewer.corrosion", "unknown_anchor", "-", "-", "-"),
    ("腐食 人孔・大晦日", "manhole", PRONE, "inspection 2024-12-31 sewer.corrosion", "2026-11-24", "sewer.corrosion", "in_window", "2025-01-01", "2029-12-31", "2029-12-31"),
    ("腐食 改築で数え直す", "sewer_pipe", PRONE, "inspection 2019-05-01 sewer.corrosion; replaced 2023-08-10", "2026-11-24", "sewer.corrosion", "in_window", "*", "2028-08-10", "2028-08-10"),
    ("腐食のおそれなし", "sewer_pipe", {"corrosion_prone": False}, "inspection 2019-05-01", "2026-11-24", "sewer.corrosion", "absent", "-", "-", "-"),
    ("特別重点調査 改築で対象外", "sewer_pipe", {"diameter_mm": 2400, "built_year": 1980}, "replaced 2005-07-01", "2026-11-24", "sewer.special_survey", "absent", "-", "-", "-"),
    ("特別重点調査 平成6年度末の改築は対象", "sewer_pipe", {"diameter_mm": 2400, "built_year": 1970}, "replaced 1995-03-31", "2026-11-24", "sewer.special_survey", "in_window", "*", "-", "-"),
    ("特別重点調査 平成7年度の改築は対象外", "sewer_pipe", {"diameter_mm": 2400, "built_year": 1970}, "replaced 1995-04-01", "2026-11-24", "sewer.special_survey", "absent", "-", "-", "-"),
    ("特別重点調査 要請の前日", "sewer_pipe", LARGE, "", "2025-03-17", "sewer.special_survey", "absent", "-", "-", "-"),
    ("緊急度Ⅰ 調査日に判定", "sewer_pipe", LARGE, "inspection 2025-07-31 sewer.special_survey I", "2026-08-01", "sewer.repair", "overdue", "*", "2026-07-31", "2026-07-31"),
    ("緊急度Ⅱ 5年", "sewer_pipe", LARGE, "inspection 2025-06-10 sewer.special_survey; judged 2025-09-30 sewer.special_survey II", "2026-11-24", "sewer.repair", "in_window", "*", "2030-09-30", "2030-09-30"),
    ("緊急度 ⅡからⅠへ・2月28日", "sewer_pipe", LARGE, "judged 2025-09-30 sewer.special_survey II; judged 2026-02-28 sewer.special_survey I", "2026-11-24", "sewer.repair", "in_window", "*", "2027-02-28", "2027-02-28"),
    ("緊急度Ⅰ 2月29日の判定", "sewer_pipe", LARGE, "judged 2028-02-29 sewer.special_survey I", "2029-03-01", "sewer.repair", "overdue", "*", "2029-02-28", "2029-02-28"),
    ("緊急度Ⅰ 対策済み", "sewer_pipe", LARGE, "judged 2025-09-30 sewer.special_survey I; repaired 2026-05-01", "2026-11-24", "sewer.repair", "done", "*", "*", "*"),
    ("緊急度 判定待ち", "sewer_pipe", LARGE, "inspection 2025-06-10 sewer.special_survey", "2026-11-24", "sewer.repair", "unknown_anchor", "-", "-", "-"),
    ("緊急度Ⅲは期限なし", "sewer_pipe", LARGE, "judged 2025-09-30 sewer.special_survey III", "2026-11-24", "sewer.repair", "absent", "-", "-", "-"),
    ("技術基準案は働かない", "sewer_pipe", {"important": True, "risk_prone": True}, "inspection 2016-05-01; judged 2025-10-31 sewer.soundness III", "2026-11-24", "sewer.important", "absent", "-", "-", "-"),
    ("水道 コンクリート構造物 5年", "treatment_plant", WORKS, "inspection 2021-12-31 water.concrete", "2026-11-24", "water.concrete", "in_window", "2022-01-01", "2026-12-31", "2026-12-31"),
    ("水道 ガイドライン前の点検", "treatment_plant", WORKS, "inspection 2013-01-15", "2026-11-24", "water.concrete", "overdue", "*", "2018-01-15", "2019-10-01"),
    ("水道 下水処理場は対象外", "treatment_plant", {"kind": "sewage"}, "inspection 2021-12-31", "2026-11-24", "water.concrete", "absent", "-", "-", "-"),
    ("水管橋 施行前の点検から5年", "water_pipe", CROSSING, "inspection 2022-06-01 water.crossing", "2026-11-24", "water.crossing", "in_window", "*", "2027-06-01", "2027-06-01"),
    ("水管橋 施行後の供用", "water_pipe", CROSSING, "opened 2024-05-01", "2026-11-24", "water.crossing", "in_window", "*", "2029-05-01", "2029-05-01"),
    ("水管橋 記録なし", "water_pipe", CROSSING, "opened 2000-05-01", "2026-11-24", "water.crossing", "unknown_anchor", "-", "-", "-"),
    ("埋設管に定期点検の定めはない", "water_pipe", {"crossing": False}, "inspection 2015-05-01", "2026-11-24", "water.crossing", "absent", "-", "-", "-"),
    ("鋳鉄管 更新済み", "water_pipe", IRON, "replaced 2026-03-01", "2026-11-24", "water.cast_iron", "done", "*", "*", "*"),
    ("鋳鉄管 令和12年度末", "water_pipe", IRON, "", "2031-04-01", "water.cast_iron", "overdue", "*", "2031-03-31", "2031-03-31"),
    ("鋳鉄管 緊急輸送道路でない", "water_pipe", {**IRON, "under_emergency_route": False}, "", "2026-11-24", "water.cast_iron", "absent", "-", "-", "-"),
]  # fmt: skip

LIVES = [*RESUMED, *INSPECTIONS, *FILINGS, *ROADS, *PIPES]


@pytest.mark.parametrize("row", LIVES, ids=lambda row: f"{row[5]} {row[0]} {row[4]}")
def test_lives_worked_out_by_hand(row: Row) -> None:
    check(row)


def test_there_are_more_than_a_hundred_and_no_two_are_alike() -> None:
    assert len(LIVES) > 100
    assert len({(row[3], row[4], row[5], str(row[2]), row[1]) for row in LIVES}) == len(LIVES)


@pytest.mark.parametrize(
    ("attributes", "events", "duty", "due"),
    [
        ({"important": True}, "inspection 2020-05-01", "sewer.important", "2030-05-01"),
        ({"important": True}, "inspection 2016-05-01", "sewer.important", "2027-04-01"),  # not before it is in force
        ({"diameter_mm": 2000}, "inspection 2024-02-29", "sewer.important", "2034-02-28"),
        ({"under_emergency_route": True}, "inspection 2024-08-31", "sewer.important", "2034-08-31"),
        ({"risk_prone": True}, "inspection 2024-08-31", "sewer.risk_prone", "2029-08-31"),
        ({}, "judged 2025-10-31 sewer.soundness III", "sewer.soundness_three_years", "2028-10-31"),
        ({}, "judged 2025-10-31 sewer.soundness III", "sewer.soundness_yearly", "2027-04-01"),
        ({}, "judged 2026-10-31 sewer.soundness III", "sewer.soundness_yearly", "2027-10-31"),
        ({}, "judged 2026-10-31 sewer.soundness II", "sewer.soundness_yearly", None),
    ],
)
def test_drafts_if_they_came_into_force_on_1_april_2027(
    attributes: dict[str, object], events: str, duty: str, due: str | None
) -> None:
    row: Row = ("案", "sewer_pipe", dict(attributes), events, "2026-11-24", duty, "", "", "", "")
    (facts,) = read_stories([story(row)], BOOK)
    tried = {item.duty: item for item in due_items(facts, date(2026, 11, 24), BOOK.what_if(date(2027, 4, 1)))}
    assert duty not in {item.duty for item in due_items(facts, date(2026, 11, 24), BOOK)}
    assert (str(tried[duty].due) if duty in tried else None) == due
