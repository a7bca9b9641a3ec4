"""`gunmane deterioration fit|backtest`: the deterioration engine on a file."""

import argparse
import csv
import gzip
import io
import os
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import msgspec

from gunmane import __version__
from gunmane.core.errors import Fault, GunmaneError
from gunmane.resources import DATA


def add(commands: Any) -> None:
    """Add the sub-commands; the engine itself is imported when one runs."""
    root = commands.add_parser("deterioration", help="劣化モデルの推定と検証 / fit, back-test deterioration")
    kinds = root.add_subparsers(metavar="ACTION", required=True)
    fit = kinds.add_parser("fit", help="推定 / fit a model to a file")
    fit.add_argument("file", type=Path)
    fit.add_argument("--kind", choices=("chain", "lifetime", "events", "curves"), default="chain")
    _columns(fit)
    fit.add_argument("--from", dest="begin", help="column: grade at the start of an interval")
    fit.add_argument("--to", dest="end", help="column: grade at its end")
    fit.add_argument("--interval", help="column: its length")
    fit.add_argument("--start", help="column: calendar year of its start (for --drift)")
    fit.add_argument("--weights", help="column: how many assets a row stands for")
    fit.add_argument("--common", action="store_true", help="one effect of a covariate for all grades")
    fit.add_argument("--equal", action="store_true", help="one hazard for all grades")
    fit.add_argument("--cuts", help="times at which the rates change: 5,15")
    fit.add_argument("--misclassification", help="errors of rating to estimate, true-seen: 1-2,2-1,2-3")
    fit.add_argument("--allow", help="moves of a chain that may go back or jump: 1-2,2-1,1-4")
    fit.add_argument("--exact", help="grades entered at the very moment recorded (death): 4")
    fit.add_argument("--certain", help="column: 1 where the grade is known without error")
    fit.add_argument("--entry", help="column: age at which the record starts")
    fit.add_argument("--lower", help="column: last age known to be sound (events: none)")
    fit.add_argument("--upper", help="column: first age known to have failed, Inf if none (events: end of record)")
    fit.add_argument("--family", choices=("weibull", "gompertz", "herz"), default="weibull")
    fit.add_argument("--count", help="column: number of events")
    fit.add_argument("--length", help="column: length of the asset")
    fit.add_argument("--memory", choices=("poisson", "mixed", "leyp"), default="mixed")
    fit.set_defaults(run=run_fit)
    test = kinds.add_parser("backtest", help="検証 / rolling-origin back-test against three baselines")
    test.add_argument("file", type=Path)
    test.add_argument("--kind", choices=("chain",), default="chain", help="only chains have grades to forecast")
    _columns(test)
    test.add_argument("--origins", required=True, help="times at which the data are frozen: 2007,2010,2013")
    test.add_argument("--horizon", type=float, default=5.0)
    test.add_argument("--bad", help="first bad grade (default: the worst)")
    test.add_argument(
        "--half-life", type=float, help="years in which an interval's weight halves (default: as the past advises)"
    )
    test.add_argument(
        "--by-assets", type=int, default=0, metavar="PARTS", help="forecast each part of the assets from the others"
    )
    test.add_argument("--no-exits", action="store_true")
    test.add_argument("--seed", type=int, default=1)
    test.set_defaults(run=run_backtest)


def _columns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--id", help="column: asset")
    parser.add_argument("--time", help="column: time of the inspection, in years (or any one unit)")
    parser.add_argument("--state", help="column: grade seen")
    parser.add_argument("--states", default="4", help="number of grades, 1 the best; or their names: 9|8,7,6,5|4")
    parser.add_argument("--covariates", default="", help="columns, comma between")
    parser.add_argument("--group", help="column: owner")
    parser.add_argument("--exits", nargs="?", const="", help="repairs end a spell; column with 1 where repaired")
    parser.add_argument("--drift", action="store_true", help="rates drift over the calendar")
    parser.add_argument("--jumps", action="store_true", help="falls by several grades have rates of their own")
    parser.add_argument("--prior", choices=("none", "class"), default="none")
    parser.add_argument("--class", dest="asset_class", default="bridge")
    parser.add_argument("--scale", default="")
    parser.add_argument("--missing", choices=("level", "drop"), default="level")
    parser.add_argument("--repeats", type=float, default=0.0, help="reports closer than so many years count once")
    parser.add_argument("--taken-back", type=float, default=None, help="slips taken back within so many years")
    parser.add_argument("--json", action="store_true")


