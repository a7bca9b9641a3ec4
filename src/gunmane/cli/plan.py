"""`gunmane plan`: decisions of a plan from files, and the editions of a region's plan."""

from typing import Any

from gunmane.cli import decisions, overrides, plan_jobs, plans, portfolio


def add(commands: Any) -> None:
    """Add `plan` with its sub-commands."""
    plan = commands.add_parser("plan", help="decisions of a plan, editions of a region's plan (計画)")
    kinds = plan.add_subparsers(metavar="KIND", required=True)
    portfolio.add(kinds)
    decisions.add(kinds)
    plans.add(kinds)
    overrides.add(kinds)
    plan_jobs.add(kinds)
