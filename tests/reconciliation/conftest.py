"""A queue with three cases in two districts, as its query would have found them."""

from datetime import date

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from municipality.models import District
from reconciliation.models import Case

KEY = "building-not-registered"


def square(east: float) -> MultiPolygon:
    """Return a square of 10 m by 10 m at an easting."""
    return MultiPolygon(Polygon.from_bbox((east, 180800, east + 10, 180810)), srid=28191)


@pytest.fixture
def districts(db: None) -> tuple[District, District]:
    """Two districts."""
    made = [
        District.objects.create(
            code=code, name_ar=code, name_en=code, name_fr=code, geom=square(174000 + at * 100)
        )
        for at, code in enumerate(("north", "south"))
    ]
    return made[0], made[1]


@pytest.fixture
def cases(districts: tuple[District, District]) -> list[Case]:
    """Three open cases: two in the north, one in the south."""
    return [
        Case.objects.create(
            queue=KEY, subject=f"site:{at}", label=f"CASE-{at}", evidence={"seen_m2": 100 + at, "parcel": f"{at}/1"},
            basis="b", district=districts[at // 2], rank=at, first_found_on=date(2026, 6, 1),
            geom=square(174000 + at * 50), yearly_value=1000 * (at + 1), currency="ILS",
        )
        for at in range(3)
    ]  # fmt: skip
