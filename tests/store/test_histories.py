"""Whose events are whose, and their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gunmane.store.histories import Keys, ordered

MIX = 0x9E3779B97F4A7C15
"""What `Keys` multiplies the first half of an identifier by."""


def ids(*raw: bytes) -> NDArray[np.void]:
    return np.frombuffer(b"".join(raw), dtype="V16")


def alike() -> tuple[bytes, bytes]:
    """Two identifiers that become one number."""
    first, second = np.array([1, 7], dtype=np.uint64), np.array([2, (7 - MIX) % 2**64], dtype=np.uint64)
    return first.tobytes(), second.tobytes()


@given(st.lists(st.binary(min_size=16, max_size=16), unique=True), st.lists(st.binary(min_size=16, max_size=16)))
def test_identifiers_are_found_where_they_stand(known: list[bytes], others: list[bytes]) -> None:
    wanted = [*others, *known]
    found = Keys(ids(*known)).find(ids(*wanted))
    assert found.tolist() == [known.index(one) if one in known else -1 for one in wanted]


def test_identifiers_that_become_one_number_are_told_apart() -> None:
    first, second = alike()
    assert Keys(ids(first)).find(ids(first, second)).tolist() == [0, -1]
    others = [bytes([n]) * 16 for n in range(1, 9)]
    known = [*others[:4], second, *others[4:], first]
    assert Keys(ids(*known)).find(ids(first, second, *others, b"?" * 16)).tolist() == [
        9,
        4,
        0,
        1,
        2,
        3,
        5,
        6,
        7,
        8,
        -1,
    ]


WIDE = st.integers(-(2**62), 2**62)


@pytest.mark.parametrize("numbers", [st.integers(-3, 3), WIDE])
def test_rows_stand_in_the_order_of_all_their_columns(numbers: st.SearchStrategy[int]) -> None:
    @given(st.lists(st.tuples(numbers, st.integers(0, 9), numbers)))
    def check(rows: list[tuple[int, int, int]]) -> None:
        columns = [np.array([row[k] for row in rows], dtype=kind) for k, kind in enumerate(("i8", "i1", "i8"))]
        found = ordered(columns)
        assert [one.dtype for one in found] == [one.dtype for one in columns]
        assert list(zip(*(one.tolist() for one in found), strict=True)) == sorted(rows)

    check()
