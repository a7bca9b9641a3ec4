"""The whole way against a known truth: what a build fits from simulated ledgers, beside what is true.

Run: python -m tests.bench.bench_truth [assets …]   (default 1000 10000; everything is simulated)

The true mean hazard of a class and stage is its base times the mean of the assets' factors (material, salt), the mean
of the owners' effects over the assets, and the present drift. Misread grades are in the ledgers as in real ones; the
build has no error layer, so a small excess is expected.

Then what material, salt and so on do to the speed, each level against the mean of the levels that are known, and how
much better than without them earlier forecasts would have been (log score per forecast, 90 % band of the gain).
Attributes that do nothing in the simulation have the true factor 1.
"""

import asyncio
import csv
import gzip
import json
import math
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from gunmane.cli.build import build_region
from gunmane.core.deterioration.cards import ModelCard
from gunmane.flows.simulate import simulate
from gunmane.store import database
from gunmane.store.embedded import Embedded


def true_hazards(folder: Path) -> dict[tuple[str, int], float]:
    """Mean true hazard a year by class and stage, as of the last day of the records."""
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    factors: dict[str, list[float]] = defaultdict(list)
    with gzip.open(folder / "truth_assets.csv.gz", "rt", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            effect = truth["owners"][row["owner"]]["effect"]
            factors[row["class"]].append(math.exp(float(row["log_factor"]) + effect))
    now = truth["drift"]["factors"][-1] if truth["drift"]["factors"] else 1.0
    return {
        (name, stage): base * now * sum(factors[name]) / len(factors[name])
        for name, told in truth["classes"].items()
        if factors[name]
        for stage, base in enumerate(told["hazards"])
    }


LEDGER = {
    "rc": "reinforced_concrete", "pc": "prestressed_concrete", "clay": "vitrified_clay", "ductile": "ductile_iron",
}  # fmt: skip
"""Ledger codes of the simulator's materials where they differ; concrete sewer pipes are `hume`."""


def true_effects(folder: Path) -> dict[tuple[str, str, str], float]:
    """True log factors by class, attribute and level; what is not listed is 0."""
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, str, str], float] = {}
    for name, told in truth["classes"].items():
        for code, effect in told["materials"].items():
            level = "hume" if (name, code) == ("sewer_pipe", "rc") else LEDGER.get(code, code)
            found[name, "surface" if name == "pavement" else "material", level] = effect
        found[name, "salt", "yes"] = told["salt_effect"]
    return found


def compare_effects(card: ModelCard, true: dict[tuple[str, str, str], float]) -> tuple[int, int]:
    """Print fitted and true factors; return how many lie inside their interval, of how many."""
    inside = total = 0
    for attribute in dict.fromkeys(one.covariate for one in card.effects):
        known = [one for one in card.effects if one.covariate == attribute and one.level != "unknown"]
        weight = sum(one.intervals for one in known)
        log = {one.level: true.get((card.asset_class.value, attribute, one.level), 0.0) for one in known}
        mean = sum(log[one.level] * one.intervals for one in known) / weight
        for one in known:
            value = math.exp(log[one.level] - mean)
            inside += one.factor_low <= value <= one.factor_high
            total += 1
            band = f"{one.factor_low:.2f}–{one.factor_high:.2f}"
            print(
                f"{card.asset_class.value:<16}{attribute + '=' + one.level:<38}{value:>6.2f}{one.factor:>8.2f}"
                f"{band:>13}  {one.intervals:>7,.0f}"
            )
    for origin in card.check.origins if card.check else ():
        if origin.bare is not None:
            gain = origin.bare.log_score - origin.model.log_score
            print(
                f"{card.asset_class.value:<16}from {origin.origin:.1f}, {origin.model.forecasts:,} forecasts: gain"
                f" {gain:+.4f} ({origin.bare.lead_low:+.4f} to {origin.bare.lead_high:+.4f})"
            )
    return inside, total


async def cards(folder: Path, out: Path, server: Embedded) -> list[ModelCard]:
    """Build the region and read what was fitted."""
    await build_region(folder / "region.toml", out, None, None, Console(quiet=True))
    connection = await database.connect(server.url())
    rows = await connection.fetch("SELECT card::text FROM models")
    await connection.close()
    return [msgspec.json.decode(row[0], type=ModelCard) for row in rows]


def main(sizes: list[int]) -> None:
    inside = total = held = effects = 0
    for size in sizes:
        work = Path(tempfile.mkdtemp(prefix="gunmane-truth-"))
        work.chmod(0o755)
        os.environ["GUNMANE_HOME"] = str(work / "home")
        simulate(work / "ledgers", 5, size, 1, None, lambda *_: None)
        (work / "out").mkdir()
        server = Embedded(work / "home")
        server.start()
        try:
            found = asyncio.run(cards(work / "ledgers", work / "out", server))
        finally:
            server.stop()
        true, moved = true_hazards(work / "ledgers"), true_effects(work / "ledgers")
        print(f"\n{size:,} assets (simulated)")
        print(f"{'class':<16}{'from':<10}{'true':>8}{'fitted':>9}{'80 % interval':>20}  ratio  pairs")
        for card in sorted(found, key=lambda one: one.asset_class.value):
            for stage, row in enumerate(card.grades):
                value = true.get((card.asset_class.value, stage))
                if value is None:
                    continue
                inside += row.hazard_low <= value <= row.hazard_high
                total += 1
                band = f"{row.hazard_low:.4f}–{row.hazard_high:.4f}"
                print(
                    f"{card.asset_class.value:<16}{row.grade:<10}{value:>8.4f}{row.hazard:>9.4f}{band:>20}"
                    f"  {row.hazard / value:5.2f}  {card.intervals:>6,}"
                )
        print(f"\n{'class':<16}{'level':<38}{'true':>6}{'fitted':>8}{'80 %':>13}    pairs")
        for card in sorted(found, key=lambda one: one.asset_class.value):
            within, of = compare_effects(card, moved)
            held, effects = held + within, effects + of
        shutil.rmtree(work, ignore_errors=True)
    print(f"\nhazards inside the 80 % interval: {inside} of {total} (expected about {0.8 * total:.0f})")
    print(f"effects inside the 80 % interval: {held} of {effects} (expected about {0.8 * effects:.0f})")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [1000, 10_000])
