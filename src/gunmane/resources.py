"""Finds the files that travel with the program: SQL, document designs, rules and texts.

In a checkout `sql` and `reports` lie at the repository root; in a wheel they lie inside the package as `_sql`
and `_reports`. The root is looked at first, because an editable install can leave stale copies.
"""

import hashlib
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


@cache
def program() -> str:
    """Return the SHA-256 (hexadecimal) of the sources, rules, scales, costs, texts and designs of results.

    A changed unit cost or an upgrade makes another computation, whatever the version says.
    """
    found = hashlib.sha256()
    for root, patterns in ((PACKAGE, ("*.py", "data/**/*")), (folder("reports"), ("*.toml",))):
        for path in sorted({path for pattern in patterns for path in root.rglob(pattern) if path.is_file()}):
            place = path.relative_to(root)
            if place.parts[0] in ("_sql", "_reports", "_static"):  # where a wheel keeps what a checkout has elsewhere
                continue
            found.update(place.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
