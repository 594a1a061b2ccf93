"""A registered block to work on, and the people who work on it."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon

from accounts.models import User
from cadastre.actions.drafting import as_multipolygon, keep_operation
from cadastre.actions.records import add_source, open_record
from cadastre.models import Basin, Parcel, Record
from tests.cadastre.cadastre_block import block
from tests.cadastre.cast import TODAY, person


@pytest.fixture
def engineer(db: None) -> User:
    return person("layla", "engineer")


@pytest.fixture
def surveyor(db: None) -> User:
    return person("sami", "surveyor")


@pytest.fixture
def approver(db: None) -> User:
    return person("hanan", "approver")


@pytest.fixture
def stranger(db: None) -> User:
    return person("citizen", "citizen")


@pytest.fixture
def basin(db: None) -> Basin:
    around = Polygon.from_bbox((900, 1900, 1300, 2300))
    return Basin.objects.create(
        governorate="Nablus",
        locality="Nablus",
        number="8",
        geom=MultiPolygon(around, srid=settings.GRID_SRID),
    )


@pytest.fixture
def lots(basin: Basin) -> dict[str, Parcel]:
    """Return the registered block by lot name: numbers 101, 102, …, registered areas as they measure."""
    made = {}
    for number, (name, shape) in enumerate(block().items(), 101):
        made[name] = Parcel.objects.create(
            basin=basin,
            number=str(number),
            land_use="residential",
            source_class="gnss",
            area_official_m2=round(shape.area, 2),
            geom=as_multipolygon(shape),
        )
    return made


@pytest.fixture
def draft(engineer: User) -> Callable[..., Record]:
    """Return a maker of records: kind, then (operation, arguments) pairs."""

    def make(kind: str, *operations: tuple[str, dict]) -> Record:
        record = open_record(kind=kind, by=engineer, on=TODAY)
        add_source(record_id=record.pk, version=1, by=engineer, kind="plan", number="P-17")
        record.refresh_from_db()
        for name, arguments in operations:
            record, _made = keep_operation(
                record_id=record.pk, version=record.version, kind=name, arguments=arguments, by=engineer
            )
        return record

    return make
