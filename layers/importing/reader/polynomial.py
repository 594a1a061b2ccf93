"""A map between two plane systems over one area as a polynomial: exact enough to draw, quick enough to stream."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Box = tuple[float, float, float, float]


def around(points: Sequence[tuple[float, float]]) -> Box:
    """Return a box with some room around the points."""
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    room = np.maximum((high - low) / 20, 1.0)
    (west, south), (east, north) = low - room, high + room
    return float(west), float(south), float(east), float(north)


def lattice(box: Box, side: int) -> Any:
    """Return `side` × `side` points (n × 2) that span the box (west, south, east, north)."""
    xs, ys = np.linspace(box[0], box[2], side), np.linspace(box[1], box[3], side)
    return np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)


def fit(box: Box, degree: int, points: Any, reached: Any) -> dict[str, Any]:
    """Fit the polynomial that takes `points` (n × 2, in the box) nearest to `reached` (least squares); JSON."""
    shift = reached.mean(axis=0)
    terms = np.stack(_terms(_scaled(box, points), degree), -1)
    found, *_rest = np.linalg.lstsq(terms, reached - shift, rcond=None)
    return {"box": list(box), "degree": degree, "shift": shift.tolist(), "factors": found.T.tolist()}


def apply(fitted: Mapping[str, Any], points: Any) -> Any:
    """Return where the polynomial takes the points (n × 2)."""
    terms = _terms(_scaled(fitted["box"], points), fitted["degree"])
    reached = np.empty_like(points)
    part = np.empty(len(points))
    for axis, (shift, factors) in enumerate(zip(fitted["shift"], fitted["factors"], strict=True)):
        total = np.full(len(points), shift)
        for term, factor in zip(terms, factors, strict=True):
            total += np.multiply(term, factor, out=part)
        reached[:, axis] = total
    return reached


def covers(fitted: Mapping[str, Any], points: Any) -> bool:
    """Say whether every point lies in the box for which the polynomial was fitted."""
    return all(bool(np.abs(scaled).max(initial=0) <= 1) for scaled in _scaled(fitted["box"], points))


def _scaled(box: Sequence[float], points: Any) -> tuple[Any, ...]:
    west, south, east, north = box
    return tuple(
        (points[:, axis] - (low + high) / 2) * (2 / (high - low))
        for axis, (low, high) in enumerate(((west, east), (south, north)))
    )


def _terms(scaled: tuple[Any, ...], degree: int) -> list[Any]:
    """Return u^i · v^j of scaled points (u, v) for all i + j up to the degree."""
    u, v = scaled
    rows = [[np.ones_like(u)]]
    for _ in range(degree):
        rows.append([u * rows[-1][0], *(v * term for term in rows[-1])])
    return [term for row in rows for term in row]
