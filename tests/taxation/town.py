"""A street of three buildings on the 100 m grid, for tests of the tax map and its queues."""

from django.contrib.gis.geos import MultiPolygon, Polygon

from buildings.models import Building, Unit
from taxation.actions.register import take_in
from taxation.models import TaxUnit

EAST, NORTH = 174600.0, 180800.0


def square(east: float, north: float, side: float = 10) -> MultiPolygon:
    """Return a square with its lower left corner so far from the street's beginning."""
    x, y = EAST + east, NORTH + north
    return MultiPolygon(
        Polygon(((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))), srid=28191
    )


def building(code: str, east: float, *, units: int = 1, floors: int = 1, area: int = 100) -> Building:
    """Return a building with its units, one on each floor."""
    made = Building.objects.create(code=code, floors=floors, geom=square(east, 0))
    for number in range(units):
        Unit.objects.create(building=made, number=str(number + 1), floor=number, area_m2=area)
    return made


def taxed(code: str, east: float, **facts) -> TaxUnit:
    """Return the tax unit of a building with one unit."""
    made = building(code, east)
    take_in()
    unit = TaxUnit.objects.get(building=made)
    unit.facts = facts
    unit.save(update_fields=["facts"])
    return unit
