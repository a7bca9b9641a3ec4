"""Public routing problems with time windows: Solomon's text form and VRPLIB, with or without prizes.

Solomon (1987), Gehring and Homberger (1999): a fleet of equal vehicles at one depot, customers with load, window
and minutes of service. VRPLIB (`.vrp`) holds the same, with PRIZE_SECTION where customers may be left out.
Distances are Euclidean and cut to one decimal (rule of the DIMACS challenge, in which best known values are given),
so all numbers here are tenths. Objective: distance, plus prizes of customers that are left out.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from gunmane.core.errors import Fault, GunmaneError

TENTHS = 10
LARGEST = 10**7
Ints = NDArray[np.int64]


class Timed(Struct, frozen=True, eq=False):
    """A problem in tenths; node 0 is the depot. `travel` is distance and time alike.

    `prize` is None where every customer must be served; `vehicles` is the most routes.
    """

    name: str
    spots: NDArray[np.float64]
    travel: Ints
    demand: Ints
    early: Ints
    late: Ints
    service: Ints
    vehicles: int
    capacity: int
    prize: Ints | None = None

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(self.demand) - 1


def is_public(text: str) -> bool:
    """Tell whether a text looks like one of the two public forms (a JSON document does not)."""
    head = text.lstrip("\ufeff \t\r\n")
    return bool(head) and head[0] not in "{[" and ("VEHICLE" in text or "NODE_COORD_SECTION" in text)


def read_public(text: str) -> Timed:
    """Read a problem; raises GunmaneError `bad_instance` naming the line of each fault (numbers from 1)."""
    faults: list[Fault] = []
    lines = text.lstrip("\ufeff").splitlines()
    found = _vrplib(lines, faults) if "NODE_COORD_SECTION" in text else _solomon(lines, faults)
    if not faults and found is not None:
        faults += _unsound(found)
    if faults or found is None:
        raise GunmaneError("bad_instance", faults)
    return found


def _numbers(line: str, at: int, faults: list[Fault]) -> list[float] | None:
    try:
        values = [float(cell) for cell in line.split()]
    except ValueError:
        faults.append(Fault("line_not_numbers", f"line {at}", {"line": line.strip()[:60]}))
        return None
    if not all(abs(value) <= LARGEST for value in values):
        faults.append(Fault("line_not_numbers", f"line {at}", {"line": line.strip()[:60]}))
        return None
    return values


def _solomon(lines: Sequence[str], faults: list[Fault]) -> Timed | None:
    rows: list[tuple[int, list[float]]] = []
    for at, line in enumerate(lines, 1):
        if line.strip() and line.split()[0][0].isdigit() and (at > 1 or len(line.split()) > 1):
            values = _numbers(line, at, faults)
            if values is not None:
                rows.append((at, values))
    if not rows or len(rows[0][1]) != 2:
        faults.append(Fault("no_fleet", "VEHICLE"))
        return None
    for number, (at, values) in enumerate(rows[1:]):
        if len(values) != 7:
            faults.append(Fault("wrong_cells", f"line {at}", {"found": len(values), "wanted": 7}))
        elif values[0] != number:
            faults.append(Fault("wrong_number", f"line {at}", {"found": values[0], "wanted": number}))
    if faults or len(rows) < 2:
        if len(rows) < 2:
            faults.append(Fault("no_customers", "CUSTOMER"))
        return None
    table = np.array([values for _, values in rows[1:]])
    vehicles, capacity = rows[0][1]
    name = next((line.strip() for line in lines if line.strip()), "")
    return _problem(name, table[:, 1:3], table[:, 3], table[:, 4:6], table[:, 6], (vehicles, capacity), None)


def _vrplib(lines: Sequence[str], faults: list[Fault]) -> Timed | None:
    words: dict[str, str] = {}
    sections: dict[str, list[list[float]]] = {}
    section = ""
    for at, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text == "EOF":
            continue
        if ":" in text:
            key, value = text.split(":", 1)
            words[key.strip()], section = value.strip(), ""
        elif text[0].isalpha():
            section = text
            sections[section] = []
        else:
            values = _numbers(text, at, faults)
            if values is not None and section:
                sections[section].append(values)
    size = int(words["DIMENSION"]) if words.get("DIMENSION", "").isdigit() else 0
    wanted = {"NODE_COORD_SECTION": 3, "DEMAND_SECTION": 2, "TIME_WINDOW_SECTION": 3}
    optional = {"PRIZE_SECTION": 2, "SERVICE_TIME_SECTION": 2}
    for key, width in {**wanted, **{key: cells for key, cells in optional.items() if key in sections}}.items():
        rows = sections.get(key, [])
        if len(rows) != size or any(len(row) != width for row in rows):
            faults.append(Fault("wrong_section", key, {"found": len(rows), "wanted": size, "cells": width}))
        elif [row[0] for row in rows] != list(range(1, size + 1)):
            faults.append(Fault("wrong_order", key))
    numbers = {key: _word(words, key, faults) for key in ("VEHICLES", "CAPACITY")}
    service = [_word(words, "SERVICE_TIME", faults)] * size if "SERVICE_TIME_SECTION" not in sections else []
    if words.get("EDGE_WEIGHT_TYPE") != "EUC_2D":
        faults.append(Fault("not_euclidean", "EDGE_WEIGHT_TYPE", {"value": words.get("EDGE_WEIGHT_TYPE", "")}))
    if faults or size < 2:
        if size < 2:
            faults.append(Fault("no_customers", "DIMENSION"))
        return None
    held = {key: np.array(rows)[:, 1:] for key, rows in sections.items() if key in (*wanted, *optional)}
    minutes = held["SERVICE_TIME_SECTION"][:, 0] if not service else np.array([0.0, *service[1:]])
    prize = held["PRIZE_SECTION"][:, 0] if "PRIZE_SECTION" in held else None
    fleet = numbers["VEHICLES"], numbers["CAPACITY"]
    return _problem(
        words.get("NAME", ""), held["NODE_COORD_SECTION"], held["DEMAND_SECTION"][:, 0], held["TIME_WINDOW_SECTION"],
        minutes, fleet, prize,
    )  # fmt: skip


def _word(words: dict[str, str], key: str, faults: list[Fault]) -> float:
    try:
        return float(words[key])
    except (KeyError, ValueError):
        faults.append(Fault("needed", key, {"key": key}))
        return 0.0


def _problem(
    name: str, spots: Any, demand: Any, windows: Any, service: Any, fleet: tuple[float, float], prize: Any
) -> Timed:
    """Distances and times in tenths, the distances cut off after the first decimal."""
    apart = np.hypot(*(spots[:, None] - spots[None, :]).transpose(2, 0, 1))
    return Timed(
        name,
        spots,
        np.floor(TENTHS * apart + 1e-9).astype(np.int64),
        np.rint(demand).astype(np.int64),
        np.rint(TENTHS * windows[:, 0]).astype(np.int64),
        np.rint(TENTHS * windows[:, 1]).astype(np.int64),
        np.rint(TENTHS * service).astype(np.int64),
        int(fleet[0]),
        int(fleet[1]),
        None if prize is None else np.rint(TENTHS * prize).astype(np.int64),
    )


def _unsound(given: Timed) -> Iterator[Fault]:
    if given.vehicles < 1:
        yield Fault("too_small", "VEHICLES", {"value": given.vehicles, "least": 1})
    for node in range(given.customers + 1):
        if given.early[node] > given.late[node]:
            values = {"start": int(given.early[node]) / TENTHS, "end": int(given.late[node]) / TENTHS}
            yield Fault("ends_before", f"customer {node}", values)
        if min(given.demand[node], given.service[node]) < 0:
            least = int(min(given.demand[node], given.service[node]))
            yield Fault("too_small", f"customer {node}", {"value": least, "least": 0})


Routes = tuple[tuple[int, ...], ...]


def distance(given: Timed, routes: Sequence[Sequence[int]]) -> int:
    """Distance of all routes in tenths, from the depot through the customers and back."""
    return sum(int(given.travel[a, b]) for route in routes for a, b in pairwise((0, *route, 0)))


def objective(given: Timed, routes: Sequence[Sequence[int]]) -> int:
    """Distance and prizes of customers left out, in tenths."""
    served = {node for route in routes for node in route}
    left = (
        0
        if given.prize is None
        else sum(int(given.prize[n]) for n in range(1, given.customers + 1) if n not in served)
    )
    return distance(given, routes) + left


def breaches(given: Timed, routes: Sequence[Sequence[int]]) -> list[tuple[str, int, int]]:
    """Return every breach as (what, route, customer), written apart from the search; empty for a sound plan."""
    found: list[tuple[str, int, int]] = []
    seen: set[int] = set()
    if len(routes) > given.vehicles:
        found.append(("too_many_routes", len(routes), -1))
    for number, route in enumerate(routes):
        if sum(int(given.demand[node]) for node in route) > given.capacity:
            found.append(("too_heavy", number, -1))
        clock, here = int(given.early[0]), 0
        for node in (*route, 0):
            clock = max(
                clock + int(given.service[here] if here else 0) + int(given.travel[here, node]),
                int(given.early[node]),
            )
            if clock > given.late[node]:
                found.append(("too_late", number, node))
            if node in seen and node:
                found.append(("twice", number, node))
            seen.add(node)
            here = node
    if given.prize is None:
        found += [("left_out", -1, node) for node in range(1, given.customers + 1) if node not in seen]
    return found
