"""Random sequences of operations over a block, with GEOS's coverage rules as the judge."""

import random
from graphlib import TopologicalSorter
from typing import Any

import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from cadastre.drafting.arguments import Arguments
from cadastre.drafting.commands import command
from cadastre.drafting.plots import Surroundings
from cadastre.operations import Change, Fabric, GeometryRefused
from cadastre.operations.rings import edges_of, rings_of
from tests.cadastre.cadastre_block import block

FEW, MANY = 4, 40
# How far a boundary may lie from the one it is made of, where new vertices are put on the survey grid.
ROUNDED_M = 2e-4
done: dict[str, int] = {}
refused: dict[str, int] = {}


def blocks() -> list[Fabric]:
    """Return the block that sequences start from; a campaign over real parcels replaces this."""
    return [Fabric({f"p{n}": shape for n, shape in enumerate(block().values())})]


def in_bytes(fabric: Fabric) -> dict[str, bytes]:
    """Return every parcel, coordinate for coordinate."""
    return {key: shape.wkb for key, shape in fabric.items()}


def count(counts: dict[str, int], name: str) -> None:
    """Count one more."""
    counts[name] = counts.get(name, 0) + 1


class Surveyors(RuleBasedStateMachine):
    """Parcels under random work; every state is compared with what it must conserve."""

    start_from = staticmethod(blocks)

    @initialize(data=st.data())
    def open_block(self, data: st.DataObject) -> None:
        """Take one of the blocks."""
        choices = self.start_from()
        self.fabric = choices[data.draw(st.integers(0, len(choices) - 1))]
        self.area = sum(shape.area for shape in self.fabric.values())
        self.history: list[tuple[Fabric, dict[str, bytes]]] = []
        self.lineage: dict[str, tuple[str, ...]] = {}
        self.born = 0

    def carry_out(self, kind: str, **arguments: Any) -> None:
        """Carry out an operation as a program would ask for it; a refusal leaves everything as it was."""
        try:
            change = command(kind).run(self.fabric, Arguments(arguments), Surroundings({}))
        except GeometryRefused as refusal:
            count(refused, refusal.code)
            return
        count(done, kind)
        self.history.append((self.fabric, in_bytes(self.fabric)))
        descends_on_its_own_land(self.fabric, change)
        names = [f"d{self.born + n}" for n in range(1, len(change.made) + 1)]
        self.born += len(names)
        self.lineage |= {name: piece.parents for name, piece in zip(names, change.made, strict=True)}
        self.fabric = self.fabric.after(change, names)

    def pick(self, rng: random.Random) -> str:
        """Choose a parcel, by a number that Hypothesis can shrink."""
        return rng.choice(sorted(self.fabric))

    def neighbours(self, key: str) -> list[str]:
        """Return the parcels that share an edge with one."""
        own = edges_of(self.fabric[key])
        return [other for other in sorted(self.fabric) if other != key and edges_of(self.fabric[other]) & own]

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def split_by_a_line(self, seed: int) -> None:
        rng = random.Random(seed)
        key = self.pick(rng)
        west, south, east, north = self.fabric[key].bounds
        line = [
            [rng.uniform(west - 2, east + 2), rng.uniform(south - 2, north + 2)]
            for _n in range(rng.choice((2, 2, 3)))
        ]
        self.carry_out("split_line", parcel=key, lines=[line])

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def split_by_size(self, seed: int) -> None:
        rng = random.Random(seed)
        key, bearing = self.pick(rng), rng.uniform(0, 360)
        if rng.random() < 0.5:
            self.carry_out("split_parts", parcel=key, count=rng.randint(2, 5), bearing=bearing)
        else:
            area = self.fabric[key].area * rng.uniform(0.1, 0.9)
            self.carry_out("split_areas", parcel=key, areas=[area], bearing=bearing)

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def split_by_street(self, seed: int) -> None:
        rng = random.Random(seed)
        frontage, spread = rng.uniform(4, 20), rng.random() < 0.5
        self.carry_out("split_frontage", parcel=self.pick(rng), frontage=frontage, spread=spread)

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def widen_the_road(self, seed: int) -> None:
        rng = random.Random(seed)
        keys = rng.sample(sorted(self.fabric), min(len(self.fabric), rng.randint(1, 3)))
        self.carry_out("dedicate", parcels=keys, width=rng.uniform(0.3, 4))

    @precondition(lambda self: len(self.fabric) > FEW)
    @rule(seed=st.integers(0, 2**32))
    def merge_neighbours(self, seed: int) -> None:
        rng = random.Random(seed)
        key = self.pick(rng)
        beside = self.neighbours(key)
        if beside:
            self.carry_out("merge", parcels=[key, rng.choice(beside)])

    @rule(seed=st.integers(0, 2**32))
    def move_an_inner_vertex(self, seed: int) -> None:
        rng = random.Random(seed)
        outline = set(
            map(tuple, shapely.get_coordinates(shapely.union_all(list(self.fabric.values())).boundary))
        )
        inner = sorted({v for s in self.fabric.values() for ring in rings_of(s) for v in ring} - outline)
        if inner:
            x, y = rng.choice(inner)
            self.carry_out("move", moves=[[[x, y], [x + rng.uniform(-4, 4), y + rng.uniform(-4, 4)]]])

    @rule(seed=st.integers(0, 2**32))
    def insert_and_delete(self, seed: int) -> None:
        rng = random.Random(seed)
        edge = rng.choice(sorted(tuple(sorted(edge)) for edge in edges_of(self.fabric[self.pick(rng)])))
        middle = LineString(edge).interpolate(rng.uniform(0.2, 0.8), normalized=True)
        self.carry_out("insert_vertex", at=[middle.x, middle.y])
        if rng.random() < 0.5:
            self.carry_out("delete_vertex", at=[middle.x, middle.y])

    @rule(seed=st.integers(0, 2**32))
    def trace_a_boundary(self, seed: int) -> None:
        rng = random.Random(seed)
        key = self.pick(rng)
        beside = self.neighbours(key)
        if not beside:
            return
        other = rng.choice(beside)
        shared = edges_of(self.fabric[key]) & edges_of(self.fabric[other])
        (x0, y0), (x1, y1) = rng.choice(sorted(tuple(sorted(edge)) for edge in shared))
        bulge = rng.uniform(-2, 2)
        middle = [(x0 + x1) / 2 + (y1 - y0) / 50 * bulge, (y0 + y1) / 2 - (x1 - x0) / 50 * bulge]
        self.carry_out("reshape", parcels=[key, other], line=[[x0, y0], middle, [x1, y1]])

    @precondition(lambda self: self.history)
    @rule(seed=st.integers(0, 2**32))
    def undo(self, seed: int) -> None:
        """Go back by one or more operations, to the very coordinates, and forget whom they made."""
        back = random.Random(seed).randint(1, len(self.history))
        self.fabric, as_it_was = self.history[-back]
        del self.history[-back:]
        assert in_bytes(self.fabric) == as_it_was
        count(done, "undo")

    @invariant()
    def no_land_is_lost(self) -> None:
        now = sum(shape.area for shape in self.fabric.values())
        assert abs(now - self.area) <= 1e-6 * self.area, (now, self.area)

    @invariant()
    def neighbours_match(self) -> None:
        assert shapely.coverage_is_valid(list(self.fabric.values()))

    @invariant()
    def nobody_descends_from_itself(self) -> None:
        TopologicalSorter(self.lineage).prepare()


def descends_on_its_own_land(before: Fabric, change: Change) -> None:
    """Insist that what is made covers its parents, all of them and nothing else."""
    for piece in change.made:
        parents = [before[parent] for parent in piece.parents]
        assert set(piece.parents) <= set(change.retired)
        assert within(piece.shape, shapely.union_all(parents)), piece
    made = shapely.union_all([piece.shape for piece in change.made])
    assert all(within(before[key], made) for key in change.retired)


def within(inner: BaseGeometry, outer: BaseGeometry) -> bool:
    """Say whether a shape lies in another, but for the rounding of vertices to the survey grid."""
    return float(inner.difference(outer).area) <= inner.length * ROUNDED_M


def campaign(sequences: int, steps: int, *, derandomize: bool) -> settings:
    """Return Hypothesis settings for so many sequences of at most so many steps."""
    return settings(
        max_examples=sequences,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
