"""Where towns lie: one with its own limits, or many side by side with roads between them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town.layout import Land, Site
from demo.town.noise import Floats, Noise
from demo.town.rings import NO_STREET, Ring
from demo.town.zones import gross_area_m2

LARGEST_TOWN = 16_000
ROAD_M = 9.0


@dataclass
class Region:
    """The towns' sites and the centre lines of the roads between them."""

    sites: list[Site]
    roads: list[shapely.LineString]


def settle(parcels: int, centre: tuple[float, float], land: Land, rng: np.random.Generator) -> Region:
    """Return where the towns lie that hold so many parcels together."""
    radius = float(np.sqrt(gross_area_m2(parcels) / np.pi))
    outline = _outline(np.array(centre), radius, rng)
    count = int(np.ceil(parcels / LARGEST_TOWN)) if parcels > 1.25 * LARGEST_TOWN else 1
    if count == 1:
        return Region([Site(_ring(outline), np.array(centre), parcels)], [])
    seeds = _seeds(count, np.array(centre), radius, land, rng)
    cells, roads = _cells(seeds, outline, radius / np.sqrt(count), Noise(rng))
    total = sum(cell.area for cell in cells)
    # The roads' land is lost to the towns, so it takes a little more land for the same parcels.
    sites = [
        Site(_ring(cell), seed, max(200, round(parcels * cell.area / total)))
        for cell, seed in zip(cells, seeds, strict=True)
    ]
    return Region(sites, roads)


def _ring(land: shapely.Polygon) -> Ring:
    points = shapely.get_coordinates(shapely.orient_polygons(land))[:-1]
    return Ring(points, np.full(len(points), NO_STREET))


def _outline(centre: Floats, radius: float, rng: np.random.Generator) -> shapely.Polygon:
    """A rounded, uneven outline."""
    noise = Noise(rng)
    angle = np.linspace(0, 2 * np.pi, max(60, int(2 * np.pi * radius / 25)), endpoint=False)
    size = radius * 1.03 * (1 + 0.35 * noise.at(np.cos(angle) * 1.2, np.sin(angle) * 1.2, 1.0))
    return shapely.Polygon(centre + np.column_stack([size * np.cos(angle), size * np.sin(angle)]))


def _seeds(count: int, centre: Floats, radius: float, land: Land, rng: np.random.Generator) -> list[Floats]:
    """Town centres spread evenly, each moved to the gentlest slope close by."""
    spacing = radius / np.sqrt(count)
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    far = radius * np.sqrt((np.arange(count) + 0.35) / count) * 0.96
    far[0] = 0
    seeds = []
    for k in range(count):
        place = centre + far[k] * np.array([np.cos(turn[k]), np.sin(turn[k])])
        if k:
            tries = place + rng.normal(0, 0.16 * spacing, (24, 2))
            slope = land.compass.steepness(tries[:, 0], tries[:, 1])
            place = tries[int(np.argmin(np.abs(slope - 0.08)))]
        seeds.append(place)
    return seeds


def _cells(
    seeds: list[Floats], outline: shapely.Polygon, spacing: float, noise: Noise
) -> tuple[list[shapely.Polygon], list[shapely.LineString]]:
    """Each town's land: what is nearest to its centre, with winding borders along which roads run."""
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(np.array(seeds)), extend_to=outline)
    straight = shapely.intersection(shapely.get_parts(diagram), outline)
    dense = shapely.segmentize(straight, 40.0)

    def bend(points: Floats) -> Floats:
        u, v = points[:, 0], points[:, 1]
        shift = np.column_stack([noise.at(u, v, spacing), noise.at(u + 9000, v, spacing)])
        return np.asarray(np.round(points + 0.42 * spacing * shift, 3))

    lines = shapely.union_all(shapely.boundary(shapely.transform(dense, bend)), grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[shapely.area(faces) > 10_000]
    roads = _between(faces)
    land = shapely.buffer(faces, -ROAD_M / 2, join_style="mitre")
    owner = _owner_of(seeds, land)
    return [land[k] for k in owner], roads


def _owner_of(seeds: list[Floats], land: NDArray[np.object_]) -> list[int]:
    """The face of each seed; bent borders may leave a seed just outside, never nearer to another."""
    owner = []
    free = set(range(len(land)))
    for seed in seeds:
        gap = shapely.distance(land, shapely.Point(seed))
        best = min(sorted(free), key=lambda k: float(gap[k]))
        free.discard(best)
        owner.append(best)
    return owner


def _between(faces: NDArray[np.object_]) -> list[shapely.LineString]:
    """The borders that two towns share, each as one line."""
    tree = shapely.STRtree(faces)
    one, two = tree.query(faces, predicate="touches")
    roads = []
    for a, b in sorted((int(a), int(b)) for a, b in zip(one, two, strict=True) if a < b):
        shared = shapely.line_merge(
            shapely.intersection(shapely.boundary(faces[a]), shapely.boundary(faces[b]))
        )
        roads += [
            part for part in shapely.get_parts(shared) if part.geom_type == "LineString" and part.length > 30
        ]
    return roads
