"""Statistical protection: what touches people leaves as counts of squares, never row by row."""

import csv
import json
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.verbs import Sensitivity
from layers.access import View
from layers.collections import Collection
from layers.sqltext import conditions, identifier, source

# The threshold that statistical offices commonly use for counts of persons (k-anonymity, k = 5).
FEWEST = 5
SQUARE_M = 250
_PERSONAL = frozenset({Sensitivity.IDENTITY.value, Sensitivity.DEBT.value})
Square = tuple[float, float, int]


def touches_people(collection: Collection) -> bool:
    """Say whether rows are about persons: some field names them or says what they owe."""
    return any(str(one.sensitivity) in _PERSONAL for one in collection.fields)


def squares(view: View) -> list[Square]:
    """Return west and south edge (grid metres) and count of each square; those with too few are left out.

    Counts are rounded to multiples of five, so that no sum tells what a missing square holds.
    """
    one = view.collection
    shape = f"ST_Centroid(t.{identifier(one.geometry)})"
    where = " AND ".join(["true", *conditions(view)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT floor(ST_X(c) / {SQUARE_M}) * {SQUARE_M}, floor(ST_Y(c) / {SQUARE_M}) * {SQUARE_M}, count(*)
                FROM (SELECT {shape} AS c FROM {source(view)} WHERE {where}) places
                WHERE c IS NOT NULL GROUP BY 1, 2 HAVING count(*) >= {FEWEST} ORDER BY 1, 2"""
        )
        return [(west, south, FEWEST * round(count / FEWEST)) for west, south, count in cursor.fetchall()]


def as_csv(found: list[Square], out: Path) -> None:
    """Write squares as CSV."""
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["west_m", "south_m", "square_m", "about"])
        writer.writerows([west, south, SQUARE_M, count] for west, south, count in found)


def as_geojson(found: list[Square], srid: int, out: Path) -> None:
    """Write squares as GeoJSON in degrees; `srid` is the grid of their edges."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT ST_AsGeoJSON(ST_Transform(ST_MakeEnvelope(w, s, w + {SQUARE_M}, s + {SQUARE_M}, %s), 4326), 7, 0)
                FROM unnest(%s::float8[], %s::float8[]) AS edges(w, s)""",
            [srid, [one[0] for one in found], [one[1] for one in found]],
        )
        shapes = [json.loads(row[0]) for row in cursor.fetchall()]
    features: list[dict[str, Any]] = [
        {"type": "Feature", "geometry": shape, "properties": {"about": one[2]}}
        for one, shape in zip(found, shapes, strict=True)
    ]
    out.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
