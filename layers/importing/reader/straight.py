"""Rows that go straight into their table: one geometry type, the tile's geometry beside the survey's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.importing.reader import polynomial
from layers.importing.reader.types import MULTI, geometry_type
from layers.importing.reader.wkb import moved

# How well-known binary of a collection with one member begins (little-endian).
_HEADS = {
    "MultiPoint": bytes.fromhex("010400000001000000"),
    "MultiLineString": bytes.fromhex("010500000001000000"),
    "MultiPolygon": bytes.fromhex("010600000001000000"),
}
_SINGLE_IDS = [0, 1, 3]


class Misfit(Exception):
    """A row cannot go straight into the table: its geometry is of another type, or off the known area."""


class Straight:
    """Makes both geometry columns of each batch; `fitted` takes the survey's system to the tiles' (`polynomial`).

    The first batch decides the table's geometry type. Where more follow, lines and areas are held
    as collections, since a later row may have several parts.
    """

    def __init__(self, fitted: Mapping[str, Any]) -> None:
        self.fitted = fitted
        self.kind = ""

    def settle(self, types: set[str], *, is_whole: bool) -> None:
        """Decide the geometry type by the types seen, or see that it still holds them."""
        kind = geometry_type(types)
        if not types:
            raise Misfit
        if not self.kind:
            self.kind = kind if is_whole or kind in ("Point", "Geometry") else MULTI.get(kind, kind)
        elif self.kind not in (kind, MULTI.get(kind), "Geometry"):
            raise Misfit

    def geometries(self, shapes: Any, wkb: pa.Array) -> list[pa.Array]:
        """Return the column of the survey's geometry (`wkb`, of the shapes) and that of the tiles'."""
        try:
            tiled = moved(wkb, self._moved)
        except ValueError as error:
            raise Misfit from error
        single = np.isin(shapely.get_type_id(shapes), _SINGLE_IDS)
        return [self._held(single, one) for one in (wkb, tiled)]

    def _moved(self, points: Any) -> Any:
        if not polynomial.covers(self.fitted, points):
            raise Misfit
        return polynomial.apply(self.fitted, points)

    def _held(self, single: Any, wkb: pa.Array) -> pa.Array:
        head = _HEADS.get(self.kind)
        if head is None or not single.any():
            return wkb
        kind = pa.large_binary()
        whole = pc.binary_join_element_wise(pa.scalar(head, kind), wkb, pa.scalar(b"", kind))
        return whole if single.all() else pc.if_else(pa.array(single), whole, wkb)
