"""A simulated region of a chosen size, from nothing to its plan: time of every step and peak memory of all processes.

    python -m tests.bench.bench_build [ASSETS]

Both commands run as a user runs them, as processes of their own, in an empty data folder (the embedded server is made
by the build). Memory is the sum over the whole tree of processes of what each holds for itself and its share of what
several hold (PSS, Linux), so that PostgreSQL's shared memory counts once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

import msgspec

EVERY = 0.5
"""Seconds between two looks at the memory."""


class Peak(Thread):
    """Watches a process and everything below it."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.most = 0.0
        self.parts: dict[str, float] = {}
        self.ended = Event()

    def run(self) -> None:
        while not self.ended.wait(EVERY):
            parts = tree_memory(self.root)
            if sum(parts.values()) > self.most:
                self.most, self.parts = sum(parts.values()), parts

    def stop(self) -> None:
        self.ended.set()
        self.join()


def tree_memory(root: int) -> dict[str, float]:
    """Return the MB held by a process and its descendants, by program."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = status.read_text().rpartition(")")
        except OSError:
            continue  # ended meanwhile
        parents[int(status.parent.name)] = int(rest.split()[1])
        names[int(status.parent.name)] = head.partition("(")[2]
    inside = {root}
    while more := {pid for pid, parent in parents.items() if parent in inside} - inside:
        inside |= more
    found: dict[str, float] = {}
    for pid in inside:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        held = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        found[names.get(pid, "?")] = found.get(names.get(pid, "?"), 0.0) + held
    return found


def run(words: Sequence[str], home: Path) -> tuple[float, Peak]:
    """Run a command and return its seconds and its memory; raises CalledProcessError when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunmane", *words],
        env={**os.environ, "GUNMANE_HOME": str(home), "DATABASE_URL": ""},
        stdout=subprocess.DEVNULL,
    )
    peak = Peak(process.pid)
    peak.start()
    code = process.wait()
    took = time.perf_counter() - began
    peak.stop()
    if code:
        raise subprocess.CalledProcessError(code, list(words))
    return took, peak


def show(name: str, took: float, peak: Peak) -> None:
    parts = ", ".join(f"{part} {held:,.0f}" for part, held in sorted(peak.parts.items(), key=lambda one: -one[1]))
    print(f"{name:<12}{took:8.1f} s   peak {peak.most:7,.0f} MB ({parts})", flush=True)


def main(assets: int) -> None:
    work = Path(tempfile.mkdtemp(prefix="gunmane-bench-"))
    work.chmod(0o755)
    try:
        took, peak = run(("simulate", str(work / "r"), "--assets", str(assets)), work / "home")
        total = took
        show("simulate", took, peak)
        order = ("build", str(work / "r" / "region.toml"), "--out", str(work / "o"))
        took, peak = run((*order, "--quiet"), work / "home")
        total += took
        show("build", took, peak)
        made = msgspec.json.decode((work / "o" / "build.json").read_bytes())
        seconds = made["seconds"]
        for step, spent in {**seconds.pop("steps"), **seconds}.items():
            print(f"  {step:<14}{spent:8.2f} s")
        print(made["counts"])
        print(f"{assets:,} simulated assets, simulate and build: {total:.1f} s", flush=True)
        took, peak = run((*order, "--quiet"), work / "home")
        show("again", took, peak)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
