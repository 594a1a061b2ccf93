"""The whole invented municipality, town by town, as tables."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.town import names, register
from demo.town.alleys import open_alleys
from demo.town.blocks import shrink_to_kerbs
from demo.town.civic import FACILITIES, build_facilities, choose_blocks
from demo.town.drainage import lay_sewers
from demo.town.faults import no_faults, people_truth, plant_faults, raw_pipes, survey_truth
from demo.town.footprints import Footprints, build_on
from demo.town.fronts import find_fronts
from demo.town.graph import build_graph
from demo.town.layout import Land, Site, Surveyor
from demo.town.lighting import set_lights
from demo.town.lots import cut_parcels
from demo.town.parallel import survey_each
from demo.town.people import gather_people
from demo.town.permits import issue_permits, permit_truth
from demo.town.place import CENTRE
from demo.town.regions import ROAD_M, settle
from demo.town.supply import connect_buildings, lay_water, served_edges
from demo.town.survey import survey_from_the_air, unregistered_sites
from demo.town.tables import Table, join, objects
from demo.town.terrain import Terrain, raise_hills
from demo.town.zones import gross_area_m2
from demo.town.zoning import draw_zones

Say = Callable[[str], None]
_ATTEMPTS = 3


@dataclass
class Town:
    """What was generated: registers as tables, the land's shape, and what was planted in it."""

    seed: int
    terrain: Terrain
    tables: dict[str, Table]
    truth: dict[str, object] = field(default_factory=dict)


def invent_town(parcels: int, seed: int, say: Say = lambda line: None, *, faults: bool = True) -> Town:
    """Return a municipality of about so many parcels, the same for the same numbers.

    `faults` plants known faults in land that it marks as unsettled.
    """
    rng = np.random.default_rng([seed, 0])
    terrain = raise_hills(rng, CENTRE, 1.5 * float(np.sqrt(gross_area_m2(parcels) / np.pi)))
    land = Land.of(terrain, rng)
    region = settle(parcels, CENTRE, land, rng)
    called = names.town_names(len(region.sites), rng)
    parts = survey_each(survey_town, region.sites, called, land, seed, say)
    tables = join(parts)
    parts.clear()
    _add_roads(tables, region.roads, rng)
    people = gather_people(tables, np.random.default_rng([seed, 2]))
    tables |= {"persons": people.persons, "department_records": people.records, "parties": people.parties}
    return Town(seed, terrain, tables, _truth(tables, seed, faults=faults))


def _truth(tables: dict[str, Table], seed: int, *, faults: bool) -> dict[str, object]:
    """Plant the faults and write down everything that only the generator can know."""
    rng = np.random.default_rng([seed, 3])
    planted = plant_faults(tables, rng) if faults else no_faults(tables)
    rows, raw = raw_pipes(tables, rng)
    tables["raw_pipes"] = {
        name: objects([row.get(name) for row in rows])
        for name in ("id", "kind", "diameter", "invert_start", "invert_end", "line")
    }
    return {
        "seed": seed,
        "parcels": planted,
        "buildings": survey_truth(tables["footprints"], len(tables["buildings"]["geom"])),
        "permits": permit_truth(tables["permits"]),
        "raw_pipes": raw,
        "people": people_truth(tables["department_records"]),
    }


def _add_roads(tables: dict[str, Table], roads: list[shapely.LineString], rng: np.random.Generator) -> None:
    """Enter the roads between towns among the streets."""
    if not roads:
        return
    called = names.street_names(["collector"] * len(roads), rng)
    lines = objects(roads)
    count = len(roads)
    added: Table = {
        "name_ar": objects([name.ar for name in called]),
        "name_en": objects([name.en for name in called]),
        "name_fr": objects([name.fr for name in called]),
        "street_class": objects(["collector"] * count),
        "surface": objects(["asphalt"] * count),
        "width_m": np.full(count, ROAD_M),
        "has_sidewalk": np.zeros(count, dtype=bool),
        "district": register.district_of(
            shapely.line_interpolate_point(lines, 0.5, normalized=True), tables["districts"]
        ),
        "geom": lines,
    }
    streets = tables["streets"]
    tables["streets"] = {column: np.concatenate([streets[column], added[column]]) for column in streets}


def survey_town(site: Site, called: names.Name, hills: Land, seed: int, number: int) -> dict[str, Table]:
    """Generate one town's registers; its choices depend on the seed and its own number alone."""
    for attempt in range(_ATTEMPTS):
        # Among very many towns one may draw a shape that geometry refuses: it is drawn anew.
        with suppress(shapely.errors.GEOSException, ValueError):
            return _survey_town(site, called, hills, np.random.default_rng([seed, 1, number, attempt]))
    return _survey_town(site, called, hills, np.random.default_rng([seed, 1, number, _ATTEMPTS]))


