"""`gunmane model list | card | compare | adopt | retire`: the models of deterioration of a region."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gunmane.cli.plans import OPERATOR, REGION_HELP, for_region
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.values import Text
from gunmane.core.words import AssetClass, Language, ModelState
from gunmane.flows import models as flow
from gunmane.store import models, pool
from gunmane.store.query import Conn


def add(commands: Any) -> None:
    """Add `model` with its actions."""
    model = commands.add_parser("model", help="models of deterioration: cards, adoption (劣化モデル)")
    actions = model.add_subparsers(metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="models of a region, the adopted one of each class first (一覧)")
    listed.add_argument("region", help=REGION_HELP)
    listed.set_defaults(run=run_list)
    for name, text, run in (
        ("card", "the card of a model (説明書)", run_card),
        ("compare", "a proposal against the adopted model (採用中との比較)", run_compare),
    ):
        shown = actions.add_parser(name, help=text)
        _named(shown)
        shown.add_argument("--language", choices=[one.value for one in Language], default="ja")
        shown.add_argument("--json", action="store_true")
        shown.set_defaults(run=run)
    for name, text, run in (
        ("adopt", "let a model forecast from the next build on (採用)", run_adopt),
        ("retire", "take an adopted model back (採用をやめる)", run_retire),
    ):
        decided = actions.add_parser(name, help=text)
        _named(decided)
        decided.add_argument("--by", required=True, help="who decided (決めた人)")
        decided.add_argument("--reason", required=True, help="why (理由)")
        decided.set_defaults(run=run)


def _named(command: argparse.ArgumentParser) -> None:
    command.add_argument("region", help=REGION_HELP)
    command.add_argument(
        "model", help="identifier of the model, or a class (bridge, …): its newest proposal, else the adopted one"
    )
    command.add_argument("--scale", help="which scale, where a class is judged on several")


def run_list(options: argparse.Namespace) -> int:
    """Print one line for each model."""

    async def show(conn: Conn, region_id: UUID) -> int:
        for one in await models.models(conn, region_id):
            made = one.card.comparison
            verdict = "" if made is None or one.state is not ModelState.PROPOSED else made.verdict.value
            print(
                f"{one.model_id}  {one.asset_class.value:14} {one.scale:22} {one.state.value:9} {one.card.data_cut}  "
                f"{one.card.intervals:>8,}  {verdict}"
            )
        return 0

    return for_region(options.region, show)


def run_card(options: argparse.Namespace) -> int:
    """Print a card in sentences, or as JSON."""

    async def show(conn: Conn, region_id: UUID) -> int:
        found = await flow.shown(conn, await _model_of(conn, region_id, options))
        if options.json:
            print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
            return 0
        print(f"{found.asset_class.value} {found.scale} {found.state.value} {found.model_id}")
        for part in msgspec.structs.asdict(found.said).values():
            _print(part, options.language)
        for one in found.decisions:
            print(f"{one.decided_at:%Y-%m-%d %H:%M} {one.state.value} {one.decided_by}: {one.reason}")
        return 0

    return for_region(options.region, show)


def _print(sentences: Sequence[Text], language: str) -> None:
    for text in sentences:
        print("  " + (text.ja if language == "ja" else text.en))


def run_compare(options: argparse.Namespace) -> int:
    """Print what changed from the adopted model to a proposal."""

    async def show(conn: Conn, region_id: UUID) -> int:
        found = await flow.shown(conn, await _model_of(conn, region_id, options))
        if options.json:
            owners = {one.code: one.forecast for one in found.owners}
            made = {"model_id": found.model_id, "comparison": found.comparison, "owners": owners}
            print(msgspec.json.format(msgspec.json.encode(made), indent=1).decode())
            return 0
        _print(found.said.comparison or (flow.words("sentences")["compare_none"],), options.language)
        for one in found.owners:
            changes = ", ".join(f"{c.years:g}: {c.adopted:,.1f} → {c.refit:,.1f}" for c in one.forecast)
            if changes:
                print(f"  {one.name}  {changes}")
        return 0

    return for_region(options.region, show)


def run_adopt(options: argparse.Namespace) -> int:
    """Adopt a model."""

    async def make(conn: Conn, region_id: UUID) -> int:
        made = await flow.adopt(
            conn, await _model_of(conn, region_id, options), by=options.by, reason=options.reason, key_id=OPERATOR,
            at=datetime.now(pool.JST), replaces=None,
        )  # fmt: skip
        print(f"adopted: {made.model_id}")
        return 0

    return for_region(options.region, make)


def run_retire(options: argparse.Namespace) -> int:
    """Retire an adopted model."""

    async def make(conn: Conn, region_id: UUID) -> int:
        made = await flow.retire(
            conn, await _model_of(conn, region_id, options), by=options.by, reason=options.reason, key_id=OPERATOR,
            at=datetime.now(pool.JST),
        )  # fmt: skip
        print(f"retired: {made.model_id}")
        return 0

    return for_region(options.region, make)


async def _model_of(conn: Conn, region_id: UUID, options: argparse.Namespace) -> UUID:
    """Find the model that is meant; raises GunmaneError `not_found`.

    A class stands for its newest proposal that is newer than the adopted model, for `retire` for the adopted one.
    """
    try:
        return UUID(options.model)
    except ValueError:
        pass
    if options.model not in list(AssetClass):
        raise GunmaneError("not_found", [Fault("model_unknown", options.model)])
    found = [
        one
        for one in await models.models(conn, region_id, classes=[AssetClass(options.model)])
        if options.scale in (None, one.scale)
    ]
    adopted = [one for one in found if one.state is ModelState.ADOPTED]
    newer = [
        one
        for one in found
        if one.state is ModelState.PROPOSED and (not adopted or one.proposed_at > adopted[0].proposed_at)
    ]
    wanted = adopted if options.run is run_retire else [*newer, *adopted]
    if not wanted:
        raise GunmaneError("not_found", [Fault("model_unknown", options.model)])
    return wanted[0].model_id
