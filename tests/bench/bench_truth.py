"""The whole way against a known truth: hazards that a build fits from simulated ledgers, beside the true ones.

Run: python -m tests.bench.bench_truth [assets …]   (default 1000 10000; everything is simulated)

The true mean hazard of a class and stage is its base times the mean of the assets' factors (material, salt), the mean
of the owners' effects over the assets, and the present drift. Misread grades are in the ledgers as in real ones; the
build has no error layer, so a small excess is expected.
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


async def cards(folder: Path, out: Path, server: Embedded) -> list[ModelCard]:
    """Build the region and read what was fitted."""
    await build_region(folder / "region.toml", out, None, None, Console(quiet=True))
    connection = await database.connect(server.url())
    rows = await connection.fetch("SELECT card::text FROM models")
    await connection.close()
    return [msgspec.json.decode(row[0], type=ModelCard) for row in rows]


def main(sizes: list[int]) -> None:
    inside = total = 0
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
        true = true_hazards(work / "ledgers")
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
        shutil.rmtree(work, ignore_errors=True)
    print(f"\ninside the 80 % interval: {inside} of {total} (expected about {0.8 * total:.0f})")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [1000, 10_000])
