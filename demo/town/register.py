"""The registers of land, streets and buildings as rows, drawn from a town's shapes."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town import names
from demo.town.civic import BUILDING_USE, FACILITIES, LAND_USE, Chosen
from demo.town.footprints import Footprints
from demo.town.fronts import Fronts
from demo.town.layout import Layout
from demo.town.lots import Lots
from demo.town.noise import Floats
from demo.town.rings import Ints
from demo.town.tables import Table, objects
from demo.town.zones import CORE_ID, FARM_ID, FRINGE_ID, INDUSTRY_ID, ZONES
from demo.town.zoning import COMMERCIAL, RULES, Zoning

_LAND_USE_OF_RULE = (
    "residential", "residential", "residential", "residential", "residential",
    "industrial", "agricultural", "commercial", "public", "park",
)  # fmt: skip


@dataclass
class Registered:
    """What the registers need to know of a town's land."""

    layout: Layout
    chosen: Chosen
    lots: Lots
    fronts: Fronts
    zoning: Zoning
    buildings: Footprints
    facility: Ints


def basin_table(layout: Layout, rng: np.random.Generator) -> Table:
    """Return basins as a coverage: neighbours share every vertex."""
    rings = shapely.boundary(np.array([ring.polygon for ring in layout.basins], dtype=object))
    lines = shapely.union_all(rings, grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    tree = shapely.STRtree(np.array([ring.polygon for ring in layout.basins], dtype=object))
    face, basin = tree.query(shapely.point_on_surface(faces), predicate="within")
    shapes = [
        shapely.union_all(faces[face[basin == k]], grid_size=0.001)
        if (basin == k).any()
        else layout.basins[k].polygon
        for k in range(len(layout.basins))
    ]
    called = names.basin_names(len(shapes), rng)
    return {
        "town": np.zeros(len(shapes), dtype=np.int64),
        "name_ar": objects([name.ar for name in called]),
        "name_en": objects([name.en for name in called]),
        "name_fr": objects([name.fr for name in called]),
        "geom": objects(shapes),
    }


def district_table(layout: Layout) -> Table:
    """Return the town's quarters: the old core and each sector around it."""
    sector = np.array([block.sector for block in layout.blocks])
    cells = np.array([block.ring.polygon for block in layout.blocks], dtype=object)
    count = int(sector.max()) + 1
    shapes = [shapely.union_all(cells[sector == k], grid_size=0.001) for k in range(count)]
    called = [names.quarter_name(k) for k in range(count)]
    return {
        "town": np.zeros(count, dtype=np.int64),
        "name_ar": objects([name.ar for name in called]),
        "name_en": objects([name.en for name in called]),
        "name_fr": objects([name.fr for name in called]),
        "geom": objects([without_slits(shape) for shape in shapes]),
    }


def without_slits(shape: shapely.Geometry) -> shapely.Geometry:
    """Fill hairline holes that rounding leaves where many edges meet."""
    parts = [
        shapely.Polygon(part.exterior, [hole for hole in part.interiors if shapely.Polygon(hole).area > 5])
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and part.area > 5
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def street_table(layout: Layout, districts: Table, rng: np.random.Generator) -> Table:
    """Return streets with their names, ranks and surfaces."""
    ranks = [street.rank for street in layout.streets]
    called = names.street_names(ranks, rng)
    lines = shapely.set_precision(
        np.array([shapely.LineString(s.line) for s in layout.streets], dtype=object), 0.001
    )
    surface = {
        "main": "asphalt",
        "collector": "asphalt",
        "local": "asphalt",
        "lane": "paved",
        "steps": "concrete",
        "track": "earth",
    }
    dusty = rng.random(len(ranks)) < 0.12
    return {
        "name_ar": objects([name.ar for name in called]),
        "name_en": objects([name.en for name in called]),
        "name_fr": objects([name.fr for name in called]),
        "street_class": objects(ranks),
        "surface": objects(
            [
                "gravel" if dust and rank in ("local", "track") else surface[rank]
                for rank, dust in zip(ranks, dusty, strict=True)
            ]
        ),
        "width_m": np.array([street.width for street in layout.streets]),
        "has_sidewalk": np.array([street.width >= 10 for street in layout.streets]),
        "district": district_of(shapely.line_interpolate_point(lines, 0.5, normalized=True), districts),
        "geom": lines,
    }


def district_of(points: NDArray[np.object_], districts: Table) -> Ints:
    """Return the district that each point lies in, or is nearest to."""
    index, found = shapely.STRtree(districts["geom"]).query_nearest(points, all_matches=False)
    result = np.full(len(points), -1, dtype=np.int64)
    result[index] = found
    return result


def parcel_table(land: Registered, rng: np.random.Generator) -> Table:
    """Return parcels with numbers that run through each basin, and registered areas near the measured ones."""
    blocks, lots = land.layout.blocks, land.lots
    basin = np.array([block.basin for block in blocks])[lots.block]
    rule = land.zoning.block_rule[lots.block]
    if not land.zoning.strip.is_empty:
        shapely.prepare(land.zoning.strip)
        on_strip = shapely.contains(land.zoning.strip, shapely.centroid(lots.shapes))
        rule = np.where(on_strip & (rule < COMMERCIAL), COMMERCIAL, rule)
    use = objects([_LAND_USE_OF_RULE[k] for k in rule])
    for k in np.flatnonzero(land.facility >= 0):
        use[k] = LAND_USE.get(FACILITIES[land.facility[k]].kind, "public")
    empty = np.ones(len(use), dtype=bool)
    empty[land.buildings.parcel] = False
    use[empty & np.isin(use, ["residential", "commercial", "industrial"])] = "vacant"
    area = shapely.area(lots.shapes)
    survey = rng.choice(4, len(area), p=[0.35, 0.2, 0.15, 0.3])
    tolerance = np.maximum(0.5, np.array([1, 2, 5, 5])[survey] * 0.2 * np.sqrt(area))
    official = area + np.clip(rng.normal(0, 0.25, len(area)), -0.8, 0.8) * tolerance
    return {
        "basin": basin,
        "quarter": objects([""] * len(basin)),
        "number": _numbers(basin, lots.block, rng),
        "district": np.array([block.sector for block in blocks])[lots.block],
        "street": land.fronts.street,
        "land_use": use,
        "zone_code": objects([RULES[k].code for k in rule]),
        "source_class": objects([("gnss", "traverse", "photo", "digitised")[k] for k in survey]),
        "area_official_m2": np.round(official, 2),
        "geom": lots.shapes,
    }


def _numbers(basin: Ints, block: Ints, rng: np.random.Generator) -> NDArray[np.object_]:
    """Number parcels through each basin; now and then two neighbours bear parts of one older number."""
    order = np.lexsort((np.arange(len(basin)), block, basin))
    numbers = objects([""] * len(basin))
    split = rng.random(len(basin)) < 0.05
    last_basin, count, k = -1, 0, 0
    while k < len(order):
        here = order[k]
        count = 1 if basin[here] != last_basin else count + 1
        last_basin = int(basin[here])
        following = order[k + 1] if k + 1 < len(order) else -1
        if split[here] and following >= 0 and block[following] == block[here]:
            numbers[here], numbers[following] = f"{count}/1", f"{count}/2"
            k += 2
        else:
            numbers[here] = str(count)
            k += 1
    return numbers


def building_table(land: Registered, parcels: Table, kerb_street: Table, rng: np.random.Generator) -> Table:
    """Return buildings with use, floors, height, year, and a house number counted along the street."""
    built = land.buildings
    count = len(built.shapes)
    zone = np.array([block.zone for block in land.layout.blocks])[land.lots.block[built.parcel]]
    area = shapely.area(built.shapes)
    use = _uses(land, parcels, zone, area, rng)
    low, high = (np.array([z.floors[k] for z in ZONES])[zone] for k in (0, 1))
    floors = rng.integers(low, high + 1)
    floors = np.where(area < 60, 1, floors)
    floors = np.where(np.isin(use, ["worship", "industrial", "agricultural"]), 1, floors)
    floors = np.where(np.isin(use, ["school", "health", "government"]), rng.integers(2, 4, count), floors)
    oldest = np.select(
        [zone == CORE_ID, zone == FARM_ID, zone == FRINGE_ID, zone == INDUSTRY_ID],
        [1860, 1960, 2000, 1985],
        1965,
    )
    year = oldest + ((2026 - oldest) * rng.beta(1.6, 1.2, count)).astype(np.int64)
    year = np.where(zone == CORE_ID, np.minimum(year, 1860 + rng.integers(0, 120, count)), year)
    state = objects(["good"] * count)
    for name, odds in (("fair", 0.25), ("poor", 0.06), ("uninhabitable", 0.012), ("construction", 0.03)):
        state[rng.random(count) < odds * np.where(zone == CORE_ID, 1.6, 1.0)] = name
    state[(state == "construction") & (zone == CORE_ID)] = "fair"
    year = np.where(state == "construction", 2026, year)
    street = land.fronts.street[built.parcel]
    blank = objects([""] * count)
    table: Table = {
        "parcel": built.parcel,
        "district": parcels["district"][built.parcel],
        "street": street,
        "house_number": house_numbers(built.shapes, street, kerb_street["geom"]),
        "name_ar": blank.copy(), "name_en": blank.copy(), "name_fr": blank.copy(),
        "use": use,
        "condition": state,
        "floors": floors,
        "height_m": np.round(floors * rng.uniform(3.0, 3.4, count) + np.where(use == "worship", 5.0, 0.6), 1),
        "year_built": year,
        "geom": built.shapes,
    }  # fmt: skip
    for k in np.flatnonzero(land.facility[built.parcel] >= 0):
        called = land.chosen.names[int(land.lots.block[built.parcel[k]])]
        table["name_ar"][k], table["name_en"][k], table["name_fr"][k] = called.ar, called.en, called.fr
    return table


def _uses(
    land: Registered, parcels: Table, zone: Ints, area: Floats, rng: np.random.Generator
) -> NDArray[np.object_]:
    count = len(zone)
    use = objects(["residential"] * count)
    use[zone == INDUSTRY_ID] = "industrial"
    use[zone == FARM_ID] = "agricultural"
    shops = (zone == CORE_ID) & (rng.random(count) < 0.16)
    front = parcels["zone_code"][land.buildings.parcel] == "COM"
    use[shops | (front & (rng.random(count) < 0.7))] = "mixed"
    use[front & (rng.random(count) < 0.18) & (area > 80)] = "commercial"
    for k in np.flatnonzero(land.facility[land.buildings.parcel] >= 0):
        use[k] = BUILDING_USE.get(FACILITIES[land.facility[land.buildings.parcel[k]]].kind, "other")
    return use


def house_numbers(
    shapes: NDArray[np.object_], street: Ints, lines: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return numbers by distance along the street, one for each five metres, odd on the left, even on the right."""
    middle = shapely.centroid(shapes)
    line = lines[street]
    along = shapely.line_locate_point(line, middle)
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    length = shapely.length(line)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(along + 3, length)))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(along - 3, 0)))
    way, offset = ahead - behind, shapely.get_coordinates(middle) - here
    left = way[:, 0] * offset[:, 1] - way[:, 1] * offset[:, 0] > 0
    number = 2 * np.floor(along / 5.0).astype(np.int64) + np.where(left, 1, 2)
    order = np.lexsort((np.arange(len(number)), along, number, street))
    key = street[order] * 1_000_000 + number[order]
    repeat = np.arange(len(key)) - np.searchsorted(key, key)
    numbers = objects([""] * len(number))
    for k, again in zip(order, repeat, strict=True):
        numbers[k] = str(number[k]) if not again else f"{number[k]}-{again + 1}"
    return numbers


def unit_table(buildings: Table, rng: np.random.Generator) -> Table:
    """Return the units of each building, floor by floor; shops stand on the ground floor."""
    area = shapely.area(buildings["geom"])
    floors = buildings["floors"].astype(np.int64)
    dwelling = np.isin(buildings["use"], ["residential", "mixed"])
    each = np.where(dwelling, np.clip(np.round(area / 135), 1, 4), 1).astype(np.int64)
    count = floors * each
    building = np.repeat(np.arange(len(area)), count)
    nth = np.arange(len(building)) - np.repeat(np.cumsum(count) - count, count)
    floor = nth // each[building]
    kind = {
        "residential": "apartment",
        "mixed": "apartment",
        "commercial": "shop",
        "industrial": "workshop",
        "agricultural": "storage",
    }
    use = objects([kind.get(value, "other") for value in buildings["use"]])[building]
    use[(buildings["use"][building] == "mixed") & (floor == 0)] = "shop"
    use[(use == "apartment") & (area[building] < 42)] = "storage"
    return {
        "building": building,
        "floor": floor,
        "number": objects([f"{f * 100 + n + 1}" for f, n in zip(floor, nth % each[building], strict=True)]),
        "use": use,
        "area_m2": np.round(area[building] / each[building] * rng.uniform(0.9, 1.0, len(building)), 2),
        "is_vacant": rng.random(len(building)) < 0.08,
    }