def read_table(path: Path) -> dict[str, list[str]]:
    """Read a CSV or TSV file (gzip too, UTF-8 or CP932) as columns of text; raises GunmaneError `unreadable_file`."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GunmaneError("unreadable_file", at=str(path)) from error
    if path.suffix == ".gz":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise GunmaneError("unreadable_file", at=str(path)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp932", errors="replace")
    first = text.split("\n", 1)[0]
    rows = [r for r in csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",") if r]
    if not rows:
        raise GunmaneError("unreadable_file", [Fault("file_empty", str(path), {"at": str(path)})], at=str(path))
    width = len(rows[0])
    body = [(r + [""] * width)[:width] for r in rows[1:]]
    return {name.strip(): [r[c] for r in body] for c, name in enumerate(rows[0])}


def class_prior(asset_class: str, scale: str, states: str) -> Any:
    """Return the shipped prior of a class; raises GunmaneError `bad_option` for a class that does not exist."""
    from gunmane.core.deterioration.priors import Priors
    from gunmane.core.words import AssetClass

    if asset_class not in set(AssetClass):
        raise GunmaneError("bad_option", [Fault("class_unknown", asset_class, {"classes": list(AssetClass)})])
    priors = msgspec.toml.decode((DATA / "priors.toml").read_bytes(), type=Priors)
    chosen = AssetClass(asset_class)
    scales = [scale] if scale else [e.scale for e in priors.priors if chosen in e.classes]
    stages = (int(states) if states.isdigit() else len(states.split(","))) - 1
    return priors.chain(scales[0] if scales else "", chosen, stages)


def run_fit(options: argparse.Namespace) -> int:
    """Fit one model and print it."""
    return _answer(options, "fit")


def run_backtest(options: argparse.Namespace) -> int:
    """Back-test the engine and print the scores."""
    return _answer(options, "backtest")


def _answer(options: argparse.Namespace, what: str) -> int:
    """Run and print; exit code 2 with every fault in words when the input cannot be used."""
    # matrices are small: threads for them cost more than they save, most of all beside other work
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from gunmane.core.deterioration.table_backtests import backtest_table  # numba takes a second to load
    from gunmane.core.deterioration.table_fits import fit_table

    try:
        table = read_table(options.file)
        settings = {k: v for k, v in vars(options).items() if k not in ("run", "file", "json")}
        if options.prior == "class":
            settings["class_prior"] = class_prior(options.asset_class, options.scale, options.states)
        begun = time.perf_counter()
        result = (fit_table if what == "fit" else backtest_table)(table, settings)
        notes: list[Fault] = result.pop("notes", [])
        result |= {"seconds": round(time.perf_counter() - begun, 4), "version": __version__}
    except GunmaneError as error:
        from gunmane.files.faults import said

        faults = [Fault(f.code, f.at, {**f.values, "at": f.at}) for f in error.faults]
        for language in ("ja", "en"):
            print(said(GunmaneError(error.code, faults, **error.values), language), file=sys.stderr)
        return 2
    if notes:
        from gunmane.files.faults import said

        result["notes"] = [{"ja": said(note, "ja"), "en": said(note, "en")} for note in notes]
        for note in notes:
            print(f"{said(note, 'ja')} / {said(note, 'en')}", file=sys.stderr)
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(result)).decode())
        return 0
    for line in _lines(result):
        print(line)
    return 0


def _lines(value: Any, indent: str = "") -> list[str]:
    """Lay a result out as indented text."""
    out: list[str] = []
    for name, entry in value.items():
        if isinstance(entry, dict):
            out += [f"{indent}{name}:", *_lines(entry, indent + "  ")]
        elif isinstance(entry, list) and entry and isinstance(entry[0], dict):
            out.append(f"{indent}{name}:")
            for row in entry:
                parts = (f"{k}={v:.6g}" if isinstance(v, float) else f"{k}={v}" for k, v in row.items())
                out.append(f"{indent}  " + "  ".join(parts))
        else:
            out.append(f"{indent}{name}: {entry:.10g}" if isinstance(entry, float) else f"{indent}{name}: {entry}")
    return out
