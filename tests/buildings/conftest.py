"""The small town of the demo's own tests, and a parcel with a house on a 100 m grid."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from buildings.models import Building
from cadastre.models import Basin, Parcel
from tests.demo.conftest import town

__all__ = ["town"]


def box(east: float, north: float, width: float, depth: float) -> MultiPolygon:
    """Return a rectangle by its south-western corner and its sides."""
    return MultiPolygon(Polygon.from_bbox((east, north, east + width, north + depth)), srid=28191)


@pytest.fixture
def ground(db: None) -> Parcel:
    """A parcel of 100 m by 60 m with its south-western corner at (174700, 180800), number 12/3 of basin 7."""
    land = MultiPolygon(Polygon.from_bbox((174700, 180800, 174800, 180860)), srid=28191)
    basin = Basin.objects.create(governorate="g", locality="l", number="7", geom=land)
    return Parcel.objects.create(basin=basin, number="12/3", geom=land)


@pytest.fixture
def house(ground: Parcel) -> Building:
    """A house of 20 m by 10 m on it, two floors."""
    return Building.objects.create(code="7-12/3-1", parcel=ground, floors=2, geom=box(174710, 180810, 20, 10))
