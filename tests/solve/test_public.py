"""Public problems with time windows: the optimum of small ones, both forms read alike, every fault by its line."""

import itertools
import json
import random
import time
from pathlib import Path

import numpy as np
import pytest

from gunmane.cli import main
from gunmane.core.errors import GunmaneError
from gunmane.core.schedule.public import Routes, Timed, breaches, is_public, objective, read_public
from gunmane.solve import public
from gunmane.solve.public import solve
from gunmane.solve.vrp import timed


def solomon(seed: int, customers: int) -> str:
    """An own problem by chance, in Solomon's form."""
    draw = random.Random(seed)
    rows = [f"0 50 50 0 0 {400 + 10 * customers} 0"]
    for number in range(1, customers + 1):
        early = draw.randrange(50, 250)
        rows.append(
            f"{number} {draw.randrange(100)} {draw.randrange(100)} {draw.randrange(1, 9)} {early} "
            f"{early + draw.randrange(30, 120)} {draw.randrange(5, 12)}"
        )
    head = f"own{seed}\n\nVEHICLE\nNUMBER CAPACITY\n {customers} 20\n\nCUSTOMER\nCUST NO. XCOORD. …\n\n"
    return head + "\n".join(rows) + "\n"


def vrplib(text: str, prizes: list[int] | None = None) -> str:
    """The same problem in the other form; one service time for all."""
    rows = [line.split() for line in text.splitlines() if line[:1].isdigit()]
    sections = [
        ("NODE_COORD_SECTION", [(row[1], row[2]) for row in rows]),
        ("DEMAND_SECTION", [(row[3],) for row in rows]),
        ("TIME_WINDOW_SECTION", [(row[4], row[5]) for row in rows]),
    ]
    if prizes is not None:
        sections.append(("PRIZE_SECTION", [(str(prize),) for prize in (0, *prizes)]))
    lines = [f"NAME : own\nDIMENSION : {len(rows)}\nVEHICLES : {len(rows)}\nCAPACITY : 20\nSERVICE_TIME : 7"]
    lines.append("EDGE_WEIGHT_TYPE : EUC_2D")
    for name, table in sections:
        lines += [name, *(f"{number} {' '.join(row)}" for number, row in enumerate(table, 1))]
    return "\n".join([*lines, "DEPOT_SECTION", "1", "-1", "EOF"])


def best_of_all(given: Timed) -> int:
    """The optimum by every order of every set of customers, and every division into such routes."""
    nodes = range(1, given.customers + 1)
    cost: dict[frozenset[int], int] = {}
    for size in range(1, given.customers + 1):
        for some in itertools.combinations(nodes, size):
            routes: list[Routes] = [(order,) for order in itertools.permutations(some)]
            sound = [one for one in routes if all(breach[0] == "left_out" for breach in breaches(given, one))]
            if sound:
                cost[frozenset(some)] = min(objective_of(given, one) for one in sound)
    everyone = frozenset(nodes)
    best: dict[frozenset[int], int] = {frozenset(): 0}
    for size in range(1, given.customers + 1):
        for chosen in itertools.combinations(nodes, size):
            rest = frozenset(chosen)
            first = min(rest)
            ways = [
                cost[one] + best[rest - one] for one in cost if first in one and one <= rest and rest - one in best
            ]
            if given.prize is not None and rest - {first} in best:
                ways.append(int(given.prize[first]) + best[rest - {first}])
            if ways:
                best[rest] = min(ways)
    return best[everyone]


def objective_of(given: Timed, routes: Routes) -> int:
    return sum(int(given.travel[a, b]) for route in routes for a, b in itertools.pairwise((0, *route, 0)))


@pytest.mark.parametrize("seed", range(4))
def test_small_problems_are_solved_to_the_optimum(seed: int) -> None:
    for text in (
        solomon(seed, 6),
        vrplib(solomon(seed, 6), [random.Random(seed).randrange(5, 90) for _ in range(6)]),
    ):
        given = read_public(text)
        found = solve(given, 0.0, seed, iterations=4000)
        assert found.breaches == ()
        assert found.objective == objective(given, found.routes) == best_of_all(given)
        again = solve(given, 0.0, seed, iterations=4000)
        assert again.routes == found.routes


