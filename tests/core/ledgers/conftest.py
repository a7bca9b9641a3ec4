"""The program's own words, scales and limits, for tests of reading ledgers."""

import pytest

from gunmane.files.catalogue import Catalogue, catalogue


@pytest.fixture(scope="session")
def words() -> Catalogue:
    """The shipped catalogue."""
    return catalogue()
