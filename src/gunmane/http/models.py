"""Models of deterioration: their cards as far as they may be seen, adoption and retirement by people."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from gunmane.core.deterioration.comparison import Verdict
from gunmane.core.words import AssetClass, ModelState, Role
from gunmane.flows import models as flow
from gunmane.flows.models import Shown
from gunmane.http.routes import Answer, Ask, Nothing, Route
from gunmane.store import models as store
from gunmane.store.models import ModelRow

PLANNING = frozenset({Role.PLANNER, Role.ADMINISTRATOR})
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(min_length=1, max_length=2000)]


class ModelQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which models."""

    region: UUID | None = None
    asset_class: list[AssetClass] | None = None
    state: list[ModelState] | None = None


class ModelLine(Struct, frozen=True, kw_only=True):
    """A model as listed; `verdict` is that of its comparison with the model adopted when it was proposed."""

    region_id: UUID
    model_id: UUID
    run_id: UUID
    asset_class: AssetClass
    scale: str
    state: ModelState
    data_cut: str
    proposed_at: datetime
    verdict: Verdict | None


class Models(Struct, frozen=True):
    """Models by class and scale, the adopted one first, then the newest."""

    items: list[ModelLine]


class AdoptionWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adoption; `replaces` names the model that was seen as adopted, and another one by now is a conflict."""

    decided_by: Annotated[str, Meta(min_length=1, max_length=200, description="決めた人 (who decided)")]
    reason: Words
    replaces: UUID | None = None


class RetirementWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A retirement."""

    decided_by: Line
    reason: Words


def line(one: ModelRow) -> ModelLine:
    """Shorten a model to its line."""
    made = one.card.comparison
    return ModelLine(
        region_id=one.region_id, model_id=one.model_id, run_id=one.run_id, asset_class=one.asset_class,
        scale=one.scale, state=one.state, data_cut=one.card.data_cut, proposed_at=one.proposed_at,
        verdict=None if made is None else made.verdict,
    )  # fmt: skip


async def list_all(ask: Ask[ModelQuery, None]) -> Answer:
    wanted = ask.query
    found = await store.models(ask.conn, wanted.region, classes=wanted.asset_class, states=wanted.state)
    return Answer(Models([line(one) for one in found]))


async def read(ask: Ask[Nothing, None]) -> Answer:
    return Answer(await flow.shown(ask.conn, ask.id("model_id")))


async def adopt(ask: Ask[Nothing, AdoptionWanted]) -> Answer:
    wanted, model_id = ask.body, ask.id("model_id")
    await flow.adopt(
        ask.conn, model_id, by=wanted.decided_by, reason=wanted.reason, key_id=ask.principal.key_id, at=ask.now,
        replaces=wanted.replaces,
    )  # fmt: skip
    return Answer(await flow.shown(ask.conn, model_id))


async def retire(ask: Ask[Nothing, RetirementWanted]) -> Answer:
    wanted, model_id = ask.body, ask.id("model_id")
    await flow.retire(
        ask.conn, model_id, by=wanted.decided_by, reason=wanted.reason, key_id=ask.principal.key_id, at=ask.now
    )
    return Answer(await flow.shown(ask.conn, model_id))


ONE = "/v1/models/{model_id:uuid}"

ROUTES = (
    Route(
        method="GET", path="/v1/models", name="list_models", tag="models", run=list_all, query=ModelQuery,
        gives=Models, summary="劣化モデルの一覧 (models of deterioration: proposed, adopted, retired)",
    ),
    Route(
        method="GET", path=ONE, name="read_model", tag="models", run=read, gives=Shown, conditional=True,
        summary="劣化モデルの説明書 (a model's card, as far as consents go)",
    ),
    Route(
        method="POST", path=ONE + "/adoption", name="adopt_model", tag="models", run=adopt, may=PLANNING,
        takes=AdoptionWanted, gives=Shown, creates=True, also=(404, 409),
        summary="採用 (let a model forecast from the next build on; the one adopted so far is retired)",
    ),
    Route(
        method="POST", path=ONE + "/retirement", name="retire_model", tag="models", run=retire, may=PLANNING,
        takes=RetirementWanted, gives=Shown, creates=True, also=(404, 409),
        summary="採用をやめる (retire an adopted model; the next build forecasts with a proposal)",
    ),
)  # fmt: skip
