"""Reads a road network: nodes with places, edges with lengths, as JSON."""

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.plan.roads import Roads, roads_of


class RoadsFile(Struct):
    """`{"lon": [...], "lat": [...], "edges": [[from, to, metres], ...]}`; nodes are counted from 0."""

    lon: list[float]
    lat: list[float]
    edges: list[tuple[int, int, float]]


def read_roads(path: Path) -> Roads:
    """Read a network; raises GunmaneError `bad_graph` with what is wrong, `no_such_file` when it cannot be opened."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GunmaneError("no_such_file", path=str(path)) from error
    return roads_from(data, path.name)


def roads_from(data: bytes, name: str) -> Roads:
    """Read a network from the bytes of its file; raises GunmaneError `bad_graph` with what is wrong."""
    try:
        found = msgspec.json.decode(data, type=RoadsFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fault = Fault("region_not_readable", at=name, values={"reason": str(error)})
        raise GunmaneError("bad_graph", [fault]) from error
    return roads_of(found.lon, found.lat, found.edges, hashlib.sha256(data).hexdigest())
