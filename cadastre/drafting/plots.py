"""Plots: parcels in force ("p12") and proposed ones ("d7") alike, as values with a shape."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import shapely
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from cadastre.models import Record
from core.errors import NotFound, TooLarge

MOST_PLOTS = 5000
Bounds = tuple[float, float, float, float]
_SHARED = (
    "basin_id", "quarter", "number", "district_id", "street_id", "land_use", "zone_code", "source_class",
    "area_official_m2",
)  # fmt: skip


@dataclass(frozen=True)
class Plot:
    """A parcel in force or proposed; `parents` are ids of parcels in force, `base` the one it continues."""

    key: str
    shape: BaseGeometry
    basin_id: int
    number: str
    quarter: str = ""
    district_id: int | None = None
    street_id: int | None = None
    land_use: str = "vacant"
    zone_code: str = ""
    source_class: str = "digitised"
    area_official_m2: Decimal | None = None
    role: str = ""
    parents: tuple[int, ...] = ()
    base: int | None = None
    restores: int | None = None
    agreed_shares: tuple[dict[str, int], ...] = field(default=(), hash=False)

    @property
    def is_in_force(self) -> bool:
        """Say whether this is a row of the register rather than a proposal."""
        return self.key.startswith("p")

    @property
    def pk(self) -> int:
        """Return the row's id in its table."""
        return int(self.key[1:])


@dataclass(frozen=True)
class Surroundings:
    """The plots around a piece of work, as one record sees them, by key."""

    plots: dict[str, Plot]

    @property
    def roads(self) -> list[str]:
        """Return the keys of the plots that are roads."""
        return [key for key, plot in self.plots.items() if plot.land_use == "road"]


def in_force_within(bounds: Bounds, *, leave_out: Record | None = None) -> list[Plot]:
    """Return the parcels in force that meet a rectangle, without those that a record takes out."""
    sql = f"""
        SELECT 'p' || p.id, ST_AsBinary(p.geom), {", ".join(f"p.{name}" for name in _SHARED)}
        FROM cadastre_parcel p
        WHERE p.geom && ST_MakeEnvelope(%s, %s, %s, %s, {settings.GRID_SRID}) AND p.end_lifespan IS NULL
          AND NOT EXISTS (SELECT FROM cadastre_draftclaim c
                          WHERE c.parcel_id = p.id AND c.is_live AND c.record_id = %s)
        LIMIT {MOST_PLOTS + 1}
    """
    rows = _rows(sql, [*bounds, leave_out.pk if leave_out else 0])
    if len(rows) > MOST_PLOTS:
        raise TooLarge(_("The work covers too many parcels at once."))
    return [
        Plot(key=row[0], shape=_shape(row[1]), **dict(zip(_SHARED, row[2:], strict=True))) for row in rows
    ]


def in_force_by_id(ids: Iterable[int]) -> list[Plot]:
    """Return parcels in force or retired by their ids."""
    sql = f"""
        SELECT 'p' || id, ST_AsBinary(geom), {", ".join(_SHARED)}
        FROM cadastre_parcel WHERE id = ANY(%s) ORDER BY id
    """
    return [
        Plot(key=row[0], shape=_shape(row[1]), **dict(zip(_SHARED, row[2:], strict=True)))
        for row in _rows(sql, [list(ids)])
    ]


_DRAFT = """
    SELECT 'd' || d.id, ST_AsBinary(d.geom), d.role, d.parents, d.base_id, d.restores_id, d.agreed_shares,
           {columns}
    FROM cadastre_draftparcel d JOIN cadastre_record r ON r.id = d.record_id
    WHERE d.made_by <= r.cursor AND (d.ended_by IS NULL OR d.ended_by > r.cursor) AND {where}
    ORDER BY d.id
"""


def proposed_by(record: Record) -> list[Plot]:
    """Return what a record proposes now."""
    return _drafts("d.record_id = %s", [record.pk])


def proposed_by_others(bounds: Bounds, record: Record | None) -> list[Plot]:
    """Return what other open records propose within a rectangle."""
    where = f"""d.geom && ST_MakeEnvelope(%s, %s, %s, %s, {settings.GRID_SRID})
        AND r.state IN ('draft', 'submitted', 'returned') AND r.id <> %s"""
    return _drafts(where, [*bounds, record.pk if record else 0])


def _drafts(where: str, values: list[Any]) -> list[Plot]:
    sql = _DRAFT.format(columns=", ".join(f"d.{name}" for name in _SHARED), where=where)
    return [
        Plot(
            key=row[0],
            shape=_shape(row[1]),
            role=row[2],
            parents=tuple(row[3]),
            base=row[4],
            restores=row[5],
            agreed_shares=tuple(_json(row[6])),
            **dict(zip(_SHARED, row[7:], strict=True)),
        )
        for row in _rows(sql, values)
    ]


def _json(value: Any) -> list[dict[str, int]]:
    import json

    return json.loads(value) if isinstance(value, str) else value


def surroundings(
    record: Record | None, keys: Sequence[str], shapes: Iterable[BaseGeometry] = ()
) -> Surroundings:
    """Return the plots around some keys and shapes, as the record sees them: its proposals over the register."""
    proposed = {plot.key: plot for plot in (proposed_by(record) if record else [])}
    register_ids = [int(key[1:]) for key in keys if key.startswith("p") and key[1:].isdigit()]
    known = {**proposed, **{plot.key: plot for plot in in_force_by_id(register_ids)}}
    missing = [key for key in keys if key not in known]
    if missing:
        raise NotFound(_("There is no such parcel."), detail=", ".join(missing))
    extent = shapely.total_bounds([*(known[key].shape for key in keys), *shapes])
    west, south, east, north = (float(side) for side in extent)
    around = in_force_within((west - 1, south - 1, east + 1, north + 1), leave_out=record)
    plots = {plot.key: plot for plot in [*around, *proposed.values()]}
    gone = [key for key in keys if key not in plots]
    if gone:
        raise NotFound(
            _("This parcel is not in force, or this record has replaced it."), detail=", ".join(gone)
        )
    return Surroundings(plots)


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _shape(wkb: memoryview) -> BaseGeometry:
    """Return the shape; a multipolygon of one part as that polygon."""
    shape = shapely.from_wkb(bytes(wkb))
    return shape.geoms[0] if shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1 else shape
