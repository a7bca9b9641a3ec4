"""Both searches against brute force on small problems; the same seed gives the same plan."""

import gzip
import itertools
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from gunmane.cli import main
from gunmane.core.schedule.instance import Instance, Plan, breaches, price
from gunmane.core.schedule.reading import read_instance
from gunmane.solve import strings, vrp
from gunmane.solve.greedy import first_plan
from gunmane.solve.inspections import solve

REFERENCE = Path(__file__).parents[1] / "data" / "optimisation" / "inspection_5x20x500.json.gz"


def problem(seed: int, jobs: int = 5) -> dict[str, Any]:
    """A small problem by chance: two engineers, two days, places on a grid."""
    rng = random.Random(seed)
    places = [(rng.randrange(30), rng.randrange(30)) for _ in range(jobs + 2)]
    return {
        "days": 2,
        "start_min": 0,
        "end_min": 200,
        "travel_min": [[abs(a - c) + abs(b - d) for c, d in places] for a, b in places],
        "offices": 2,
        "engineers": [{"office": 0, "skills": [0, 1]}, {"office": 1, "skills": [1]}],
        "jobs": [
            {
                "service": rng.randrange(10, 60),
                "field": rng.randrange(2),
                "first_day": (first := rng.randrange(2)),
                "last_day": rng.randrange(first, 2),
                "prize": rng.randrange(20, 200),
            }
            for _ in range(jobs)
        ],
    }


def best_of_all(given: Instance) -> int:
    """The optimum by trying every assignment and every order."""
    routes = [(engineer, day) for engineer in range(len(given.engineers)) for day in range(given.days)]
    best = price(given, {}).objective
    for choice in itertools.product([None, *routes], repeat=len(given.jobs)):
        if any(route is not None and not given.may(*route, job) for job, route in enumerate(choice)):
            continue
        plan: Plan = {}
        for route in routes:
            jobs = [job for job, chosen in enumerate(choice) if chosen == route]
            if jobs:
                orders = itertools.permutations(jobs)
                plan[route] = min(orders, key=lambda order: price(given, {route: order}).travel)
        if not breaches(given, plan):
            best = min(best, price(given, plan).objective)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_small_problems_are_solved_to_the_optimum(seed: int) -> None:
    given = read_instance(problem(seed))
    optimum = best_of_all(given)
    plan, _ = strings.improve(given, 0.0, seed, 3000)
    assert breaches(given, plan) == []
    assert price(given, plan).objective == optimum
    plan = vrp.inspections(given, 0.0, seed, iterations=2000)
    assert breaches(given, plan) == []
    assert price(given, plan).objective == optimum


def test_the_same_seed_gives_the_same_plan() -> None:
    given = read_instance(problem(3, 30))
    one, two = (strings.improve(given, 0.0, 5, 1500)[0] for _ in range(2))
    assert one == two
    found = solve(given, 0.0, 5, workers=2, iterations=1500)
    alone = [strings.improve(given, 0.0, seed, 1500)[0] for seed in (5000, 5001)]
    assert found.breaches == ()
    assert found.objectives == tuple(price(given, plan).objective for plan in alone)
    assert found.price.objective == min(found.objectives)
    assert found.plan in alone


def test_a_warm_start_is_never_made_worse() -> None:
    given = read_instance(problem(4, 30))
    start, _ = strings.improve(given, 0.0, 1, 1500)
    plan = vrp.inspections(given, 0.0, 1, start=start, iterations=300)
    assert breaches(given, plan) == []
    assert price(given, plan).objective <= price(given, start).objective


def test_nothing_to_do_and_nobody_to_do_it() -> None:
    empty = read_instance({**problem(1, 0), "travel_min": [[0, 5], [5, 0]], "jobs": []})
    assert solve(empty, 0.0, 1, workers=1, iterations=10).plan == {}
    nobody = read_instance({**problem(1), "engineers": []})
    found = solve(nobody, 0.0, 1, workers=1, iterations=10)
    assert found.price.served == 0
    assert vrp.inspections(nobody, 0.0, 1, iterations=10) == {}


