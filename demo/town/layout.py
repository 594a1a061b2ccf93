"""Dividing a town's land: core and main roads first, then street by street down to the blocks."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.noise import Floats, Noise
from demo.town.rings import NO_STREET, Ring, cut
from demo.town.terrain import Terrain
from demo.town.trace import STEP_M, Compass, pieces_inside, trace
from demo.town.zones import (
    CORE_ID,
    FARM_ID,
    FRINGE_ID,
    INDUSTRY_ID,
    INNER_ID,
    NEW_A_ID,
    NEW_B_ID,
    ZONES,
)

MAIN, COLLECTOR, LOCAL, LANE, STEPS, TRACK = "main", "collector", "local", "lane", "steps", "track"
_ATTEMPTS = 14
_PATIENCE = 6


@dataclass
class Street:
    """A street as it was cut: its centre line, class and width in metres."""

    line: Floats
    rank: str
    width: float


@dataclass
class Piece:
    """A piece of land on its way to becoming a block."""

    ring: Ring
    sector: int
    basin: int = -1
    zone: int = FARM_ID
    attempt: int = 0


@dataclass
class Layout:
    """The divided land of one town: its blocks (streets' centre lines are their edges) and streets."""

    streets: list[Street] = field(default_factory=list)
    blocks: list[Piece] = field(default_factory=list)
    basins: list[Ring] = field(default_factory=list)
    core_radius: float = 0.0

    def add_street(self, line: Floats, rank: str, width: float) -> int:
        """Add a street and return its number."""
        self.streets.append(Street(line, rank, width))
        return len(self.streets) - 1


@dataclass(frozen=True)
class Site:
    """Where a town stands: its limits, its middle, how many parcels it should have."""

    limits: Ring
    centre: Floats
    parcels: int


@dataclass(frozen=True)
class Land:
    """What all towns share: the hills, the whim that bends streets, and the directions that follow."""

    terrain: Terrain
    whim: Noise
    compass: Compass

    @classmethod
    def of(cls, terrain: Terrain, rng: np.random.Generator) -> "Land":
        """Work out the directions on a terrain."""
        whim = Noise(rng)
        return cls(terrain, whim, Compass(terrain, whim))


class Surveyor:
    """Divides one town's land, drawing every choice from one generator."""

    def __init__(self, site: Site, land: Land, rng: np.random.Generator) -> None:
        """Prepare the rings of the town."""
        self.site, self.rng = site, rng
        self.terrain, self.whim, self.compass = land.terrain, land.whim, land.compass
        self.layout = Layout()
        self.radii = self._radii()
        self.mains: list[shapely.LineString] = []
        self.industry_angle = 0.0

    def survey(self) -> Layout:
        """Return the town's blocks and streets."""
        pieces = self._first_roads()
        while pieces:
            pieces = self._divide(pieces)
        return self.layout

    def _radii(self) -> Floats:
        """Radii at which one zone gives way to the next, by the land that each needs."""
        zones = [ZONES[k] for k in (CORE_ID, INNER_ID, NEW_B_ID, NEW_A_ID, FRINGE_ID)]
        land = np.cumsum([zone.share * zone.gross_m2 * self.site.parcels for zone in zones])
        land[3:] += ZONES[INDUSTRY_ID].share * ZONES[INDUSTRY_ID].gross_m2 * self.site.parcels
        self.layout.core_radius = float(np.sqrt(land[0] / np.pi))
        return np.sqrt(land / np.pi)

    # First roads

    def _first_roads(self) -> list[Piece]:
        """Cut out the core, run the main road past it through the town, and roads up and down."""
        layout, centre = self.layout, self.site.centre
        core = self._core_outline()
        ring_street = layout.add_street(np.vstack([core, core[:1]]), COLLECTOR, 8.0)
        roads = self._main_roads(core)
        numbers = [layout.add_street(road, MAIN, 14.0) for road in roads]
        self.mains = [shapely.LineString(road) for road in roads]
        self.industry_angle = float(np.arctan2(*(roads[1][-1] - centre)[::-1]))
        halves = _halves(self.site.limits, Ring(core, np.full(len(core), ring_street)), roads, numbers)
        pieces = [Piece(Ring(core, np.full(len(core), ring_street)), 0, zone=CORE_ID)]
        sector = 1
        for half in halves:
            for part in self._radial(half, ring_street):
                pieces.append(Piece(part, sector))
                sector += 1
        return pieces

    def _core_outline(self) -> Floats:
        """A rounded outline around the centre, longer along the contour."""
        centre, radius = self.site.centre, self.layout.core_radius
        bearing = float(self.compass.along(centre[:1], centre[1:])[0])
        angle = np.linspace(0, 2 * np.pi, max(28, int(radius / 2.5)), endpoint=False)
        shift = float(np.round((centre[0] + 3 * centre[1]) / 7.0) % 200)
        size = radius * (1 + 0.42 * self.whim.at(np.cos(angle) * 1.3 + shift, np.sin(angle) * 1.3, 1.0))
        x, y = 1.22 * size * np.cos(angle), 0.82 * size * np.sin(angle)
        turn = np.array([[np.cos(bearing), np.sin(bearing)], [-np.sin(bearing), np.cos(bearing)]])
        return np.asarray(centre + np.column_stack([x, y]) @ turn)

    def _main_roads(self, core: Floats) -> list[Floats]:
        """Two roads that leave the core on either side and never meet again; straighter ones if need be."""
        centre = self.site.centre
        bearing = float(self.compass.along(centre[:1], centre[1:])[0])
        ring, bound = Ring(core, np.zeros(len(core), dtype=np.int64)), self.site.limits
        for outwards in (0.75, 1.0, 1.5, 2.5, 6.0, 50.0):
            roads = [self._main_road(core, bearing + half, outwards) for half in (0.0, np.pi)]
            halves = _halves(bound, ring, roads, [1, 2])
            area = sum(half.polygon.area for half in halves) + ring.polygon.area
            if all(half.polygon.is_valid for half in halves) and abs(area - bound.polygon.area) < 1:
                break
        return roads

    def _main_road(self, core: Floats, bearing: float, outwards: float) -> Floats:
        """A road from the core's edge out of town, along the hill but always outwards."""
        centre = self.site.centre
        offset = core - centre
        start = int(np.argmax(offset @ np.array([np.cos(bearing), np.sin(bearing)])))
        limits = self.site.limits.polygon
        place, path, heading = core[start], [core[start]], bearing
        while limits.contains(shapely.Point(place)) and len(path) < 20_000:
            out = np.arctan2(*(place - centre)[::-1])
            contour = float(self.compass.along(place[:1], place[1:])[0])
            contour += np.pi if np.cos(contour - heading) < 0 else 0
            wanted = np.angle(0.8 * np.exp(1j * contour) + outwards * np.exp(1j * out))
            bend = (wanted - heading + np.pi) % (2 * np.pi) - np.pi
            heading += np.clip(bend, -0.10, 0.10)
            place = place + STEP_M * np.array([np.cos(heading), np.sin(heading)])
            path.append(place)
        inside = shapely.intersection(shapely.LineString(path), limits)
        inside = max(shapely.get_parts(inside), key=lambda part: part.length)
        return np.asarray(shapely.get_coordinates(shapely.simplify(inside, 0.2)))

    def _radial(self, half: Ring, ring_street: int) -> list[Ring]:
        """Cut a half of the town in two by a road that leaves the core across the slope."""
        run = max((line for street, line in half.runs() if street == ring_street), key=len)
        seed = run[len(run) // 2]
        away = (seed - self.site.centre) / np.linalg.norm(seed - self.site.centre)
        seed = seed + 3 * away
        polygon = half.polygon
        reach = np.array([np.hypot(*(np.ptp(half.points, axis=0)))])
        for turn in (1.15, np.pi - 1.15, np.pi / 2, 0.9, np.pi - 0.9):
            line = trace(self.compass, seed[None], np.array([turn]), reach)
            piece = pieces_inside(line, np.array([polygon], dtype=object), seed[None])[0]
            if piece is None:
                continue
            ends = shapely.distance(shapely.points(piece[[0, -1]]), shapely.LineString(run))
            parts = cut(half, piece, len(self.layout.streets))
            whole = abs(sum(part.polygon.area for part in parts) - polygon.area) < 0.5
            if whole and (ends < 0.01).sum() == 1 and all(part.polygon.is_valid for part in parts):
                self.layout.add_street(piece, COLLECTOR, 12.0)
                return list(parts)
        return [half]

    # Street by street

    def _divide(self, pieces: list[Piece]) -> list[Piece]:
        """Cut each piece that is still too large in two; those small enough become blocks."""
        polygons = np.array([piece.ring.polygon for piece in pieces], dtype=object)
        seeds = _inner_points(polygons)
        area = shapely.area(polygons)
        self._zone(pieces, seeds, area)
        across = self._chords(polygons, seeds, np.pi / 2)
        along = self._chords(polygons, seeds, 0.0)
        turn, seed, go_on = self._choose(pieces, seeds, across, along, area)
        self._found_basins(pieces, area, go_on)
        self.layout.blocks += [piece for piece, more in zip(pieces, go_on, strict=True) if not more]
        chosen = np.flatnonzero(go_on)
        if not len(chosen):
            return []
        reach = np.sqrt(area[chosen]) * 2.2 + 60
        lines = trace(self.compass, seed[chosen], turn[chosen], reach)
        stubborn = [k for k, index in enumerate(chosen) if pieces[index].attempt >= _PATIENCE]
        for k in stubborn:
            # Where no street that follows the hill fits, a straight one must do.
            ways = (across, along) if abs(np.sin(turn[chosen[k]])) < 0.5 else (along, across)
            way = ways[1][chosen[k]]
            way = (way[1] - way[0]) * 1.5
            lines[k] = np.array([seed[chosen[k]] - way, seed[chosen[k]], seed[chosen[k]] + way])
        found = pieces_inside(lines, polygons[chosen], seed[chosen])
        following: list[Piece] = []
        for index, line in zip(chosen, found, strict=True):
            following += self._cut_piece(pieces[index], line, abs(np.sin(turn[index])) > 0.5, area[index])
        return following

    def _zone(self, pieces: list[Piece], seeds: Floats, area: Floats) -> None:
        """Say what kind of land each piece is, by its distance from the centre and the main roads."""
        offset = seeds - self.site.centre
        distance = np.hypot(offset[:, 0], offset[:, 1])
        x, y = seeds[:, 0], seeds[:, 1]
        wobble = 1 + 0.5 * self.whim.at(x + 900, y, self.radii[-1] * 0.8)
        if self.mains:
            to_main = shapely.distance(shapely.points(seeds), shapely.MultiLineString(self.mains))
            wobble = wobble - 0.28 * np.exp(-to_main / 160)
        steep = self.compass.steepness(x, y)
        measure = distance * wobble * (1 + 0.8 * np.clip(steep - 0.16, 0, 0.4))
        ring = np.searchsorted(self.radii[1:], measure)
        zones = np.array([INNER_ID, NEW_B_ID, NEW_A_ID, FRINGE_ID, FARM_ID])[ring]
        swing = np.angle(np.exp(1j * (np.arctan2(offset[:, 1], offset[:, 0]) - self.industry_angle)))
        works = (np.abs(swing) < 0.30) & (distance > self.radii[2]) & (distance < self.radii[4] * 1.12)
        zones = np.where(works, INDUSTRY_ID, zones)
        for piece, zone in zip(pieces, zones, strict=True):
            if piece.zone != CORE_ID:
                piece.zone = int(zone)

    def _found_basins(self, pieces: list[Piece], area: Floats, go_on: NDArray[np.bool_]) -> None:
        """A piece that has come down to a basin's size, or stays whole, becomes one; its parts stay in it."""
        for piece, size, more in zip(pieces, area, go_on, strict=True):
            limit = 400_000 if piece.zone == FARM_ID else 140_000
            if piece.basin < 0 and (size < limit or piece.zone == CORE_ID or not more):
                piece.basin = len(self.layout.basins)
                self.layout.basins.append(piece.ring)

    def _chords(self, polygons: NDArray[np.object_], seeds: Floats, turn: float) -> list[Floats]:
        """The straight line through each seed, at an angle to the contour, from edge to edge."""
        angle = self.compass.along(seeds[:, 0], seeds[:, 1]) + turn
        bounds = shapely.bounds(polygons)
        reach = np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
        step = reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        lines = [np.array([a, s, b]) for a, s, b in zip(seeds - step, seeds, seeds + step, strict=True)]
        found = pieces_inside(lines, polygons, seeds)
        return [
            s[None].repeat(2, axis=0) if f is None else f[[0, -1]] for f, s in zip(found, seeds, strict=True)
        ]

    def _choose(
        self, pieces: list[Piece], seeds: Floats, across: list[Floats], along: list[Floats], area: Floats
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Decide which pieces to cut, in which direction and where."""
        rng, count = self.rng, len(pieces)
        depth = np.array([ZONES[p.zone].depth + ZONES[p.zone].street_m for p in pieces])
        length = np.array([ZONES[p.zone].length for p in pieces]) * rng.uniform(0.75, 1.3, count)
        attempt = np.array([p.attempt for p in pieces])
        width = np.array([np.hypot(*(c[1] - c[0])) for c in across])
        width = np.maximum(width, 0.6 * np.sqrt(area) * np.minimum(1, area / (depth * depth * 4)))
        reach = area / np.maximum(width, 1)
        wide, long = width > 1.5 * depth, reach > 1.5 * length
        sideways = (attempt % 2 == 1) | ~wide | (long & (reach / length > 1.3 * width / depth))
        go_on = (wide | long) & (attempt < _ATTEMPTS) & (area > 1.25 * depth * depth * 0.8)
        rows = np.maximum(2, np.round(width / depth))
        at = (np.floor(rows / 2) + np.where((rows % 2 == 1) & (rng.random(count) < 0.5), 1, 0)) / rows
        at = np.where(sideways, rng.uniform(0.4, 0.6, count), at) + rng.normal(0, 0.02, count) * (1 + attempt)
        chords = np.array([b if s else a for a, b, s in zip(across, along, sideways, strict=True)])
        seed = chords[:, 0] + np.clip(at, 0.2, 0.8)[:, None] * (chords[:, 1] - chords[:, 0])
        skew = np.where(rng.random(count) < 0.5, 1, -1) * np.abs(rng.normal(0.12, 0.14, count))
        return np.where(sideways, np.pi / 2 + skew, 0.35 * skew), seed, go_on

    def _cut_piece(self, piece: Piece, line: Floats | None, sideways: bool, area: float) -> list[Piece]:
        """Cut a piece along a line, or send it back for another try when the cut would be a bad one."""
        zone = ZONES[piece.zone]
        patient = piece.attempt < _PATIENCE
        if line is None or (patient and not _good_ends(piece.ring, line)):
            return [Piece(piece.ring, piece.sector, piece.basin, piece.zone, piece.attempt + 1)]
        rank, width = self._rank(piece, line, sideways, area)
        one, other = cut(piece.ring, line, len(self.layout.streets))
        fussy = 1.0 if patient else 0.55
        whole = abs(one.polygon.area + other.polygon.area - area) < 0.5
        if not whole or not _roomy([one.polygon, other.polygon], zone.depth * fussy, zone.length):
            return [Piece(piece.ring, piece.sector, piece.basin, piece.zone, piece.attempt + 1)]
        self.layout.add_street(line, rank, width)
        return [Piece(half, piece.sector, piece.basin, piece.zone) for half in (one, other)]

    def _rank(self, piece: Piece, line: Floats, sideways: bool, area: float) -> tuple[str, float]:
        """The class and width of a new street, by the land it opens up and how steep it is."""
        zone = ZONES[piece.zone]
        if piece.zone == CORE_ID:
            width = float(self.rng.choice([2.6, 3.2, 4.2], p=[0.35, 0.4, 0.25]))
            rise = abs(np.diff(self.terrain.height(line[[0, -1], 0], line[[0, -1], 1]))[0])
            return (STEPS if rise / _length(line) > 0.12 else LANE), width
        if area > 260_000 and self.site.parcels > 600:
            return COLLECTOR, 12.0
        if piece.zone == FARM_ID:
            return TRACK, zone.street_m
        if area > 110_000 and not sideways:
            return COLLECTOR, max(zone.street_m, 10.0)
        heights = self.terrain.height(line[[0, -1], 0], line[[0, -1], 1])
        if sideways and abs(heights[1] - heights[0]) / _length(line) > 0.19 and piece.zone != INDUSTRY_ID:
            return STEPS, 3.5
        return LOCAL, zone.street_m


def _length(line: Floats) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _inner_points(polygons: NDArray[np.object_]) -> Floats:
    """The centroid where it lies inside, else some point inside, (n, 2)."""
    middle = shapely.centroid(polygons)
    outside = ~shapely.contains(polygons, middle)
    middle[outside] = shapely.point_on_surface(polygons[outside])
    return np.asarray(shapely.get_coordinates(middle))


def _good_ends(ring: Ring, line: Floats) -> bool:
    """Whether a cut meets the land's edges at a fair angle and not close to a corner of streets."""
    corners = ring.points[ring.streets != np.roll(ring.streets, 1)]
    for end, before in ((line[0], line[1]), (line[-1], line[-2])):
        if len(corners) and np.hypot(*(corners - end).T).min() < 7:
            return False
        side = np.roll(ring.points, -1, axis=0) - ring.points
        offset = end - ring.points
        along = np.clip((offset * side).sum(1) / np.maximum((side**2).sum(1), 1e-9), 0, 1)
        nearest = int(np.argmin(((offset - along[:, None] * side) ** 2).sum(1)))
        street, arrival = side[nearest], end - before
        if abs(street @ arrival) > 0.84 * np.hypot(*street) * np.hypot(*arrival):
            return False
    return True


def _roomy(halves: list[shapely.Polygon], depth: float, length: float) -> bool:
    """Whether both halves of a cut are sound, large enough and nowhere drawn out to a long tip."""
    land = np.array(halves, dtype=object)
    area = shapely.area(land)
    if not shapely.is_valid(land).all() or area.min() < 0.28 * depth * min(length, 2 * depth):
        return False
    tip = 0.26 * depth
    broad = shapely.area(shapely.buffer(shapely.buffer(land, -tip, quad_segs=2), tip, quad_segs=2))
    return bool((area - broad < 0.12 * area + 0.5 * depth * depth).all())


def _halves(limits: Ring, core: Ring, roads: list[Floats], numbers: list[int]) -> list[Ring]:
    """The land around the core, cut into two by the main roads that leave it on either side."""
    halves = []
    for (a, na), (b, nb) in (
        ((roads[0], numbers[0]), (roads[1], numbers[1])),
        ((roads[1], numbers[1]), (roads[0], numbers[0])),
    ):
        outer = _arc(limits, a[-1], b[-1])
        inner = _arc(core, b[0], a[0], backwards=True)
        points = np.vstack([a[:-1], outer[0], b[::-1][1:-1], inner[0]])
        streets = np.concatenate([np.full(len(a) - 1, na), outer[1], np.full(len(b) - 1, nb), inner[1]])
        keep = np.abs(points - np.roll(points, -1, axis=0)).max(axis=1) > 1e-6
        halves.append(Ring(points[keep], streets[keep]))
    return halves


def _arc(
    ring: Ring, start: Floats, end: Floats, *, backwards: bool = False
) -> tuple[Floats, NDArray[np.int64]]:
    """The part of a ring from one place on it to another, with the street along each side.

    Sides count one fewer than vertices, except backwards, where the last vertex is left to the next part.
    """
    points, streets = (
        (ring.points[::-1], np.roll(ring.streets[::-1], -1)) if backwards else (ring.points, ring.streets)
    )
    turned = Ring(points, streets)
    one, _ = cut(turned, np.vstack([start, end]), NO_STREET)
    if backwards:
        return one.points[:-1], one.streets[:-1]
    return one.points, one.streets[:-1]
