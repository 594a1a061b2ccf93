"""Random sequences of operations over a block, with GEOS's coverage rules as the judge."""

import random

import shapely
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from shapely.geometry import LineString

from cadastre.operations import (
    Change,
    Fabric,
    GeometryRefused,
    dedicate_strip,
    delete_vertex,
    insert_vertex,
    merge,
    move_vertices,
    reshape,
    split_by_areas,
    split_by_frontage,
    split_by_line,
    split_into_parts,
)
from cadastre.operations.rings import edges_of, rings_of
from cadastre.operations.streetside import chosen_side

FEW, MANY = 4, 40
done: dict[str, int] = {}
refused: dict[str, int] = {}


def blocks() -> list[Fabric]:
    """Return the blocks that sequences start from; a campaign over real parcels replaces this."""
    from tests.cadastre.cadastre_block import block

    return [block()]


class Surveyors(RuleBasedStateMachine):
    """Parcels under random work; every state is compared with what it must conserve."""

    start_from = staticmethod(blocks)

    @initialize(data=st.data())
    def open_block(self, data: st.DataObject) -> None:
        """Take one of the blocks."""
        choices = self.start_from()
        self.fabric = choices[data.draw(st.integers(0, len(choices) - 1))]
        self.first = self.fabric
        self.area = sum(shape.area for shape in self.fabric.values())
        self.history: list[tuple[Fabric, dict[str, bytes]]] = []
        self.lineage: dict[str, tuple[str, ...]] = {}
        self.born = 0
        self.outer_moved = False

    def apply(self, name: str, make: object) -> None:
        """Carry out an operation; a refusal leaves everything as it was."""
        try:
            change: Change = make()  # type: ignore[operator]
        except GeometryRefused as refusal:
            refused[refusal.code] = refused.get(refusal.code, 0) + 1
            return
        done[name] = done.get(name, 0) + 1
        self.history.append((self.fabric, {key: shape.wkb for key, shape in self.fabric.items()}))
        names = []
        for piece in change.made:
            self.born += 1
            names.append(f"+{self.born}")
            self.lineage[names[-1]] = piece.parents
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
        line = LineString(
            [
                (rng.uniform(west - 2, east + 2), rng.uniform(south - 2, north + 2))
                for _n in range(rng.choice((2, 2, 3)))
            ]
        )
        self.apply("line", lambda: split_by_line(self.fabric, key, [line]))

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def split_by_size(self, seed: int) -> None:
        rng = random.Random(seed)
        key, bearing = self.pick(rng), rng.uniform(0, 360)
        if rng.random() < 0.5:
            self.apply(
                "parts",
                lambda: split_into_parts(self.fabric, key, count=rng.randint(2, 5), bearing_deg=bearing),
            )
        else:
            area = self.fabric[key].area * rng.uniform(0.1, 0.9)
            self.apply(
                "areas", lambda: split_by_areas(self.fabric, key, areas_m2=[area], bearing_deg=bearing)
            )

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def split_by_street(self, seed: int) -> None:
        rng = random.Random(seed)
        key = self.pick(rng)

        def make() -> Change:
            side = chosen_side(self.fabric, key, near=None, between=None)
            return split_by_frontage(
                self.fabric, key, side=side, frontage_m=rng.uniform(4, 20), spread=rng.random() < 0.5
            )

        self.apply("frontage", make)

    @precondition(lambda self: len(self.fabric) < MANY)
    @rule(seed=st.integers(0, 2**32))
    def widen_the_road(self, seed: int) -> None:
        rng = random.Random(seed)
        keys = rng.sample(sorted(self.fabric), min(len(self.fabric), rng.randint(1, 3)))

        def make() -> Change:
            sides = {key: chosen_side(self.fabric, key, near=None, between=None) for key in keys}
            return dedicate_strip(self.fabric, sides, width_m=rng.uniform(0.3, 4))

        self.apply("strip", make)

    @precondition(lambda self: len(self.fabric) > FEW)
    @rule(seed=st.integers(0, 2**32))
    def merge_neighbours(self, seed: int) -> None:
        rng = random.Random(seed)
        key = self.pick(rng)
        beside = self.neighbours(key)
        if beside:
            self.apply("merge", lambda: merge(self.fabric, [key, rng.choice(beside)]))

    @rule(seed=st.integers(0, 2**32))
    def move_an_inner_vertex(self, seed: int) -> None:
        rng = random.Random(seed)
        outline = set(
            map(tuple, shapely.get_coordinates(shapely.union_all(list(self.fabric.values())).boundary))
        )
        inner = sorted({v for s in self.fabric.values() for ring in rings_of(s) for v in ring} - outline)
        if inner:
            x, y = rng.choice(inner)
            new = (x + rng.uniform(-4, 4), y + rng.uniform(-4, 4))
            self.apply("move", lambda: move_vertices(self.fabric, {(x, y): new}))

    @rule(seed=st.integers(0, 2**32))
    def insert_and_delete(self, seed: int) -> None:
        rng = random.Random(seed)
        edge = rng.choice(sorted(tuple(sorted(edge)) for edge in edges_of(self.fabric[self.pick(rng)])))
        middle = LineString(edge).interpolate(rng.uniform(0.2, 0.8), normalized=True)
        self.apply("insert", lambda: insert_vertex(self.fabric, (middle.x, middle.y)))
        if rng.random() < 0.5:
            self.apply("delete", lambda: delete_vertex(self.fabric, (middle.x, middle.y)))

    @rule(seed=st.integers(0, 2**32))
    def trace_a_boundary(self, seed: int) -> None:
        rng = random.Random(seed)
        key = self.pick(rng)
        beside = self.neighbours(key)
        if not beside:
            return
        other = rng.choice(beside)
        shared = sorted(
            tuple(sorted(edge)) for edge in edges_of(self.fabric[key]) & edges_of(self.fabric[other])
        )
        (x0, y0), (x1, y1) = rng.choice(shared)
        bulge = rng.uniform(-2, 2)
        middle = ((x0 + x1) / 2 + (y1 - y0) / 50 * bulge, (y0 + y1) / 2 - (x1 - x0) / 50 * bulge)
        self.apply(
            "reshape", lambda: reshape(self.fabric, key, other, LineString([(x0, y0), middle, (x1, y1)]))
        )

    @precondition(lambda self: self.history)
    @rule()
    def undo(self) -> None:
        self.fabric, as_it_was = self.history.pop()
        assert {key: shape.wkb for key, shape in self.fabric.items()} == as_it_was

    @invariant()
    def no_land_is_lost(self) -> None:
        now = sum(shape.area for shape in self.fabric.values())
        assert abs(now - self.area) <= 1e-6 * self.area, (now, self.area)

    @invariant()
    def neighbours_match(self) -> None:
        assert shapely.coverage_is_valid(list(self.fabric.values()))

    @invariant()
    def nobody_descends_from_itself(self) -> None:
        for child, parents in self.lineage.items():
            assert all(not parent.startswith("+") or int(parent[1:]) < int(child[1:]) for parent in parents)


def campaign(sequences: int, steps: int, *, derandomize: bool) -> settings:
    """Return Hypothesis settings for so many sequences of at most so many steps."""
    from hypothesis import HealthCheck

    return settings(
        max_examples=sequences,
        stateful_step_count=steps,
        derandomize=derandomize,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
