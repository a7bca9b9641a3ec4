"""The models of a region and their cards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from gunmane.core.assess.card_wording import month_text, share_text, years_text
from gunmane.core.assess.trait_wording import attribute_text, level_text
from gunmane.core.deterioration.cards import EffectCard
from gunmane.core.deterioration.checks import Reliable
from gunmane.core.errors import GunmaneError
from gunmane.core.words import AssetClass, Language, ModelState
from gunmane.files import reference
from gunmane.flows import models as flow
from gunmane.pages.place import place_of
from gunmane.pages.render import missing_page, page, sign_in_page
from gunmane.pages.visitor import PageRequest, visit
from gunmane.store import models as store
from gunmane.store.models import ForecastModel, ModelRow
from gunmane.store.query import ReadConn


class Line(Struct, frozen=True, kw_only=True):
    """The adopted model of a class on a scale, or None, and the newest proposal unless it is older."""

    asset_class: AssetClass
    scale: str
    adopted: ModelRow | None
    proposed: ModelRow | None


def lines(rows: Sequence[ModelRow]) -> list[Line]:
    """Gather the models that matter now, by class and scale."""
    found: list[Line] = []
    for key in dict.fromkeys((row.asset_class, row.scale) for row in rows):
        mine = [row for row in rows if (row.asset_class, row.scale) == key]
        adopted = next((row for row in mine if row.state is ModelState.ADOPTED), None)
        proposals = [row for row in mine if row.state is ModelState.PROPOSED]
        newest = max(proposals, key=lambda row: row.proposed_at, default=None)
        if adopted is not None and newest is not None and newest.proposed_at <= adopted.proposed_at:
            newest = None
        if adopted is not None or newest is not None:
            found.append(Line(asset_class=key[0], scale=key[1], adopted=adopted, proposed=newest))
    return found


def words_of(language: Language) -> dict[str, str]:
    """Return the words of model pages in one language."""
    return {key: getattr(text, language.value) for key, text in flow.words("words").items()}


async def behind(conn: ReadConn, run_id: UUID, asset_class: AssetClass, scale: str | None) -> ForecastModel | None:
    """Find the model behind an asset's outlook; an asset never judged has the scale most used in its class."""
    mine = [one for one in await store.forecast_models(conn, [run_id]) if one.asset_class is asset_class]
    return next((one for one in mine if one.scale == scale), mine[0] if len(mine) == 1 else None)


class Mark(Struct, frozen=True):
    """A point of the reliability plot in its 0 to 1000 frame, y downwards, and the sentence that says it."""

    x: float
    y: float
    low: float
    high: float
    size: float
    said: str


class Plot(Struct, frozen=True):
    """A reliability plot: marks, and the ticks of both axes (place, label)."""

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]


def plot(groups: Sequence[Reliable], sentence: str) -> Plot:
    """Place groups of forecasts on a square that reaches as far as they do."""
    top = min(max([one.high for one in groups] + [one.forecast for one in groups] + [0.01]) * 1.05, 1.0)
    step = next(s for s in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if top / s <= 5.5)
    most = max((one.cases for one in groups), default=1)
    marks = tuple(
        Mark(
            1000 * one.forecast / top, 1000 - 1000 * one.observed / top, 1000 - 1000 * one.low / top,
            1000 - 1000 * one.high / top, 8 + 12 * (one.cases / most) ** 0.5,
            sentence.format(
                forecast=f"{one.forecast * 100:.1f}", observed=f"{one.observed * 100:.1f}",
                low=f"{one.low * 100:.1f}", high=f"{one.high * 100:.1f}", cases=f"{one.cases:,}",
            ),
        )
        for one in groups
    )  # fmt: skip
    count = int(top / step + 1e-9)
    return Plot(marks, tuple((1000 * k * step / top, f"{k * step * 100:g}") for k in range(count + 1)))


@get("/regions/{region_id:uuid}/models", include_in_schema=False)
async def model_list(request: PageRequest, state: State, region_id: FromPath[UUID]) -> Response[Any]:
    """The models of a region: what forecasts, and what is proposed."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        place = await place_of(found, region_id)
        if place is None:
            return missing_page(request, found)
        rows = await store.models(found.conn, region_id)
        return page(
            "models.html", request, **place.frame(found), m=words_of(found.language), lines=lines(rows),
            scales=reference.scales(),
        )  # fmt: skip


@get("/regions/{region_id:uuid}/models/{model_id:uuid}", include_in_schema=False)
async def model_page(
    request: PageRequest, state: State, region_id: FromPath[UUID], model_id: FromPath[UUID]
) -> Response[Any]:
    """A model's card, as far as the visitor may see it."""
    async with visit(request, state.pool) as found:
        if found is None:
            return sign_in_page(request)
        place = await place_of(found, region_id)
        try:
            card = await flow.shown(found.conn, model_id)
        except GunmaneError:
            return missing_page(request, found)
        if place is None or card.region_id != region_id:
            return missing_page(request, found)
        words = words_of(found.language)
        language = found.language

        def month(when: float) -> str:
            return getattr(month_text(when), language.value)

        def attribute(effect: EffectCard) -> str:
            return getattr(attribute_text(effect.covariate, reference.card_texts()), language.value)

        def level(effect: EffectCard) -> str:
            return getattr(level_text(effect.covariate, effect.level, reference.card_texts()), language.value)

        groups = card.check.reliability if card.check else ()
        return page(
            "model.html",
            request,
            **place.frame(found),
            m=words,
            card=card,
            scale=reference.scales().get(card.scale),
            plot=plot(groups, words["reliability_point"]) if groups else None,
            groups=groups,
            month=month,
            share=share_text,
            years=years_text,
            attribute=attribute,
            level=level,
        )
