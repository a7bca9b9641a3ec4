"""Names of classes, measures, columns and units in the plan document."""

from gunmane.core.plan.values import Column, Measure, Text, Unit
from gunmane.core.words import AssetClass, OwnerKind, SourceStatus

CLASSES = {
    AssetClass.BRIDGE: Text("橋梁", "Bridges"),
    AssetClass.TUNNEL: Text("トンネル", "Tunnels"),
    AssetClass.ROAD_STRUCTURE: Text("道路附属物等", "Road structures"),
    AssetClass.PAVEMENT: Text("舗装", "Pavement"),
    AssetClass.SEWER_PIPE: Text("下水道管きょ", "Sewer pipes"),
    AssetClass.MANHOLE: Text("マンホール", "Manholes"),
    AssetClass.WATER_PIPE: Text("水道管", "Water pipes"),
    AssetClass.SEPTIC: Text("浄化槽", "Septic systems"),
    AssetClass.TREATMENT_PLANT: Text("処理場・ポンプ場等", "Treatment plants"),
}

COUNTERS = {
    AssetClass.BRIDGE: Text("橋", "bridges"),
    AssetClass.TUNNEL: Text("本", "tunnels"),
    AssetClass.ROAD_STRUCTURE: Text("基", "structures"),
    AssetClass.PAVEMENT: Text("区間", "sections"),
    AssetClass.SEWER_PIPE: Text("スパン", "spans"),
    AssetClass.MANHOLE: Text("基", "manholes"),
    AssetClass.WATER_PIPE: Text("本", "pipes"),
    AssetClass.SEPTIC: Text("基", "systems"),
    AssetClass.TREATMENT_PLANT: Text("施設", "plants"),
}

MEASURES = {
    Measure.INSPECT: Text("点検・検査", "Inspection"),
    Measure.MAINTAIN: Text("維持", "Upkeep"),
    Measure.REPAIR: Text("修繕", "Repair"),
    Measure.REPLACE: Text("更新", "Renewal"),
    Measure.DOWNSIZE: Text("機能縮小", "Downsizing"),
    Measure.MERGE: Text("集約", "Merging"),
    Measure.REMOVE: Text("撤去", "Removal"),
    Measure.CONVERT: Text("処理方式の変更", "Change of method"),
    Measure.OPERATE: Text("運転管理", "Operation"),
}

COLUMNS = {
    Column.NOW: Text("現況", "Now"),
    Column.ALONE: Text("単独継続", "Each alone"),
    Column.JOINT: Text("連携", "Joint"),
    Column.MERGED: Text("連携+集約再編", "Joint + merged"),
}

UNITS = {
    Unit.COUNT: Text("箇所", "no."),
    Unit.KM: Text("km", "km"),
    Unit.M: Text("m", "m"),
    Unit.M2: Text("㎡", "m²"),
    Unit.M3_DAY: Text("㎥/日", "m³/day"),
}

OWNER_KINDS = {
    OwnerKind.MUNICIPALITY: Text("市町村", "Municipality"),
    OwnerKind.PREFECTURE: Text("都道府県", "Prefecture"),
    OwnerKind.UTILITY: Text("事業体", "Utility"),
    OwnerKind.UNION: Text("組合", "Union"),
}

STATUSES = {
    SourceStatus.STATUTE: Text("法令", "Statute"),
    SourceStatus.GUIDELINE: Text("要領・指針", "Guideline"),
    SourceStatus.PUBLISHED: Text("公表値", "Published"),
    SourceStatus.LOCAL: Text("地域の実績", "Local"),
    SourceStatus.UNVERIFIED: Text("未確認", "Unverified"),
    SourceStatus.ASSUMED: Text("仮定", "Assumed"),
}
