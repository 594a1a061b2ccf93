"""Draw one tile, whatever the size of the table, within the limit on its bytes."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from layers.access import View
from layers.prepared import Statement
from layers.tiles import overview, statements
from layers.tiles.grid import Tile

# No tile is larger, at any zoom: what a slow phone can still load while the map moves.
LARGEST_BODY = 500_000
UNSETTLED = -1
# The least diagonal of what is drawn of a day past at small scales, in tile units.
SEEN = 4
# From which size on an overfull tile showed features when it was last drawn: density changes slowly.
_from_size: dict[tuple[str, Tile], float] = {}
_REMEMBERED = 10_000


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

    @property
    def then(self) -> tuple[datetime, ...]:
        """Return the instant whose rows are drawn, nothing for those in force now."""
        return (self.view.at,) if self.view.at else ()

    def as_of(self, at: datetime | None) -> "Plan":
        """Return the plan for the rows of an instant."""
        return self if at is None else replace(self, view=self.view.as_of(at))


@dataclass(frozen=True)
class Drawn:
    """A tile's bytes, with the policy epoch, catalogue version and table version they were read at."""

    epoch: int
    catalogue: int
    version: int
    body: bytes
    features: int = 0
    is_kept: bool = False


def draw(plan: Plan, tile: Tile) -> Drawn:
    """Draw the tile from the table as it is now."""
    is_dense = tile.z < statements.OVERVIEW_BELOW and overview.is_large(plan.view.collection)
    if is_dense and not plan.then:
        return _draw_overview(plan, tile)
    # Which rows stand for the others is known for those in force only; of a day past, what can be seen.
    least = _from_size.get((plan.variant, tile), (SEEN / tile.scale) ** 2 if is_dense else None)
    drawn = _run(plan.whole, plan, tile) if least is None else _draw_above(plan, tile, least)
    return drawn if len(drawn.body) <= LARGEST_BODY else _draw_largest(plan, tile, drawn)


def _draw_above(plan: Plan, tile: Tile, least: float) -> Drawn:
    return _run(statements.draw_above(plan.view), plan, tile, least)


def _draw_largest(plan: Plan, tile: Tile, drawn: Drawn) -> Drawn:
    """Leave out the smallest features until the tile fits."""
    keep = drawn.features
    while len(drawn.body) > LARGEST_BODY and keep > 0:
        keep = min(int(keep * 0.96 * LARGEST_BODY / len(drawn.body)), keep - 1)
        (least,) = statements.size_of_last(plan.view).one(tile.reach, *plan.then, keep)
        least = float("inf") if keep == 0 else least
        drawn = _draw_above(plan, tile, least)
    if len(_from_size) >= _REMEMBERED:
        _from_size.clear()
    _from_size[plan.variant, tile] = least
    return drawn


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
        *plan.then,
        *more,
    )
    return Drawn(epoch or 0, catalogue, version, bytes(body or b""), features)
