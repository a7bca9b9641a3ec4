"""Reading 1,000,000 rows of CP932 CSV into typed columns, against csv.reader alone on the same file.

Run: `python -m tests.bench.bench_reading [rows]`. Prints microseconds of processor time a row, the ratio, and the
peak memory; processor time, because both are bound by it and other work on the machine does not count.
"""

import csv
import random
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from gunmane.core.words import AssetClass
from gunmane.files.ledgers import LedgerSource, open_ledger

HEADER = "管渠番号,排除区分,布設年度,管種,管径(mm),延長(m),土被り(m),緯度,経度,路線名,上流人孔番号,下流人孔番号"


def write(path: Path, rows: int) -> None:
    """Write a simulated ledger of sewer pipes as a city's GIS exports it."""
    draw = random.Random(1)
    years = [f"昭和{n}年度" for n in range(40, 64)] + [f"平成{n}年度" for n in range(2, 31)] + ["不明", ""]
    kinds, materials = ["汚水", "雨水", "合流"], ["ヒューム管", "塩ビ管", "陶管", "VU", "ダクタイル鋳鉄管"]
    sizes = ["150", "200", "250", "300", "600", "１２００", "1650.0"]
    streets = [f"{name}{n}号線" for name in ("本町", "栄町", "港", "中央") for n in range(1, 60)]
    with path.open("w", encoding="cp932", newline="\r\n") as file:
        file.write(f"{HEADER}\n")
        for n in range(rows):
            file.write(
                f"P{n:07d},{draw.choice(kinds)},{draw.choice(years)},{draw.choice(materials)},{draw.choice(sizes)},"
                f"{draw.uniform(5, 60):.2f},{draw.uniform(0.8, 6):.2f},{34.9 + draw.random() / 10:.6f},"
                f"{136.9 + draw.random() / 10:.6f},{draw.choice(streets)},M{n:07d},M{n + 1:07d}\n"
            )


def bare(path: Path) -> float:
    """Return the processor seconds that decoding and csv.reader alone take."""
    start = time.process_time()
    with path.open(encoding="cp932", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.process_time() - start


def read(path: Path) -> tuple[float, int]:
    """Return the processor seconds that reading into typed columns takes, and the number of assets."""
    start = time.process_time()
    source = LedgerSource(path=path, asset_class=AssetClass.SEWER_PIPE, owner_code="232050")
    ledger = open_ledger(source, date(2026, 4, 1))
    count = sum(len(chunk) for chunk in ledger.chunks())
    return time.process_time() - start, count


def main() -> None:
    """Measure three rounds and print the medians."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pipes.csv"
        write(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB, 12 columns, CP932")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rounds = [(bare(path), read(path)) for _ in range(3)]
    plain = sorted(seconds for seconds, _ in rounds)[1]
    typed = sorted(seconds for _, (seconds, _) in rounds)[1]
    assert all(count == rows for _, (_, count) in rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"csv.reader alone     {plain:6.2f} s  {plain / rows * 1e6:5.2f} us/row")
    print(f"into typed columns   {typed:6.2f} s  {typed / rows * 1e6:5.2f} us/row  ratio {typed / plain:.2f}")
    print(f"peak memory {peak / 1024:.0f} MiB (before reading {before / 1024:.0f} MiB)")


if __name__ == "__main__":
    main()