def test_the_command_prints_objective_served_and_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(problem(2)), encoding="utf-8")
    options = ["schedule", "solve", str(path), "--seed", "1", "--iterations", "2000", "--workers", "1"]
    assert main([*options, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    given = read_instance(problem(2))
    plan = {tuple(map(int, key.split(":"))): tuple(jobs) for key, jobs in row["plan"].items()}
    assert row["objective"] == price(given, plan).objective == best_of_all(given)
    assert row["served"] + len(row["unserved"]) == row["jobs"]
    assert main(options) == 0
    assert "objective" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "/jobs: a key is missing: jobs"),
        ("[1, 2", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("\xff", "not JSON"),
        (None, "cannot be read"),
        ("[]", "an object"),
    ],
)
def test_bad_files_are_refused(
    text: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "instance.json"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    assert main(["schedule", "solve", str(path), "--seconds", "1"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--seconds", "0"), ("--seconds", "nan"), ("--workers", "0"), ("--seed", "-1")])
def test_bad_options_are_refused(option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(problem(2)), encoding="utf-8")
    assert main(["schedule", "solve", str(path), *option]) == 2
    assert option[0] in capsys.readouterr().err


def by_chance(seed: int) -> dict[str, Any]:
    """A problem of any shape, with travel that keeps no triangle inequality."""
    rng = random.Random(seed)
    jobs, offices, days = rng.choice([1, 5, 40]), rng.choice([1, 3]), rng.choice([1, 2, 9])
    size, span = jobs + offices, rng.choice([0, 20, 300])
    return {
        "days": days,
        "start_min": 480,
        "end_min": 480 + rng.choice([0, 60, 500]),
        "travel_min": [[rng.randrange(span + 1) for _ in range(size)] for _ in range(size)],
        "offices": offices,
        "engineers": [
            {"office": rng.randrange(offices), "skills": rng.sample(range(4), rng.randrange(4))}
            for _ in range(rng.choice([1, 4]))
        ],
        "jobs": [
            {
                "service": rng.choice([0, 5, 90, 600]),
                "field": rng.randrange(5),
                "first_day": rng.randrange(-2, days + 2),
                "last_day": rng.randrange(-2, days + 2),
                "prize": rng.choice([0, 7, 300, 1_000_000]),
            }
            for _ in range(jobs)
        ],
    }


@pytest.mark.parametrize("seed", range(30))
def test_no_problem_leads_to_a_breach(seed: int) -> None:
    given = read_instance(by_chance(seed))
    first = first_plan(given, time.monotonic() + 5)
    assert breaches(given, first) == []
    start = price(given, first).objective
    for known, prizes in (({}, True), (first, False)):
        plan, _ = strings.improve(given, 0.0, seed, 300, start=known, prizes=prizes)
        assert breaches(given, plan) == []
        assert price(given, plan).objective <= (start if known else price(given, {}).objective)


def test_the_time_given_is_kept() -> None:
    begun = time.monotonic()
    found = solve(read_instance(problem(3, 30)), 2.0, 1, workers=2)
    assert time.monotonic() - begun < 2.2
    assert found.breaches == ()
    assert found.price.objective == min(found.objectives)
    # no time at all still gives the first plan
    assert solve(read_instance(problem(3, 30)), 0.01, 1, workers=2).price.served >= 0


def test_the_plan_printed_is_the_plan_priced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps({**problem(2), "note": "", "shifts": 3}), encoding="utf-8")
    assert main(["schedule", "solve", str(path), "--seconds", "1.5", "--seed", "1", "--json"]) == 0
    out = capsys.readouterr()
    assert "shifts" in out.err
    assert "note" not in out.err
    row = json.loads(out.out)
    plan = {tuple(map(int, key.split(":"))): tuple(jobs) for key, jobs in row["plan"].items()}
    assert row["objective"] == price(read_instance(problem(2)), plan).objective


def test_the_reference_plan_has_the_price_it_claims() -> None:
    document = json.loads(gzip.decompress(REFERENCE.read_bytes()))
    given = read_instance(document)
    plan = {tuple(map(int, key.split(":"))): tuple(jobs) for key, jobs in document["plan"].items()}
    assert breaches(given, plan) == []
    assert price(given, plan).objective == document["reference"]["obj"]
