"""An owner's edition: the same numbers, of one owner only."""

import msgspec

from gunmane.core.plan.sheet import PlanSheet


def edition(sheet: PlanSheet, code: str) -> PlanSheet:
    """Return what the sheet says about one owner, sentences to be written anew; regional decisions stay.

    The region's totals are left out: an owner's rows stand for the whole document. Raises KeyError for an owner that
    is no member.
    """
    member = next((one for one in sheet.members if one.code == code), None)
    if member is None:
        raise KeyError(code)

    return PlanSheet(
        facts=msgspec.structs.replace(sheet.facts, region=f"{sheet.facts.region} {member.name}"),
        approval=sheet.approval,
        members=(member,),
        scales=sheet.scales,
        stock=tuple(row for row in sheet.stock if row.owner == code),
        age_shares=tuple(row for row in sheet.age_shares if row.owner == code),
        grades=tuple(row for row in sheet.grades if row.owner == code),
        risks=tuple(row for row in sheet.risks if row.owner == code),
        top_risks=tuple(row for row in sheet.top_risks if row.owner == code),
        duties=sheet.duties,
        duty_rates=sheet.duty_rates,
        due=tuple(row for row in sheet.due if row.owner == code),
        programme=tuple(row for row in sheet.programme if row.owner == code),
        owner_effects=tuple(row for row in sheet.owner_effects if row.owner == code),
        levelling=tuple(msgspec.structs.replace(row, owner="") for row in sheet.levelling if row.owner == code),
        choices=tuple(row for row in sheet.choices if row.owner in ("", code)),
        overrides=tuple(row for row in sheet.overrides if row.owner in ("", code)),
        works=tuple(row for row in sheet.works if row.owner == code),
        works_left_out=sheet.works_left_out_of.get(code, 0),
        septic=tuple(row for row in sheet.septic if row.owner == code),
        quality=tuple(row for row in sheet.quality if row.owner == code),
        milestones=sheet.milestones,
    )
