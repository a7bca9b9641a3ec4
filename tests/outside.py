"""Reference data that may not travel with the project: GPL data sets of R packages, ledgers too large or of others.

They are looked for in `shared/data` beside the checkout, or where GUNMANE_SHARED points. What needs them is skipped
with the reason; the same rules are proved on the project's own data in tests that are never skipped.
"""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("GUNMANE_SHARED", Path(__file__).parents[2] / "shared")) / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skip a test with its reason where the folder is not at hand."""
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"{folder}: not free to travel, and not at hand")
