"""Is the simulator's truth found within the engine's intervals? `python -m tests.bench.bench_recovery [SEEDS]`.

Hazards, owners' effects, repair exits and calendar drift at 1,000, 10,000 and 100,000 assets; share of 90 % intervals
that hold the truth, over some seeds. All data are simulated.
"""

import sys
import time
from collections import Counter

from tests.core.deterioration.truth import inside


def main(seeds):
    for size in (1_000, 10_000, 100_000):
        hit, total, seconds = Counter(), Counter(), []
        for seed in range(seeds if size < 100_000 else max(2, seeds // 5)):
            begun = time.perf_counter()
            found, fit = inside(size, seed)
            seconds.append(time.perf_counter() - begun)
            for name, (good, of) in found.items():
                hit[name] += good
                total[name] += of
        shares = "  ".join(f"{name} {hit[name]}/{total[name]} = {hit[name] / total[name]:.0%}" for name in total)
        print(f"{size:>8,} assets, {fit.rows:,} intervals: {shares}  ({sum(seconds) / len(seconds):.2f} s each)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
