"""Breaches in what is written down: areas, shares."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import shapely
from django.db import connection

from cadastre.quality.coverage import Breach

_POINT = "ST_AsBinary(ST_PointOnSurface(p.geom))"
# The factors of cadastre.checks.land.FACTORS, in one statement over the whole register.
_AREAS = f"""
    SELECT p.id, abs(p.area_official_m2 - p.area_gis_m2), {_POINT}
    FROM cadastre_parcel p
    JOIN (VALUES ('gnss', 1.0), ('traverse', 2.0), ('photo', 4.0), ('digitised', 5.0)) k(class, factor)
      ON k.class = p.source_class
    WHERE p.end_lifespan IS NULL AND p.area_official_m2 IS NOT NULL
      AND abs(p.area_official_m2 - p.area_gis_m2)
          > greatest(0.5, k.factor * 0.2 * sqrt(p.area_official_m2::float8))
"""
_PIECES = f"""
    SELECT p.id, ST_NumGeometries(p.geom), {_POINT} FROM cadastre_parcel p
    WHERE p.end_lifespan IS NULL AND ST_NumGeometries(p.geom) > 1
"""

_UNITS = f"""
    SELECT u.id, p.id, {_POINT}, array_agg(r.share_num ORDER BY r.id), array_agg(r.share_den ORDER BY r.id)
    FROM cadastre_baunit u
    JOIN cadastre_right r ON r.unit_id = u.id AND r.end_lifespan IS NULL
         AND r.kind IN ('ownership', 'waqf', 'possession')
    JOIN cadastre_baunit_parcels l ON l.baunit_id = u.id
    JOIN cadastre_parcel p ON p.id = l.parcel_id AND p.end_lifespan IS NULL
    WHERE u.end_lifespan IS NULL
    GROUP BY u.id, p.id HAVING abs(sum(r.share_num::float8 / r.share_den) - 1) > 1e-12
        OR count(*) > 1
"""


def register_breaches() -> Iterator[Breach]:
    """Yield every parcel whose written area or number of pieces does not fit, and every unit whose shares do not."""
    for rule, sql in (("area-official", _AREAS), ("one-piece", _PIECES)):
        for parcel, measure, place in _rows(sql):
            yield Breach(rule, (parcel,), float(measure), shapely.from_wkb(bytes(place)))
    # The statement leaves out whole units that are surely whole; the sum itself is exact.
    for _unit, parcel, place, nums, dens in _rows(_UNITS):
        whole = sum((Fraction(num, den) for num, den in zip(nums, dens, strict=True)), Fraction(0))
        if whole != 1:
            yield Breach("shares", (parcel,), float(abs(whole - 1)), shapely.from_wkb(bytes(place)))


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
