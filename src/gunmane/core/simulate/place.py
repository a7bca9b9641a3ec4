"""A fictitious geography: each municipality a valley with side roads; local metres to longitude and latitude."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gunmane.core.simulate.parameters import Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METRES_PER_DEGREE = 111_195.0  # of latitude on a sphere of 6,371 km: good enough for a place that does not exist


class Roads(NamedTuple):
    """Road axes of one municipality: vertices (roads, steps + 1, 2) in metres east and north of the centre."""

    vertices: Floats
    step_m: float

    @property
    def length_m(self) -> float:
        """Length of every road in metres."""
        return (self.vertices.shape[1] - 1) * self.step_m


def roads(generator: np.random.Generator, place: Place, position: int, number: int) -> Roads:
    """Lay `number` roads into the municipality at `position` of the region: side roads off a winding valley axis."""
    angle = 2.39996 * position  # golden angle: members lie around the centre without overlap
    centre = place.spacing_m * np.sqrt(position) * np.array([np.cos(angle), np.sin(angle)])
    axis = angle + np.pi / 3
    along = place.axis_m * (generator.random(number) - 0.5)
    winding = 900.0 * np.sin(along / 1500.0 + position) + generator.normal(0.0, 120.0, number)
    direction, across = np.array([np.cos(axis), np.sin(axis)]), np.array([-np.sin(axis), np.cos(axis)])
    origin = centre + along[:, None] * direction + winding[:, None] * across
    side = np.where(generator.random(number) < 0.5, 1.0, -1.0)
    heading = axis + side * (np.pi / 2 + generator.normal(0.0, 0.35, number))
    bends = generator.normal(0.0, 0.22, (number, place.steps)).cumsum(axis=1) + heading[:, None]
    moves = np.stack([np.cos(bends), np.sin(bends)], axis=-1) * place.step_m
    vertices = np.concatenate([origin[:, None, :], origin[:, None, :] + moves.cumsum(axis=1)], axis=1)
    return Roads(vertices, place.step_m)


def points(net: Roads, road: Ints, along_m: NDArray[Any]) -> Floats:
    """Return the points (n, 2) in metres that lie `along_m` metres along each `road`."""
    steps = net.vertices.shape[1] - 1
    scaled = np.clip(along_m / net.step_m, 0.0, steps - 1e-9)
    index = scaled.astype(np.int64)
    part = (scaled - index)[:, None]
    return net.vertices[road, index] * (1.0 - part) + net.vertices[road, index + 1] * part


def degrees(place: Place, metres: Floats) -> Floats:
    """Return longitude and latitude (n, 2) of local metres, rounded to 1e-7 degrees (about 1 cm)."""
    lat = place.lat + metres[:, 1] / METRES_PER_DEGREE
    lon = place.lon + metres[:, 0] / (METRES_PER_DEGREE * np.cos(np.radians(place.lat)))
    return np.round(np.stack([lon, lat], axis=1), 7)
