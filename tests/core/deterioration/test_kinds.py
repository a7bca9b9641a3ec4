"""Which assets share a forecast: against the plain reading of the rule, asset by asset."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gunmane.core.deterioration.kinds import Basis, sort_out

BAD, OWNERS = 2, 3


def _plain(rank, group, x, since, built):
    """Basis, start, owner, covariates and rounded years of one asset."""
    owner = group if 0 <= group < OWNERS else OWNERS
    if rank >= 0:
        basis, start, years = Basis.BAD if rank >= BAD else Basis.INSPECTED, rank, since
    elif np.isfinite(built):
        basis, start, years = Basis.BUILT, 0, built
    else:
        basis, start, years = Basis.POPULATION, -1, 0.0
    years = 0.0 if np.isnan(years) else min(max(years, 0.0), 150.0)
    return int(basis), int(start), int(owner), *x.tolist(), round(years * 4) / 4


years = st.one_of(st.sampled_from([np.nan, np.inf, -1.0, 0.0, 0.375, 149.9]), st.floats(0, 200, allow_nan=False))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-1, 4), st.integers(-1, 4), st.sampled_from([-0.0, 0.0, 1.5, -2.0]), years, years),
        min_size=1, max_size=60,
    )
)  # fmt: skip
def test_kinds_are_the_distinct_assets(rows):
    rank, group, x, since, built = (np.array(column) for column in zip(*rows, strict=True))
    x = np.column_stack([x, np.ones(len(rows))])
    found = sort_out(rank, owners=OWNERS, bad_rank=BAD, group=group, covariates=x, since=since, built=built)
    plain = [_plain(*row) for row in zip(rank, group, x, since, built, strict=True)]
    for n, (basis, start, owner, one, two, quarter) in enumerate(plain):
        k = found.kind[n]
        b = found.base[k]
        assert (found.basis[n], found.start[k], found.owner[b]) == (basis, start, owner)
        assert found.covariates[b].tolist() == [one, two]
        assert found.looked[k] == found.since[n] == quarter
    assert found.start.size == len({row[1:] for row in plain})
    assert found.owner.size == len({row[2:5] for row in plain})
    assert (np.diff(found.base) >= 0).all()


def test_many_kinds_make_the_table_grow_and_order_does_not_matter():
    generator = np.random.default_rng(1)
    size = 150_000  # more than one block, and more kinds than the first table holds
    rank = generator.integers(-1, 4, size).astype(np.int8)
    x = generator.integers(0, 30_000, size).astype(np.float32)[:, None]
    since = generator.integers(0, 3, size) / 4
    one = sort_out(rank, owners=0, bad_rank=3, covariates=x, since=since)
    assert one.start.size == len(set(zip(rank.tolist(), x[:, 0].tolist(), np.where(rank < 0, 0, since).tolist())))  # noqa: B905
    assert (one.covariates[one.base[one.kind], 0] == x[:, 0]).all()
    assert (one.start[one.kind] == rank).all()
    order = generator.permutation(size)
    other = sort_out(rank[order], owners=0, bad_rank=3, covariates=x[order], since=since[order])
    assert np.array_equal(other.kind, one.kind[order])
    assert np.array_equal(other.covariates, one.covariates)


def test_no_asset_has_no_kind():
    found = sort_out(np.zeros(0, int), owners=2, bad_rank=1)
    assert found.kind.size == found.start.size == found.owner.size == 0
