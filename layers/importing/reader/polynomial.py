"""A map between two plane systems over one area as a polynomial: exact enough to draw, quick enough to stream."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Box = tuple[float, float, float, float]
_AT_ONCE = 4096


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
    reached = np.empty((len(points), 2))
    # So many at a time as stay in the processor's cache.
    for begin in range(0, len(points), _AT_ONCE):
        u, v = _scaled(fitted["box"], points[begin : begin + _AT_ONCE])
        for axis, (shift, factors) in enumerate(zip(fitted["shift"], fitted["factors"], strict=True)):
            reached[begin : begin + _AT_ONCE, axis] = shift + _horner(factors, fitted["degree"], u, v)
    return reached


def covers(fitted: Mapping[str, Any], points: Any) -> bool:
    """Say whether every point lies in the box for which the polynomial was fitted."""
    west, south, east, north = fitted["box"]
    x, y = points[:, 0], points[:, 1]
    return not len(points) or bool(
        x.min() >= west and x.max() <= east and y.min() >= south and y.max() <= north
    )


def _horner(factors: Sequence[float], degree: int, u: Any, v: Any) -> Any:
    """Return the sum of the factors of u^i · v^j, in the order of `_terms`."""
    total = np.zeros_like(u)
    for i in range(degree, -1, -1):
        # The factors of u^i, by the power of v: u^i · v^j is the term j of those of degree i + j.
        row = [factors[(i + j) * (i + j + 1) // 2 + j] for j in range(degree - i + 1)]
        inner = np.full_like(v, row[-1])
        for factor in reversed(row[:-1]):
            inner *= v
            inner += factor
        total *= u
        total += inner
    return total


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
