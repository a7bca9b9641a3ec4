"""Models of deterioration: proposed by computations, adopted and retired by people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from gunmane.core.assess.proposals import Proposal
from gunmane.core.deterioration.cards import ModelCard, OwnerCard
from gunmane.core.deterioration.comparison import ForecastChange
from gunmane.core.deterioration.stored import StoredFit, StoredOwner
from gunmane.core.words import AssetClass, ModelState
from gunmane.store.ids import uuid7
from gunmane.store.query import Conn, ReadConn, sql


class ModelRow(Struct, frozen=True, kw_only=True):
    """A stored model without its fit; the card is the region's part."""

    region_id: UUID
    model_id: UUID
    run_id: UUID
    asset_class: AssetClass
    scale: str
    state: ModelState
    digest: str
    proposed_at: datetime
    card: ModelCard


class AdoptedRow(ModelRow, frozen=True, kw_only=True):
    """An adopted model with the region's part of its fit."""

    fit: StoredFit


class OwnerFit(Struct, frozen=True, kw_only=True):
    """An owner's part of a model's fit."""

    owner_id: UUID
    model_id: UUID
    card: OwnerCard
    fit: StoredOwner


class OwnerRow(Struct, frozen=True, kw_only=True):
    """An owner's part of a model's card."""

    owner_id: UUID
    code: str
    name: str
    card: OwnerCard
    forecast: tuple[ForecastChange, ...]


class Decision(Struct, frozen=True, kw_only=True):
    """Who decided what about a model, and why."""

    model_id: UUID
    state: ModelState
    decided_at: datetime
    decided_by: str
    reason: str


class Locked(Struct, frozen=True, kw_only=True):
    """A model held for a change of state."""

    region_id: UUID
    model_id: UUID
    asset_class: AssetClass
    scale: str
    state: ModelState


class ForecastModel(Struct, frozen=True, kw_only=True):
    """The model that a run's forecasts of a class on a scale come from; `adopted` as it was then."""

    run_id: UUID
    asset_class: AssetClass
    scale: str
    model_id: UUID
    adopted: bool


async def save(
    conn: Conn, region_id: UUID, model_id: UUID, run_id: UUID, owners: Sequence[UUID], made: Proposal
) -> UUID:
    """Store a proposal with its owners' parts; return the identifier of the model that the fit is."""
    card = made.card
    found: UUID = await conn.fetchval(
        sql("models", "save_model"),
        region_id, model_id, run_id, card.asset_class.value, card.scale, _plain(card), _plain(made.fit), made.digest,
    )  # fmt: skip
    rows = [
        (owner_id, region_id, found, card.asset_class.value, _plain(one.card), _plain(one.fit), _plain(one.forecast))
        for owner_id, one in zip(owners, made.owners, strict=True)
    ]
    await conn.executemany(sql("models", "save_owner"), rows)
    return found


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


async def save_forecast_model(
    conn: Conn, region_id: UUID, run_id: UUID, asset_class: AssetClass, scale: str, model_id: UUID, adopted: bool
) -> None:
    """Note which model a run's forecasts come from."""
    await conn.execute(
        sql("models", "save_forecast_model"), region_id, run_id, asset_class.value, scale, model_id, adopted
    )


async def adopted(conn: ReadConn, region_id: UUID) -> list[AdoptedRow]:
    """Read the adopted models of a region, by class and scale."""
    return [msgspec.convert(row, AdoptedRow) for row in await conn.fetch(sql("models", "adopted"), region_id)]


async def owner_fits(conn: ReadConn, region_id: UUID, models: Sequence[UUID]) -> list[OwnerFit]:
    """Read the owners' parts of some models, as far as they may be seen."""
    rows = await conn.fetch(sql("models", "owner_fits"), region_id, list(models))
    return [msgspec.convert(row, OwnerFit) for row in rows]


async def models(
    conn: ReadConn,
    region_id: UUID | None = None,
    *,
    classes: Sequence[AssetClass] | None = None,
    states: Sequence[ModelState] | None = None,
    model_id: UUID | None = None,
    limit: int = 1000,
) -> list[ModelRow]:
    """List models by class and scale, the adopted one first, then the newest."""
    given = (None if classes is None else list(classes), None if states is None else list(states), model_id, limit)
    return [msgspec.convert(row, ModelRow) for row in await conn.fetch(sql("models", "models"), region_id, *given)]


async def owners_of(conn: ReadConn, region_id: UUID, model_id: UUID) -> list[OwnerRow]:
    """Read the owners' parts of a model that may be seen."""
    rows = await conn.fetch(sql("models", "owners_of_model"), region_id, model_id)
    return [msgspec.convert(row, OwnerRow) for row in rows]


async def decisions(conn: ReadConn, region_id: UUID, models: Sequence[UUID]) -> list[Decision]:
    """Read who decided what about some models, newest first."""
    rows = await conn.fetch(sql("models", "decisions"), region_id, list(models))
    return [msgspec.convert(row, Decision) for row in rows]


async def lock(conn: Conn, model_id: UUID) -> list[Locked]:
    """Hold a model and the adopted one of its class and scale until the transaction ends; none for an unknown one."""
    return [msgspec.convert(row, Locked) for row in await conn.fetch(sql("models", "lock_models"), model_id)]


async def decide(
    conn: Conn, one: Locked, state: ModelState, at: datetime, by: str, reason: str, key_id: UUID | None
) -> None:
    """Change the state of a model that is held, and record who decided it."""
    await conn.execute(sql("models", "set_state"), one.region_id, one.model_id, state.value)
    await conn.execute(
        sql("models", "insert_decision"), one.region_id, uuid7(), one.model_id, state.value, at, by, reason, key_id
    )


async def forecast_models(conn: ReadConn, runs: Sequence[UUID]) -> list[ForecastModel]:
    """Read which models the forecasts of some runs come from."""
    rows = await conn.fetch(sql("models", "forecast_models"), list(runs))
    return [msgspec.convert(row, ForecastModel) for row in rows]
