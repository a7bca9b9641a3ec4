"""Which bridges may go together: the best set of edges to remove so that nobody is cut off.

A bridge with a short way round may be the way round of its neighbour. For candidates e with single gains the set Y
that is worth most is sought: sum over Y of (saved - users' yen per metre x detour of e with all of Y gone), where
every detour stays within the limit. Ends of a removed edge that cannot reach each other any more have an endless
detour, so the limit also keeps every node connected that is connected now.

Detours only grow with the set. So a set that breaks the limit, or costs users more than each bridge alone, gives a
rule that holds for every larger set: "not all of these", or "all of these cost so much more". Such rules are found
only when a proposed set breaks them (lazy cuts, as in combinatorial Benders decomposition); the best set under the
rules found so far is proposed again until it breaks none, and then it is the best of all.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from msgspec import Struct, structs

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.detours import Graph, ways_round
from gunmane.core.stock import Flags, Floats, Ints

SAME = 1e-9
BRANCHES = 200_000
"""Steps of one search under the rules found; beyond them the set is feasible, but not proved to be the best."""


class Sites(Struct, frozen=True, eq=False):
    """Edges that could be removed, one row each; emergency routes are not among them.

    `saved` yen that removal saves, users not counted; `users` yen that a metre of detour costs them (both present
    values); `limit_m` the longest detour allowed, the edge's own length `own_m` taken off.
    """

    graph: Graph
    edge: Ints
    saved: Floats
    users: Floats
    own_m: Floats
    limit_m: float


class Rule(Struct, frozen=True):
    """When all of `members` go, removing `site` costs `extra` yen more than alone; inf: not all of them may go."""

    site: int
    members: frozenset[int]
    extra: float


class Removals(Struct, frozen=True, eq=False):
    """The best set: `gone[m]`, its gain in yen, the way round each site's edge with the set gone (less its own).

    `kept_for[m]` are the removed sites because of which a site stays; `proved` that no set is worth more.
    """

    gone: Flags
    gain: float
    detour_m: Floats
    kept_for: tuple[tuple[int, ...], ...]
    proved: bool


def sites_of(
    graph: Graph,
    edge: npt.ArrayLike,
    saved: npt.ArrayLike,
    users: npt.ArrayLike,
    own_m: npt.ArrayLike,
    limit_m: float,
) -> Sites:
    """Build the sites; raises GunmaneError `bad_graph` for columns of unlike lengths, an edge twice, no such edge."""
    edges = np.asarray(edge, dtype=np.int64)
    columns = [np.asarray(given, dtype=np.float64) for given in (saved, users, own_m)]
    faults: list[Fault] = []
    if any(column.shape != edges.shape for column in columns):
        faults.append(Fault("wrong_shape", at="edge", values={"expected": str(len(edges))}))
    elif not all(np.isfinite(column).all() for column in columns):
        faults.append(Fault("not_finite", at="saved"))
    elif (columns[1] < 0).any():
        faults.append(Fault("negative", at="users"))
    if len(np.unique(edges)) < len(edges) or (
        edges.size and (edges.min() < 0 or edges.max() >= len(graph.ends))
    ):  # fmt: skip
        faults.append(Fault("not_in_range", at="edge"))
    if faults:
        raise GunmaneError("bad_graph", faults)
    return Sites(graph, edges, columns[0], columns[1], columns[2], limit_m)


def detours_of(sites: Sites, gone: Flags) -> Floats:
    """Return the detour in metres at every site with all `gone` sites' edges removed (its own edge always is)."""
    closed = np.zeros(len(sites.graph.ends), dtype=np.bool_)
    closed[sites.edge[gone]] = True
    length = np.where(closed[sites.graph.edge], np.inf, sites.graph.length)
    way = ways_round(structs.replace(sites.graph, length=length), sites.edge)
    return np.maximum(way - sites.own_m, 0.0)


def gain_of(sites: Sites, gone: Flags) -> float:
    """Return what a set is worth in yen, from the definition; -inf where a detour is longer than the limit."""
    detour = detours_of(sites, gone)[gone]
    if (detour > sites.limit_m).any() or np.isinf(detour).any():
        return -np.inf
    return float((sites.saved[gone] - sites.users[gone] * detour).sum())


def removal_set(sites: Sites, branches: int = BRANCHES) -> Removals:
    """Return the set of sites that is worth most and breaks no limit; of equal ones the first found, always the same.

    `branches` bounds each search under the rules found so far.
    """
    count = len(sites.edge)
    alone = detours_of(sites, np.zeros(count, dtype=np.bool_))
    fits = np.isfinite(alone) & (alone <= sites.limit_m)
    worth = np.where(fits, sites.saved - sites.users * np.where(fits, alone, 0.0), -np.inf)
    rules: list[Rule] = []
    proved = True
    while True:
        gone, sure = _proposal(worth, rules, branches)
        proved &= sure
        broken = _broken(sites, gone, alone, rules)
        if not broken:
            break
        rules += broken
    detour = detours_of(sites, gone)
    return Removals(gone, gain_of(sites, gone), detour, _kept_for(worth, rules, gone), proved)


