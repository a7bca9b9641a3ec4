"""The documents need their typefaces, which set-up fetches."""

import pytest

from gunmane.core.errors import GunmaneError
from gunmane.pdf import fonts


@pytest.fixture(scope="session")
def faces() -> dict[str, fonts.Face]:
    """The typefaces by role; without them every test here fails with the sentence that says what to do."""
    try:
        return fonts.load()
    except GunmaneError as error:
        pytest.fail(f"the typefaces are not fetched yet: run `python -m gunmane parts` or ./test ({error})")