def test_parts_and_the_rival_give_sound_plans() -> None:
    given = read_public(solomon(9, 420).replace(" 420 20\n", " 420 60\n"))
    alone = solve(given, 0.0, 1, iterations=3200)
    parts = solve(given, 0.0, 1, workers=2, iterations=3200)
    assert alone.breaches == parts.breaches == ()
    assert {node for route in parts.routes for node in route} == set(range(1, 421))
    begun = time.monotonic()
    both = solve(given, begun + 3.0, 1, workers=2)
    assert time.monotonic() - begun < 30
    assert both.breaches == ()
    # the better of the two is what is gone on from: no worse than what stands at the start
    assert solve(given, 0.0, 1, iterations=160, start=both.routes).objective <= both.objective
    assert breaches(given, timed(given, 0.5, 1)) == []


def test_both_forms_say_the_same() -> None:
    text = solomon(3, 12)
    one, two = read_public(text), read_public(vrplib(text))
    assert (one.travel == two.travel).all()
    assert (one.early == two.early).all()
    assert two.service.tolist() == [0, *[70] * 12]
    assert one.travel[0, 1] == int(np.hypot(*(one.spots[1] - one.spots[0])) * 10)
    assert is_public(text)
    assert is_public(vrplib(text))
    assert not is_public('{"days": 1}')


def test_the_checker_sees_what_is_wrong() -> None:
    given = read_public(solomon(2, 5))
    routes = solve(given, 0.0, 1, iterations=2000).routes
    assert breaches(given, routes) == []
    first = routes[0]
    codes = {
        "left_out": (routes[1:], "left_out"),
        "twice": ((*routes, (first[0],)), "twice"),
        "too_heavy": (((*range(1, 6),) * 3,), "too_heavy"),
        "too_many": (tuple((1,) for _ in range(6)), "too_many_routes"),
    }
    for plan, code in codes.values():
        assert code in {breach[0] for breach in breaches(given, plan)}
    late = tuple(sorted(range(1, 6), key=lambda node: int(given.early[node]), reverse=True))
    assert any(breach[0] == "too_late" for breach in breaches(given, (late * 2,)))


def test_the_command_solves_public_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.txt"
    path.write_text(solomon(1, 6), encoding="utf-8")
    assert main(["schedule", "solve", str(path), "--iterations", "3000", "--workers", "1", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    given = read_public(solomon(1, 6))
    assert round(10 * row["objective"]) == best_of_all(given)
    assert sorted(node for stops in row["plan"].values() for node in stops) == list(range(1, 7))
    assert row["breaches"] == []
    assert row["served"] == row["jobs"] == 6
    path.write_text(solomon(1, 6).replace("2 ", "2 x ", 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("\n3 ", "\n4 "), "wrong_number"),
        ((" 6 20\n", "\n"), "no_fleet"),
        (("\n2 ", "\n2 abc "), "line_not_numbers"),
        (("\n5 ", "\n5 1 "), "wrong_cells"),
        (("0 50 50 0 0 ", "0 50 50 0 900 "), "ends_before"),
    ],
)
def test_bad_files_are_refused_by_line(
    change: tuple[str, str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = solomon(1, 6).replace(*change)
    with pytest.raises(GunmaneError) as caught:
        read_public(text)
    assert code in {fault.code for fault in caught.value.faults}
    path = tmp_path / "bad.txt"
    path.write_text(text, encoding="utf-8")
    assert main(["schedule", "solve", str(path)]) == 2
    assert capsys.readouterr().err.strip()


def test_a_plan_with_more_routes_than_vehicles_never_counts_as_the_better_one() -> None:
    rows = ["0 50 50 0 0 900 0", *(f"{n} {50 + 4 * n} 50 1 0 900 1" for n in range(1, 5))]
    rows += [f"{n} {50 - 4 * (n - 4)} 53 1 0 900 1" for n in range(5, 9)]
    head = "few\n\nVEHICLE\nNUMBER CAPACITY\n 1 20\n\nCUSTOMER\nCUST NO. XCOORD. …\n\n"
    given = read_public(head + "\n".join(rows) + "\n")
    together, apart = ((1, 5, 2, 6, 3, 7, 4, 8),), ((1, 2, 3, 4), (5, 6, 7, 8))
    assert objective(given, apart) < objective(given, together)
    problem = public._Problem(given)
    assert problem.price(apart) > problem.price(together)
    assert solve(given, time.monotonic() + 2, 1, iterations=2000).breaches == ()
