"""Buildings taken along and brought back: by the rules of the register, district and version included."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, MultiLineString

from accounts.authentication import subject_of_user
from accounts.models import User
from buildings.models import Building, Entrance, Floor, Unit
from cadastre.models import Street
from layers.fieldwork.packing import pack
from layers.fieldwork.returning import take_back
from layers.models import FieldRow
from tests.buildings.conftest import box
from tests.cast import person

pytestmark = pytest.mark.django_db
STREET = MultiLineString(LineString((174700, 180795), (174800, 180795)), srid=28191)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def back(package: Path, by: User, *statements: str) -> list[FieldRow]:
    with closing(sqlite3.connect(package)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            base.execute(statement)
        base.commit()
    returned = take_back(path=package, by=by, subject=subject_of_user(by))
    return list(returned.rows.order_by("fid"))


def test_buildings_come_back_by_the_rules_of_the_register(house: Building, tmp_path: Path) -> None:
    others = [
        Building.objects.create(code=f"A-{n}", parcel=house.parcel, geom=box(174740 + n * 12, 180830, 10, 10))
        for n in (1, 2, 3, 4)
    ]
    surveyor, package = person("surveyor"), tmp_path / "town.gpkg"
    pack(subject_of_user(surveyor), package)
    Building.objects.filter(code="A-3").update(floors=7, version=2)
    found = back(
        package,
        surveyor,
        "UPDATE buildings SET floors = 4 WHERE code = 'A-1'",
        "UPDATE buildings SET floors = -1 WHERE code = 'A-2'",
        "UPDATE buildings SET floors = 5 WHERE code = 'A-3'",
        "UPDATE buildings SET footprint_m2 = 5 WHERE code = 'A-4'",
        "INSERT INTO buildings (use, floors, geom) SELECT use, 2, geom FROM buildings WHERE code = 'A-4'",
    )
    by_key = {row.key: row for row in found}
    outcomes = [by_key[one.pk].outcome for one in others]
    assert outcomes == ["applied", "refused", "conflict", "refused"]
    assert "floors" in by_key[others[1].pk].reason
    assert by_key[others[2].pk].differences == {"floors": {"was": 1, "yours": 5, "now": 7}}
    assert list(
        Building.objects.filter(code__startswith="A-").order_by("code").values_list("floors", flat=True)
    ) == [4, 1, 7, 1]
    # It would stand on A-4.
    assert (found[-1].key, found[-1].outcome) == (None, "refused")
    assert Building.objects.count() == 5


def test_floors_units_doors_and_permits_come_back_too(house: Building, tmp_path: Path) -> None:
    street = Street.objects.create(code="S1", name_ar="ش", name_en="s", name_fr="r", geom=STREET)
    Building.objects.update(street=street)
    ground = Floor.objects.create(building=house, level=0, covered_m2=200)
    shop = Unit.objects.create(building=house, number="1", area_m2=50)
    stale = Unit.objects.create(building=house, number="2", area_m2=60)
    surveyor, package = person("surveyor"), tmp_path / "town.gpkg"
    pack(subject_of_user(surveyor), package)
    Unit.objects.filter(pk=stale.pk).update(area_m2=61, version=2)
    changes = (
        "UPDATE floors SET covered_m2 = 190.5",
        f"INSERT INTO floors (building, level, use, covered_m2) VALUES ('{house.code}', 0, 'residential', 9)",
        "UPDATE units SET use = 'shop' WHERE number = '1'",
        "UPDATE units SET area_m2 = 70 WHERE number = '2'",
        f"INSERT INTO units (building, number, floor, use, area_m2) VALUES ('{house.code}', '3', 1, 'office', 40.25)",
        "INSERT INTO units (building, number, floor, use, area_m2) VALUES ('nowhere', '4', 1, 'office', 40)",
        f"INSERT INTO entrances (building, number, is_main) VALUES ('{house.code}', '12', 1)",
    )
    rows = back(package, surveyor, *changes)
    outcomes = {(row.collection, row.fid): row.outcome for row in rows}
    assert outcomes == {
        ("floors", 1): "applied", ("floors", 2): "refused", ("units", 1): "applied", ("units", 2): "conflict",
        ("units", 3): "applied", ("units", 4): "refused", ("entrances", 1): "applied",
    }  # fmt: skip
    for row in (ground, shop, stale, house):
        row.refresh_from_db()
    assert (str(ground.covered_m2), shop.use, str(stale.area_m2)) == ("190.50", "shop", "61.00")
    assert str(Unit.objects.get(number="3").area_m2) == "40.25"
    door = Entrance.objects.get()
    assert (door.number, door.street, house.house_number) == ("12", street, "12")
    assert door.geom.distance(house.geom.boundary) < 0.001

    again = back(package, surveyor)
    assert {row.outcome for row in again if row.collection != "units"} <= {"kept", "refused"}
    assert Unit.objects.count() == 3
    assert Floor.objects.count() == 1