def _survey_town(site: Site, called: names.Name, hills: Land, rng: np.random.Generator) -> dict[str, Table]:
    surveyor = Surveyor(site, hills, rng)
    layout = surveyor.survey()
    land = shrink_to_kerbs(layout)
    chosen = choose_blocks(layout, land, site.centre, site.parcels, rng)
    open_alleys(layout, land, chosen.facility >= 0, rng)
    lots = cut_parcels(layout, land, chosen.facility >= 0, rng)
    lines = np.array([shapely.LineString(street.line) for street in layout.streets], dtype=object)
    half = np.array([street.width / 2 for street in layout.streets])
    fronts = find_fronts(lots.shapes, lines, half)
    facility = chosen.facility[lots.block]
    zone = np.array([block.zone for block in layout.blocks])[lots.block]
    common, public = np.flatnonzero(facility < 0), np.flatnonzero(facility >= 0)
    houses = build_on(lots.shapes[common], zone[common], fronts.bearing[common], fronts.place[common], rng)
    kinds = [FACILITIES[k].kind for k in facility[public]]
    halls = build_facilities(lots.shapes[public], kinds, fronts.bearing[public])
    built = Footprints(
        np.concatenate([houses.shapes, halls.shapes]),
        np.concatenate([common[houses.parcel], public[halls.parcel]]),
    )
    built.shapes = rounded(built.shapes)
    zoning = draw_zones(layout, chosen, surveyor.mains)
    state = register.Registered(layout, chosen, lots, fronts, zoning, built, facility)
    districts = register.district_table(layout)
    basins = register.basin_table(layout, rng)
    streets = register.street_table(layout, districts, rng)
    parcels = register.parcel_table(state, rng)
    buildings = register.building_table(state, parcels, streets, rng)
    units = register.unit_table(buildings, rng)
    sites = unregistered_sites(parcels, zone, rng)
    extra = build_on(
        lots.shapes[sites], zone[sites], fronts.bearing[sites], fronts.place[sites], rng, every=True
    )
    extra.parcel = sites[extra.parcel]
    seen = survey_from_the_air(buildings, extra, lots.shapes, rng)
    # A child of its own, so that what is drawn after the permits stays the same.
    permits = issue_permits(buildings, units, rng.spawn(1)[0])
    networks = _networks(surveyor, buildings, units, districts, rng)
    places = _places(state)
    return {
        "towns": {
            "name_ar": objects([called.ar]), "name_en": objects([called.en]), "name_fr": objects([called.fr]),
            "geom": objects([site.limits.polygon]),
        },
        "districts": districts,
        "basins": basins,
        "streets": streets,
        "zones": zoning.table,
        "parcels": parcels,
        "buildings": buildings,
        "units": units,
        "permits": permits,
        "places": places,
        "footprints": seen,
        **networks,
    }  # fmt: skip


def _networks(
    surveyor: Surveyor, buildings: Table, units: Table, districts: Table, rng: np.random.Generator
) -> dict[str, Table]:
    """Lay pipes, sewers and lights along the streets that have houses."""
    layout, terrain = surveyor.layout, surveyor.terrain
    graph = build_graph(layout.streets)
    hub = int(np.hypot(*(graph.nodes - surveyor.site.centre).T).argmin())
    houses = buildings["geom"][buildings["use"] != "agricultural"]
    piped = served_edges(graph, houses, hub)
    tables = lay_water(graph, piped, layout, terrain, rng).tables
    tables["water_connections"], tables["water_meters"] = connect_buildings(tables, buildings, units, rng)
    wanted = np.unique(np.concatenate([graph.start[piped], graph.end[piped]]))
    tables |= lay_sewers(graph, wanted, layout, terrain, rng)
    tables["street_lights"] = set_lights(graph, piped, layout, rng)
    for name, table in tables.items():
        if name not in ("pressure_zones", "water_meters"):
            table["district"] = register.district_of(shapely.point_on_surface(table["geom"]), districts)
    return tables


def rounded(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes with coordinates to the millimetre, those kept as they were that this would spoil."""
    result = shapely.transform(shapes, lambda points: np.round(points, 3))
    return np.where(shapely.is_valid(result), result, shapes)


def _places(state: register.Registered) -> Table:
    rows = [
        (
            FACILITIES[state.facility[k]].kind,
            state.chosen.names[int(state.lots.block[k])],
            state.lots.shapes[k],
        )
        for k in np.flatnonzero(state.facility >= 0)
    ]
    return {
        "kind": objects([kind for kind, _, _ in rows]),
        "name_ar": objects([name.ar for _, name, _ in rows]),
        "name_en": objects([name.en for _, name, _ in rows]),
        "name_fr": objects([name.fr for _, name, _ in rows]),
        "geom": objects([shapely.point_on_surface(shape) for _, _, shape in rows]),
    }
