"""A small model for tests."""

import msgspec
import numpy as np

from gunmane.core.assess.proposals import OwnerProposal, Proposal
from gunmane.core.deterioration.cards import model_card
from gunmane.core.deterioration.chain import ChainPrior, Intervals, fit_chain
from gunmane.core.deterioration.checks import Check
from gunmane.core.deterioration.stored import digest, pack
from gunmane.core.words import AssetClass


def proposal(seed: int, source: str = "") -> Proposal:
    """A model of the bridges of two owners, fitted to few random pairs; `source` is that of its prior."""
    generator = np.random.default_rng(seed)
    size = 60
    rows = Intervals(
        from_rank=np.zeros(size, np.int64), to_rank=generator.integers(0, 2, size), years=np.full(size, 5.0),
        group=np.arange(size) % 2,
    )  # fmt: skip
    prior = ChainPrior(hazards=(0.1, 0.1, 0.1), source=source)
    fit = fit_chain(rows, states=4, prior=prior, groups=2)
    card = model_card(
        fit, asset_class=AssetClass.BRIDGE, scale="road-soundness", grades=("I", "II", "III", "IV"),
        owners=("a", "secret b"), data_cut="2026-11-23", simulated=False, excluded={"once_only": 7}, version="1",
        judged=np.array([30, 30]),
    )  # fmt: skip
    stored, owners = pack(fit)
    parts = tuple(OwnerProposal(card=c, fit=f) for c, f in zip(card.owners, owners, strict=True))
    bare = msgspec.structs.replace(card, owners=(), check=Check(reason="short_record"))
    return Proposal(card=bare, fit=stored, owners=parts, digest=digest(stored, owners), same=False)
