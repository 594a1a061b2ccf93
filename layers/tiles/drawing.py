"""Draw one tile, whatever the size of the table, within the limit on its bytes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from layers.access import View
from layers.prepared import Statement
from layers.tiles import overview, statements
from layers.tiles.grid import Tile

# No tile is larger, at any zoom: what a slow phone can still load while the map moves.
LARGEST_BODY = 500_000
UNSETTLED = -1
# How many features an overfull tile could keep when it was last drawn: density changes slowly.
_keeping: dict[tuple[str, Tile], int] = {}


@dataclass(frozen=True)
class Plan:
    """How a collection is drawn for one set of rights; `variant` names everything that decides the bytes."""

    view: View
    is_public: bool

    @cached_property
    def whole(self) -> Statement:
        """Return the statement that draws every feature."""
        return statements.draw(self.view)

    @cached_property
    def variant(self) -> str:
        """Return a name for the attributes, rows and form of these tiles."""
        return self.whole.name.removeprefix("layers_")


@dataclass(frozen=True)
class Drawn:
    """A tile's bytes, with the policy epoch, catalogue version and table version they were read at."""

    epoch: int
    catalogue: int
    version: int
    body: bytes
    features: int


def draw(plan: Plan, tile: Tile) -> Drawn:
    """Draw the tile from the table as it is now."""
    if tile.z < statements.OVERVIEW_BELOW and overview.is_large(plan.view.collection):
        return _draw_overview(plan, tile)
    keep = _keeping.get((plan.variant, tile))
    if keep is None:
        drawn = _run(plan.whole, plan, tile)
        if len(drawn.body) <= LARGEST_BODY:
            return drawn
        keep = _fitting(drawn.features, drawn)
    return _draw_largest(plan, tile, keep)


def _draw_largest(plan: Plan, tile: Tile, keep: int) -> Drawn:
    """Leave out the smallest features until the tile fits."""
    while True:
        drawn = _run(statements.draw_largest(plan.view), plan, tile, keep)
        if len(drawn.body) <= LARGEST_BODY or keep == 0:
            if len(_keeping) > 10_000:
                _keeping.clear()
            _keeping[plan.variant, tile] = keep
            return drawn
        keep = min(_fitting(keep, drawn), keep * 9 // 10)


def _fitting(features: int, drawn: Drawn) -> int:
    """Return how many features of the average size leave a little room."""
    return int(features * 0.94 * LARGEST_BODY / len(drawn.body))


def _draw_overview(plan: Plan, tile: Tile) -> Drawn:
    """Draw the features that stand for the others; fewer of them where they are intricate."""
    statement = statements.draw_overview(plan.view)
    coarser = 0
    while True:
        chosen_at = overview.refresh(plan.view.collection)
        drawn = _run(statement, plan, tile, plan.view.collection.id, coarser)
        if len(drawn.body) > LARGEST_BODY and coarser < tile.z:
            coarser += 1
        elif drawn.version in (chosen_at, UNSETTLED):
            return drawn


def _run(statement: Statement, plan: Plan, tile: Tile, *more: Any) -> Drawn:
    half = 0.5 / tile.scale
    epoch, catalogue, version, body, features = statement.one(
        plan.view.collection.relation,
        tile.z,
        tile.x,
        tile.y,
        tile.reach,
        tile.inner,
        tile.envelope,
        half - tile.west,
        -half - tile.north,
        tile.scale,
        -tile.scale,
        *more,
    )
    return Drawn(epoch or 0, catalogue, version, bytes(body or b""), features)