def _kept_for(worth: Floats, rules: list[Rule], gone: Flags) -> tuple[tuple[int, ...], ...]:
    """Name for each worthy site that stays the removed ones that it shares a rule with."""
    found: list[tuple[int, ...]] = []
    for i in range(len(gone)):
        if gone[i] or not worth[i] > 0:
            found.append(())
            continue
        others = {k for rule in rules if i in rule.members for k in rule.members if gone[k]}
        found.append(tuple(sorted(others)))
    return tuple(found)


def _broken(sites: Sites, gone: Flags, alone: Floats, rules: list[Rule]) -> list[Rule]:
    """Return rules that a proposed set breaks, each with as few members as make it hold."""
    detour = detours_of(sites, gone)
    members = np.flatnonzero(gone)
    found: list[Rule] = []
    for i in members.tolist():
        too_long = not (np.isfinite(detour[i]) and detour[i] <= sites.limit_m)
        extra = np.inf if too_long else float(sites.users[i] * (detour[i] - alone[i]))
        if extra <= SAME * (1.0 + abs(float(sites.saved[i]))):
            continue
        known = max((rule.extra for rule in rules if rule.site == i and gone[list(rule.members)].all()), default=0.0)
        if extra <= known * (1 + SAME):
            continue
        least = float(detour[i]) * (1 - SAME)

        def holds(others: list[int], site: int = i, least: float = least, strict: bool = too_long) -> bool:
            some = np.zeros(len(gone), dtype=np.bool_)
            some[[site, *others]] = True
            way = float(_detour(sites, some, site))
            return not (np.isfinite(way) and way <= sites.limit_m) if strict else way >= least

        few = _fewest([k for k in members.tolist() if k != i], holds)
        found.append(Rule(i, frozenset([i, *few]), extra))
    return found


def _detour(sites: Sites, gone: Flags, site: int) -> float:
    one = structs.replace(
        sites,
        edge=sites.edge[[site]],
        saved=sites.saved[[site]],
        users=sites.users[[site]],
        own_m=sites.own_m[[site]],
    )
    closed = np.zeros(len(sites.graph.ends), dtype=np.bool_)
    closed[sites.edge[gone]] = True
    length = np.where(closed[sites.graph.edge], np.inf, sites.graph.length)
    graph = structs.replace(sites.graph, length=length)
    return float(np.maximum(ways_round(graph, one.edge) - one.own_m, 0.0)[0])


def _fewest(others: list[int], holds: Callable[[list[int]], bool], given: list[int] | None = None) -> list[int]:
    """Return a part of `others`, none of which can be spared, for which a growing condition holds (QuickXplain)."""
    base = given or []
    if holds(base):
        return []
    if len(others) == 1:
        return others
    half = len(others) // 2
    first, second = others[:half], others[half:]
    right = _fewest(second, holds, [*base, *first])
    left = _fewest(first, holds, [*base, *right])
    return [*left, *right]


def _proposal(worth: Floats, rules: list[Rule], branches: int) -> tuple[Flags, bool]:
    """Return the set worth most under the rules, and whether that is proved; parts that share no rule are apart."""
    gone = worth > 0
    proved = True
    for part in _parts([rule for rule in rules if all(gone[k] for k in rule.members)]):
        chosen, sure = _best(worth, part, branches)
        sites = sorted({k for rule in part for k in rule.members})
        gone[sites] = [k in chosen for k in sites]
        proved &= sure
    return gone, proved


def _parts(rules: list[Rule]) -> list[list[Rule]]:
    """Divide rules into parts that share no site, in the order of their first rules."""
    parts: list[tuple[set[int], list[Rule]]] = []
    for rule in rules:
        touched = [part for part in parts if part[0] & rule.members]
        merged: tuple[set[int], list[Rule]] = (set(rule.members), [])
        for part in touched:
            merged[0].update(part[0])
            merged[1].extend(part[1])
        merged[1].append(rule)
        parts = [part for part in parts if part not in touched] + [merged]
    return [part[1] for part in parts]


def _best(worth: Floats, rules: list[Rule], branches: int) -> tuple[frozenset[int], bool]:
    """Branch and bound: take the sites of some rules one by one, with and without, the worthiest first."""
    sites = sorted({k for rule in rules for k in rule.members}, key=lambda k: (-float(worth[k]), k))
    rest = np.concatenate([np.cumsum(worth[sites][::-1])[::-1], [0.0]])
    best: tuple[float, frozenset[int]] = (0.0, frozenset())
    left = branches

    def paid(taken: frozenset[int]) -> float:
        cost: dict[int, float] = {}
        for rule in rules:
            if rule.members <= taken:
                cost[rule.site] = max(cost.get(rule.site, 0.0), rule.extra)
        return sum(cost.values())

    def walk(at: int, taken: frozenset[int], value: float) -> None:
        nonlocal best, left
        left -= 1
        net = value - paid(taken)
        if net > best[0]:
            best = net, taken
        if at == len(sites) or left <= 0 or net + rest[at] <= best[0]:
            return
        k = sites[at]
        walk(at + 1, taken | {k}, value + float(worth[k]))
        walk(at + 1, taken, value)

    walk(0, frozenset(), 0.0)
    return best[1], left > 0
