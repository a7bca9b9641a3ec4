"""Engineers shared year by year: what owners need, whom they have left after retirements, who helps whom.

A transportation problem for each fiscal year: as many persons' time as possible goes from owners with time to spare
to owners who lack it, then over as few kilometres as possible. Nobody lends more than a share of its engineers, so
that everyone keeps a contact of its own; owners farther apart than the travel limit do not lend.
"""

import numpy as np
from msgspec import Struct
from scipy.optimize import linprog
from scipy.sparse import csc_array

from gunmane.core.plan.contracts import Groups, Way, load, sets_of
from gunmane.core.plan.costs import CostBook
from gunmane.core.plan.programme import Programme
from gunmane.core.stock import Flags, Floats, OwnerFacts

FAR = 1e6
"""Kilometres that a person left lacking counts as: far more than any way."""

NOTHING = 1e-9


class Staffing(Struct, frozen=True, eq=False):
    """Persons by owner and year: needed and there [G, T], lent from one owner to another [T, G, G], still lacking."""

    needed: Floats
    have: Floats
    lent: Floats
    lacking: Floats

    @property
    def moved(self) -> Floats:
        """Persons that work for another owner, by year."""
        return self.lent.sum(axis=(1, 2))


def needed_by_year(result: Programme, book: CostBook, sets: Flags, way: Way = Way()) -> Floats:  # noqa: B008
    """Return persons that the plan's contracts and inspections take of each set of owners, [S, T], middle case."""
    return load(result, book, sets, way).yearly_hours[:, :, 1] / book.value("hours_per_engineer")


def needed_of_members(result: Programme, book: CostBook, groups: Groups, way: Way) -> Floats:
    """Return persons that each owner needs when groups work together, [G, T].

    A group's hours fall to its members as their hours alone would.
    """
    owners = result.count.shape[0]
    whole = needed_by_year(result, book, sets_of(groups, owners), way)
    own = needed_by_year(result, book, np.eye(owners, dtype=np.bool_))
    found = np.zeros_like(own)
    for row, members in enumerate(groups):
        part = own[list(members)]
        sums = part.sum(axis=0)
        even = np.full_like(part, 1.0 / len(members))
        found[list(members)] = whole[row] * np.divide(part, sums, out=even, where=sums > 0)
    return found


def there_by_year(owners: tuple[OwnerFacts, ...], years: int) -> Floats:
    """Return the engineers of each owner by year, [G, T]: those now less who retires; NaN where not known.

    Who retires in a year is missing from that year on; nobody is assumed to be hired.
    """
    found = np.full((len(owners), years), np.nan)
    for k, facts in enumerate(owners):
        if not facts.engineers:
            continue
        leaving = np.zeros(years)
        leaving[: len(facts.retirements)] = facts.retirements[:years]
        found[k] = np.maximum(sum(facts.engineers.values()) - np.cumsum(leaving), 0.0)
    return found


def share_engineers(needed: Floats, have: Floats, apart: Floats, limit_km: float, away: float) -> Staffing:
    """Return who lends how much of its time to whom in each year, the least time lacking, then the least way.

    `apart[G, G]` km, `away` the largest share of its engineers that an owner lends. All of `have` must be known.
    """
    count, years = needed.shape
    lent = np.zeros((years, count, count))
    for t in range(years):
        spare = np.minimum(np.maximum(have[:, t] - needed[:, t], 0.0), away * have[:, t])
        short = np.maximum(needed[:, t] - have[:, t], 0.0)
        giver, taker = np.nonzero((spare[:, None] > NOTHING) & (short > NOTHING) & (apart <= limit_km))
        if not len(giver):
            continue
        at = np.arange(len(giver))
        rows = np.concatenate([giver, count + taker])
        matrix = csc_array((np.ones(2 * len(at)), (rows, np.concatenate([at, at]))), shape=(2 * count, len(at)))
        # Every person lent is one less lacking; ways only decide between equals.
        found = linprog(apart[giver, taker] - FAR, A_ub=matrix, b_ub=np.concatenate([spare, short]), method="highs")
        lent[t, giver, taker] = np.maximum(found.x, 0.0)
    lacking = np.maximum(needed - have - lent.sum(axis=1).T, 0.0)
    return Staffing(needed, have, lent, lacking)
