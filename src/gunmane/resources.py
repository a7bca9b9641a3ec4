"""Finds the files that travel with the program: SQL, document designs, rules and texts.

In a checkout `sql` and `reports` lie at the repository root; in a wheel they lie inside the package as `_sql`
and `_reports`. The root is looked at first, because an editable install can leave stale copies.
"""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parents[1]

DATA = PACKAGE / "data"
"""Rules, scales, synonyms, unit costs and texts, as TOML."""

STATIC = PACKAGE / "_static"
"""Browser parts and fonts, fetched by package name at set-up and shipped in the wheel."""


@cache
def folder(name: str) -> Path:
    """Return the folder `sql` or `reports`.

    Raises FileNotFoundError when the installation is incomplete.
    """
    in_checkout = ROOT / name
    if (ROOT / "pyproject.toml").is_file() and in_checkout.is_dir():
        return in_checkout
    in_wheel = PACKAGE / f"_{name}"
    if in_wheel.is_dir():
        return in_wheel
    raise FileNotFoundError(f"gunmane's folder '{name}' is missing: install the package again")
