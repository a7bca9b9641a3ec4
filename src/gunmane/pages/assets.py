"""The page of one asset: what is known of it, its condition, its outlook, its duties with reasons, its past."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from gunmane.core.assess.openness import would_change
from gunmane.core.deterioration.cards import EffectCard
from gunmane.core.duties.engine import DueItem, due_items
from gunmane.core.duties.engine import State as DutyState
from gunmane.core.risk import loss_band
from gunmane.core.words import Language
from gunmane.files import reference
from gunmane.files.rules import rule_book
from gunmane.flows import models as flow
from gunmane.pages import texts
from gunmane.pages.models import behind, words_of
from gunmane.pages.place import place_of
from gunmane.pages.render import missing_page, page, sign_in_page
from gunmane.pages.visitor import PageRequest, visit
from gunmane.store import assets, duties, inspections, pool, records, repairs, runs
from gunmane.store.assets import AssetInFull
from gunmane.store.records import DueWanted, RiskRow
from gunmane.store.ways import Reach

PAST = 200
"""Inspections and repairs shown of one asset."""
SETTLED = frozenset({DutyState.DONE, DutyState.WAIVED})


class Chance(Struct, frozen=True):
    """The probability of being bad within some years, with its 80 % interval."""

    years: int
    mid: float | None
    low: float | None
    high: float | None


def outlook(risk: RiskRow) -> list[Chance]:
    """Gather the probabilities of one asset."""
    return [
        Chance(1, risk.bad_1y, risk.bad_1y_low, risk.bad_1y_high),
        Chance(5, risk.bad_5y, risk.bad_5y_low, risk.bad_5y_high),
        Chance(10, risk.bad_10y, risk.bad_10y_low, risk.bad_10y_high),
    ]


def facts_of(asset: AssetInFull, language: Language) -> list[tuple[str, str]]:
    """Name what is known of an asset, each value with its unit; what is not known is left to `unknown_of`."""
    words = texts.catalogue(language)
    found: list[tuple[str, str]] = []
    for name in ("route", "length_m", "width_m", "area_m2", "diameter_mm", "depth_m"):
        value = getattr(asset, name)
        if value is not None:
            found.append((words[f"field_{name}"], texts.value(value, words)))
    if asset.material_text or asset.material:
        found.append((words["field_material"], asset.material_text or asset.material or ""))
    for name, value in (asset.attributes or {}).items():
        if value is not None and f"field_{name}" in words:
            found.append((words[f"field_{name}"], texts.value(value, words, name)))
    return found


@get("/regions/{region_id:uuid}/assets/{asset_id:uuid}", include_in_schema=False)
async def asset_page(
    request: PageRequest, state: State, region_id: FromPath[UUID], asset_id: FromPath[UUID]
) -> Response[Any]:
    """Everything about one asset that the visitor may read."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        place = await place_of(found, region_id)
        one = None if place is None else await assets.one(found.conn, asset_id, place.owners)
        if place is None or one is None:
            return missing_page(request, found)
        owner, reach = [one.owner_id], Reach({one.owner_id: None})
        risk = next(iter(await records.risks(found.conn, reach, None, None, asset_id, None, 1)), None)
        stored = await records.due(found.conn, reach, DueWanted(asset_id=asset_id), None, PAST)
        known = await duties.facts(found.conn, [(one.owner_id, asset_id, place.today)])
        items = [item for facts in known.values() for item in due_items(facts, place.today, rule_book())]
        looks = await inspections.page(found.conn, owner, inspections.Wanted(asset_id=asset_id), PAST)
        works = await repairs.page(found.conn, owner, None, asset_id, None, PAST)
        scale = reference.scales().get(one.scale or "")
        model = None if risk is None else await behind(found.conn, risk.run_id, one.asset_class, one.scale)
        card = None if model is None else (await flow.one(found.conn, model.model_id)).card
        computed = None if risk is None else await runs.get(found.conn, region_id, risk.run_id)
        begun = None if computed is None else computed.started_at
        since = [look for look in looks if begun is not None and look.grade and look.recorded_at > begun]
        return page(
            "asset.html",
            request,
            **place.frame(found),
            asset=one,
            facts=facts_of(one, found.language),
            scale=scale,
            scales=reference.scales(),
            already=scale is not None and one.grade in scale.grades and scale.rank(one.grade) >= scale.bad_rank,
            risk=risk,
            band=loss_band(risk.loss_yen_per_year) if risk else 0,
            outlook=outlook(risk) if risk else [],
            why=texts.reasons(risk.reasons, found.language) if risk else [],
            pending=_by_urgency([item for item in items if item.state not in SETTLED]),
            settled=[item for item in items if item.state in SETTLED],
            planned={row.duty: row for row in stored if row.planned_month},
            looks=sorted(looks, key=lambda look: (look.inspected_on, look.inspection_id), reverse=True),
            works=sorted(works, key=lambda work: (work.repaired_on, work.repair_id), reverse=True),
            model=model,
            changes=[] if card is None else _changes(one, card.effects, found.language),
            older=begun.astimezone(pool.JST).date() if begun is not None and since else None,
            m=words_of(found.language),
            flags=reference.texts("ledgers")["flags"],
        )


def _changes(asset: AssetInFull, effects: Sequence[EffectCard], language: Language) -> list[str]:
    """Say what would change the outlook of an asset."""
    names = ("built_year", "length_m", "width_m", "diameter_mm", "depth_m", "material")
    values = {name: getattr(asset, name) for name in names} | (asset.attributes or {})
    mine = reference.covariates().of(asset.asset_class)
    return [getattr(text, language.value) for text in would_change(mine, values, effects, reference.card_texts())]


def _by_urgency(items: list[DueItem]) -> list[DueItem]:
    """Overdue first, then by date; what has no date last."""
    order = (DutyState.OVERDUE, DutyState.IN_WINDOW, DutyState.DUE)
    return sorted(
        items,
        key=lambda item: (
            order.index(item.state) if item.state in order else len(order), item.due is None, item.due, item.duty,
        ),
    )  # fmt: skip
