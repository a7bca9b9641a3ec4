"""All duties of very many septic systems: seconds, rows a second, and the ratio to the engine that explains.

Run: python -m tests.bench.bench_duties [systems] [workers]   (8,000,000 is the nation; simulated histories)
"""

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np

from gunmane.core.duties.bulk import bulk_due
from gunmane.core.duties.columns import KIND_CODES, Coded, Columns, EventColumns
from gunmane.core.duties.daynumbers import number
from gunmane.core.duties.engine import due_items
from gunmane.core.duties.facts import AssetFacts, Event
from gunmane.core.duties.rulerows import STATES
from gunmane.core.duties.rules import EventKind
from gunmane.core.words import AssetClass
from gunmane.files.rules import rule_book

ON = date(2026, 11, 23)
PART = 250_000
PROCESSES = ("anaerobic_filter_contact_aeration", "full_aeration", "separated_contact_aeration", "contact_aeration")
LIMIT = 600.0  # seconds for the nation on 2 cores
DUTIES = ("septic.article7", "septic.article11")


def simulated(size: int, seed: int) -> Columns:
    """Septic systems with 8 events each on average: start, article 7, years of article 11, upkeep, suspensions."""
    rng = np.random.default_rng(seed)
    today = int(number(ON))
    start = today - rng.integers(0, 40 * 365, size)
    parts = [(np.arange(size), KIND_CODES[EventKind.START_OF_USE], start, -1, rng.random(size) < 0.93)]
    seventh = start + rng.integers(60, 300, size)
    parts.append((np.arange(size), KIND_CODES[EventKind.INSPECTION], seventh, 0, rng.random(size) < 0.8))
    for years in range(3):
        day = today - rng.integers(0, 365, size) - 365 * years
        parts.append((np.arange(size), KIND_CODES[EventKind.INSPECTION], day, 1, rng.random(size) < 0.47))
    for _ in range(3):
        day = today - rng.integers(0, 400, size)
        parts.append((np.arange(size), KIND_CODES[EventKind.MAINTENANCE], day, -1, rng.random(size) < 0.8))
    parts.append((np.arange(size), KIND_CODES[EventKind.CLEANING], today - rng.integers(0, 500, size), -1,
                  rng.random(size) < 0.8))  # fmt: skip
    parts.append((np.arange(size), KIND_CODES[EventKind.SUSPENDED], today - rng.integers(0, 2000, size), -1,
                  rng.random(size) < 0.04))  # fmt: skip
    keep = np.concatenate([kept & (day >= start) & (day <= today) for _, _, day, _, kept in parts])
    asset = np.concatenate([asset for asset, *_ in parts])[keep].astype(np.int32)
    kind = np.concatenate([np.full(size, code) for _, code, *_ in parts])[keep].astype(np.int8)
    day = np.concatenate([day for _, _, day, _, _ in parts])[keep].astype(np.int32)
    duty = np.concatenate([np.full(size, code) for _, _, _, code, _ in parts])[keep].astype(np.int32)
    none = Coded(np.full(len(asset), -1, dtype=np.int32), ())
    single = rng.random(size) < 0.45
    return Columns(
        AssetClass.SEPTIC,
        size,
        Coded(rng.integers(0, 40, size).astype(np.int32), tuple(f"{n:06d}" for n in range(100000, 140000, 1000))),
        EventColumns.build(asset, kind, day, Coded(duty, DUTIES), none),
        numbers={"capacity_persons": rng.choice([5.0, 7.0, 10.0, 50.0, np.nan], size)},
        codes={
            "treatment": Coded(single.astype(np.int32), ("combined", "single")),
            "process": Coded(rng.integers(-1, 4, size).astype(np.int32), PROCESSES),
        },
    )


def one_part(arguments: tuple[int, int]) -> tuple[float, float, np.ndarray]:
    """Build and evaluate one part; seconds of building, seconds of duties, tally by state."""
    size, seed = arguments
    book = rule_book()
    begun = time.perf_counter()
    given = simulated(size, seed)
    built = time.perf_counter()
    tally = np.zeros(len(STATES), dtype=np.int64)
    for due in bulk_due(given, ON, book).values():
        tally += np.bincount(due.state[due.state >= 0], minlength=len(STATES))
    return built - begun, time.perf_counter() - built, tally


def scalar_rate(count: int = 2000) -> float:
    """Systems per second of the engine that explains, on the same kind of histories."""
    given, book = simulated(count, 0), rule_book()
    events: list[list[Event]] = [[] for _ in range(count)]
    kinds = list(EventKind)
    for row, kind, day, duty in zip(
        given.events.asset, given.events.kind, given.events.day, given.events.duty.codes, strict=True
    ):
        events[row].append(
            Event(kinds[kind], date.fromordinal(int(day) + 719163), DUTIES[duty] if duty >= 0 else None)
        )
    stories = [AssetFacts(str(n), AssetClass.SEPTIC, "042064", {}, tuple(events[n])) for n in range(count)]
    begun = time.perf_counter()
    for story in stories:
        due_items(story, ON, book)
    return count / (time.perf_counter() - begun)


def main() -> None:
    """Print one table."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    jobs = [(min(PART, total - first), first // PART) for first in range(0, total, PART)]
    begun = time.perf_counter()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(one_part, jobs))
    wall = time.perf_counter() - begun
    building = sum(result[0] for result in results)
    duties = sum(result[1] for result in results)
    tally = sum(result[2] for result in results)
    scalar = scalar_rate()
    print(f"{total:,} simulated septic systems, all duties, as of {ON}, {workers} workers")
    print(f"wall {wall:.1f} s including making the histories; limit for 8,000,000: {LIMIT:.0f} s")
    print(f"CPU: histories {building:.1f} s, duties {duties:.1f} s = {total / duties:,.0f} systems/s per core")
    print(f"engine that explains: {scalar:,.0f} systems/s per core; bulk is {total / duties / scalar:.0f} x")
    print(f"largest worker {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")
    print({state.value: int(count) for state, count in zip(STATES, tally, strict=True)})


if __name__ == "__main__":
    main()
