"""`gunmane simulate DIR`: write a fictitious region with known true hazards."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from gunmane.cli.days import iso_day
from gunmane.flows.simulate import simulate


def add(commands: Any) -> None:
    """Add the command to argparse's sub-parsers."""
    command = commands.add_parser(
        "simulate", help="架空の広域圏の台帳一式を作る / write the ledgers of a fictitious region"
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--owners", type=int, default=5)
    command.add_argument("--assets", type=int, default=20_000)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--as-of", type=iso_day, default=None, help="last day of the records")
    command.set_defaults(run=run)


def run(options: Any) -> int:
    """Write the region with a progress bar."""
    console = Console(stderr=True)
    with Progress(console=console) as bar:
        task = bar.add_task("simulate", total=options.assets)

        def show(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        made = simulate(options.folder, options.owners, options.assets, options.seed, options.as_of, show)
    print(f"{made.region}")
    console.print(
        f"simulated / シミュレーション: {made.owners} owners, {made.assets:,} assets, "
        f"{made.inspections:,} inspections, {made.repairs:,} repairs, {made.faults:,} faults"
    )
    return 0
