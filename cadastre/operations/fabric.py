"""The parcels around a piece of work, and what an operation does to them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from cadastre.operations.refusals import GeometryRefused
from cadastre.operations.rings import with_nodes


@dataclass(frozen=True)
class Piece:
    """A parcel that an operation makes: of which parents, and as what (child, rest, strip, merged, new)."""

    shape: BaseGeometry
    parents: tuple[str, ...]
    role: str = "child"


@dataclass(frozen=True)
class Change:
    """What an operation does: parcels that end, parcels made, and parcels that keep their identity.

    `moved` have another extent than before, `noded` only gained vertices on a shared edge.
    """

    retired: tuple[str, ...] = ()
    made: tuple[Piece, ...] = ()
    moved: Mapping[str, BaseGeometry] = field(default_factory=dict)
    noded: Mapping[str, BaseGeometry] = field(default_factory=dict)


class Fabric(Mapping[str, BaseGeometry]):
    """Parcels by key; a value that operations return altered copies of."""

    def __init__(self, shapes: Mapping[str, BaseGeometry]) -> None:
        self._shapes = dict(shapes)

    def __getitem__(self, key: str) -> BaseGeometry:
        return self._shapes[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def noded(self, nodes: Iterable[tuple[float, float]]) -> "Fabric":
        """Return the fabric with the nodes put into every boundary that runs through them."""
        points = np.asarray(list(nodes), dtype=float).reshape(-1, 2)
        return Fabric({key: with_nodes(shape, points) for key, shape in self.items()})

    def altered_from(self, before: "Fabric", *, but: Iterable[str] = ()) -> dict[str, BaseGeometry]:
        """Return the shapes that are not the very ones of `before`."""
        left_out = set(but)
        return {
            key: shape for key, shape in self.items() if key not in left_out and shape is not before.get(key)
        }

    def after(self, change: Change, keys: Iterable[str] | None = None) -> "Fabric":
        """Return the fabric once the change is done; `keys` name the pieces made."""
        names = list(keys) if keys is not None else [f"+{n}" for n in range(1, len(change.made) + 1)]
        kept = {key: shape for key, shape in self.items() if key not in change.retired}
        made = {name: piece.shape for name, piece in zip(names, change.made, strict=True)}
        return Fabric({**kept, **change.noded, **change.moved, **made})


def mismatch_m(shapes: Iterable[BaseGeometry]) -> float:
    """Return the length of boundary where neighbours do not match: zero for a valid coverage."""
    return float(shapely.length(shapely.coverage_invalid_edges(list(shapes))).sum())


def proven(before: Fabric, change: Change) -> Change:
    """Return the change once it is shown to be sound, else refuse it.

    Each shape it makes must be valid, and the fabric must match at least as well as before, by
    GEOS's own coverage rules (which are not our code).
    """
    for shape in (*(piece.shape for piece in change.made), *change.moved.values(), *change.noded.values()):
        if shape.is_empty or not shape.is_valid:
            raise GeometryRefused(
                "invalid",
                _("The result would cross itself."),
                place=_place(shape),
            )
    after = before.after(change)
    if shapely.coverage_is_valid(list(after.values())):
        return change
    was, now = mismatch_m(before.values()), mismatch_m(after.values())
    if now > was + 1e-3:
        wrong = shapely.unary_union(shapely.coverage_invalid_edges(list(after.values())))
        raise GeometryRefused(
            "not-matched",
            _("The result would overlap a neighbour or leave a gap."),
            place=_place(wrong),
        )
    return change


def _place(shape: BaseGeometry) -> tuple[float, float] | None:
    if shape.is_empty:
        return None
    point = shape.representative_point()
    return (point.x, point.y)
