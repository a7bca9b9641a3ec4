"""Models of deterioration as people meet them: read with what may be seen, adopted, retired."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from gunmane.core.assess.card_wording import Said, said
from gunmane.core.assess.models import Adopted
from gunmane.core.deterioration.cards import DriftCard, EffectCard, GradeCard
from gunmane.core.deterioration.checks import Check
from gunmane.core.deterioration.comparison import Comparison
from gunmane.core.deterioration.stored import unpack
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass, ModelState, SourceStatus
from gunmane.files import reference
from gunmane.flows.plans import require
from gunmane.store import models as store
from gunmane.store.query import Conn, ReadConn


def words(table: str) -> dict[str, Text]:
    """Return a table of the catalogue of model cards."""
    return reference.texts("models")[table]


async def adopted_models(
    conn: ReadConn, region_id: UUID, owners: Sequence[UUID]
) -> dict[tuple[AssetClass, str], Adopted]:
    """Read a region's adopted models, put together for these owners; one that a model has not seen is new to it."""
    rows = await store.adopted(conn, region_id)
    parts = {
        (one.model_id, one.owner_id): one
        for one in await store.owner_fits(conn, region_id, [row.model_id for row in rows])
    }
    found: dict[tuple[AssetClass, str], Adopted] = {}
    for row in rows:
        mine = [parts.get((row.model_id, owner_id)) for owner_id in owners]
        card = structs.replace(row.card, owners=tuple(one.card for one in mine if one is not None))
        fit = unpack(row.fit, [None if one is None else one.fit for one in mine])
        found[row.asset_class, row.scale] = Adopted(model_id=str(row.model_id), digest=row.digest, fit=fit, card=card)
    return found


async def adopt(
    conn: Conn, model_id: UUID, *, by: str, reason: str, key_id: UUID | None, at: datetime, replaces: UUID | None
) -> store.ModelRow:
    """Adopt a model in place of the one adopted so far, which is retired.

    replaces: the model that the person saw as adopted; another one by now is a conflict. Raises GunmaneError
    `not_found`, `conflict` (`model_adopted` already, `other_adopted`), `invalid` without a person or a reason.
    """
    require({"/decided_by": by, "/reason": reason})
    held = await store.lock(conn, model_id)
    mine = next((one for one in held if one.model_id == model_id), None)
    if mine is None:
        raise GunmaneError("not_found")
    if mine.state is ModelState.ADOPTED:
        raise GunmaneError("conflict", [Fault("model_adopted")])
    before = next((one for one in held if one.state is ModelState.ADOPTED), None)
    if replaces is not None and (before is None or before.model_id != replaces):
        raise GunmaneError("conflict", [Fault("other_adopted", "/replaces")])
    if before is not None:
        await store.decide(conn, before, ModelState.RETIRED, at, by, reason, key_id)
    await store.decide(conn, mine, ModelState.ADOPTED, at, by, reason, key_id)
    return await one(conn, model_id)


async def retire(
    conn: Conn, model_id: UUID, *, by: str, reason: str, key_id: UUID | None, at: datetime
) -> store.ModelRow:
    """Retire the adopted model without another in its place: the next build forecasts with a proposal again.

    Raises GunmaneError `not_found`, `conflict` (`model_not_adopted`), `invalid` without a person or a reason.
    """
    require({"/decided_by": by, "/reason": reason})
    mine = next((one for one in await store.lock(conn, model_id) if one.model_id == model_id), None)
    if mine is None:
        raise GunmaneError("not_found")
    if mine.state is not ModelState.ADOPTED:
        raise GunmaneError("conflict", [Fault("model_not_adopted")])
    await store.decide(conn, mine, ModelState.RETIRED, at, by, reason, key_id)
    return await one(conn, model_id)


async def one(conn: ReadConn, model_id: UUID) -> store.ModelRow:
    """Read a model as it is stored; raises GunmaneError `not_found`."""
    found = await store.models(conn, model_id=model_id, limit=1)
    if not found:
        raise GunmaneError("not_found")
    return found[0]


class Counts(Struct, frozen=True, kw_only=True):
    """What a model rests on, summed over all owners; `excluded` counts what was left out, by reason code."""

    assets: int
    intervals: int
    distinct_intervals: int
    excluded: dict[str, int]
    log_likelihood: float


class Shown(Struct, frozen=True, kw_only=True):
    """A model's card as far as it may be seen.

    Where some owner of the model has not consented to aggregates, `counts` and `check` are None and the comparison is
    without counts, as are the effects; `owners_hidden` tells how many owners are not among `owners`. `said` says the
    card in sentences.
    """

    region_id: UUID
    model_id: UUID
    run_id: UUID
    asset_class: AssetClass
    scale: str
    state: ModelState
    data_cut: str
    proposed_at: datetime
    simulated: bool
    version: str
    converged: bool
    grades: tuple[GradeCard, ...]
    drift: tuple[DriftCard, ...]
    effects: tuple[EffectCard, ...]
    owner_sd: float
    prior_source: str
    prior_status: SourceStatus | None
    counts: Counts | None
    check: Check | None
    comparison: Comparison | None
    owners: tuple[store.OwnerRow, ...]
    owners_hidden: int
    said: Said
    decisions: tuple[store.Decision, ...]
    adopted: UUID | None


async def shown(conn: ReadConn, model_id: UUID) -> Shown:
    """Read a model's card as far as the principal may see it; raises GunmaneError `not_found`."""
    row = await one(conn, model_id)
    owners = await store.owners_of(conn, row.region_id, model_id)
    decisions = await store.decisions(conn, row.region_id, [model_id])
    adopted = await store.models(
        conn, row.region_id, classes=[row.asset_class], states=[ModelState.ADOPTED], limit=1000
    )
    return show(row, owners, decisions, next((m.model_id for m in adopted if m.scale == row.scale), None))


def show(
    row: store.ModelRow, owners: Sequence[store.OwnerRow], decisions: Sequence[store.Decision], adopted: UUID | None
) -> Shown:
    """Cut a card down to what the owners' parts at hand allow."""
    with_data = [one for one in owners if one.card.assets or one.card.intervals]
    hidden = max(row.card.owner_count - len(with_data), 0)
    named = tuple(structs.replace(one.card, owner=one.name) for one in with_data)
    card = structs.replace(row.card, owners=named)
    comparison = card.comparison
    if hidden and comparison is not None:
        comparison = structs.replace(comparison, newest=None, forecast=())
    effects = card.effects
    if hidden:
        effects = tuple(structs.replace(one, intervals=0.0) for one in effects)
    counts = Counts(
        assets=card.assets, intervals=card.intervals, distinct_intervals=card.distinct_intervals,
        excluded=card.excluded, log_likelihood=card.log_likelihood,
    )  # fmt: skip
    return Shown(
        region_id=row.region_id, model_id=row.model_id, run_id=row.run_id, asset_class=row.asset_class,
        scale=row.scale, state=row.state, data_cut=card.data_cut, proposed_at=row.proposed_at,
        simulated=card.simulated, version=card.version, converged=card.converged, grades=card.grades,
        drift=card.drift, effects=effects, owner_sd=card.owner_sd, prior_source=card.prior_source,
        prior_status=card.prior_status, counts=None if hidden else counts, check=None if hidden else card.check,
        comparison=comparison, owners=tuple(with_data), owners_hidden=hidden,
        said=said(card, reference.card_texts(), withheld=bool(hidden)), decisions=tuple(decisions),
        adopted=adopted,
    )  # fmt: skip
