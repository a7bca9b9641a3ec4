"""`gunmane plan`: decisions of a plan from files."""

from typing import Any

from gunmane.cli import decisions, portfolio


def add(commands: Any) -> None:
    """Add `plan` with its sub-commands."""
    plan = commands.add_parser("plan", help="decisions of a plan")
    kinds = plan.add_subparsers(metavar="KIND", required=True)
    portfolio.add(kinds)
    decisions.add(kinds)
