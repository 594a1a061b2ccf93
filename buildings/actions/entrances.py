"""Doors: where they are, which one gives the building its address."""

from collections.abc import Mapping
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import transaction
from django.db.models import F

from buildings.actions.editing import keep, locked, put
from buildings.models import Building, Entrance

ENTRANCE_FIELDS = ("number", "street", "is_main")


@transaction.atomic
def enter_entrance(*, building: Building, values: Mapping[str, Any], place: Point | None = None) -> Entrance:
    """Enter a door, by default where the building is nearest to its street."""
    entrance = Entrance(building=building)
    put(entrance, values, may=ENTRANCE_FIELDS)
    if entrance.street_id is None:
        entrance.street_id = building.street_id
    entrance.geom = place or _nearest(building, entrance)
    _give_address(entrance)
    keep(entrance)
    return entrance


@transaction.atomic
def change_entrance(
    *, entrance_id: int, version: int | None, values: Mapping[str, Any], place: Point | None = None
) -> Entrance:
    """Change a door, and its place where one is given."""
    entrance = locked(Entrance, entrance_id, version=version)
    put(entrance, values, may=ENTRANCE_FIELDS)
    if place is not None:
        entrance.geom = place
    _give_address(entrance)
    entrance.version += 1
    keep(entrance)
    return entrance


def _give_address(entrance: Entrance) -> None:
    """Let the main door be the only main one, and its address the building's."""
    if not entrance.is_main:
        return
    others = Entrance.objects.in_force().filter(building=entrance.building_id, is_main=True)
    others.exclude(pk=entrance.pk or 0).update(is_main=False, version=F("version") + 1)
    address = {"house_number": entrance.number, "street_id": entrance.street_id}
    rows = Building.objects.in_force().filter(pk=entrance.building_id)
    rows.exclude(**address).update(**address, version=F("version") + 1)


def _nearest(building: Building, entrance: Entrance) -> Point:
    edge = shapely.from_wkb(bytes(building.geom.wkb)).boundary
    street: Any = entrance.street
    towards = shapely.from_wkb(bytes(street.geom.wkb)) if street else edge.centroid
    line = shapely.shortest_line(edge, towards)
    place: Any = GEOSGeometry(memoryview(shapely.Point(line.coords[0]).wkb), srid=building.geom.srid)
    found: Point = place
    return found
