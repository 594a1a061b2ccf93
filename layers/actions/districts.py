"""Take the municipality's districts from the shapes of a layer."""

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.policy import Subject
from core.errors import Unprocessable
from layers.access import view
from layers.collections import Collection
from layers.sqltext import column, conditions, identifier, table
from municipality.models import District

LONGEST_CODE, LONGEST_NAME = 20, 120
MOST = 500


@dataclass(frozen=True)
class Taken:
    """How many districts came new and how many were there and got other names or another boundary."""

    added: int
    changed: int


@transaction.atomic
def take_districts(*, layer: Collection, code: str, names: dict[str, str], by: Subject) -> Taken:
    """Make a district of each code in a layer of areas, or change the one that has the code.

    `code` and the values of `names` (by language) are fields of the layer that `by` may read. Shapes of
    one code become one district. None is taken away: rights and records may stand on it. Raises
    `Unprocessable` where a code or name is missing or too long, or there are more than 500.
    """
    rows = _rows(layer, code, names, by)
    if not rows:
        raise Unprocessable(_("This layer has no shapes."))
    if len(rows) > MOST:
        raise Unprocessable(
            _("Are these districts?"),
            detail=_("The layer has more than %(most)d codes. Choose the field that tells districts apart.")
            % {"most": MOST},
        )
    added = 0
    for key, *titles, shape in rows:
        _check(key, titles)
        named = dict(zip((f"name_{language}" for language in names), titles, strict=True))
        _row, is_new = District.objects.update_or_create(
            code=key, defaults={**named, "geom": cast(MultiPolygon, GEOSGeometry(shape))}
        )
        added += is_new
    return Taken(added, len(rows) - added)


def _rows(layer: Collection, code: str, names: dict[str, str], by: Subject) -> list[tuple[str, ...]]:
    seen = view(by, layer)
    fields = {one: seen.field(one) for one in {code, *names.values()}}
    missing = [name for name, field in fields.items() if field is None]
    if missing or "Polygon" not in layer.geometry_type:
        raise Unprocessable(_("Districts come from a layer of areas and its fields."))
    columns = {name: f"({column(field)})::text" for name, field in fields.items() if field is not None}
    titles = ", ".join(f"max(btrim({columns[name]}))" for name in names.values())
    shape = f"ST_Transform(t.{identifier(layer.geometry)}, {settings.GRID_SRID})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT btrim({columns[code]}), {titles},
                       ST_AsHEXEWKB(ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Union({shape})), 3)))
                FROM {table(layer)} t WHERE {" AND ".join(conditions(seen)) or "true"}
                GROUP BY 1 ORDER BY 1 LIMIT {MOST + 1}"""
        )
        return list(cursor.fetchall())


def _check(key: str | None, titles: list[str]) -> None:
    if not key or len(key) > LONGEST_CODE:
        raise Unprocessable(
            _("A district needs a code."),
            detail=_("“%(code)s” is empty or longer than %(most)d characters.")
            % {"code": (key or "")[:40], "most": LONGEST_CODE},
        )
    for title in titles:
        if not title or len(title) > LONGEST_NAME:
            raise Unprocessable(
                _("A district needs a name in each language."),
                detail=_("The name of district %(code)s is empty or longer than %(most)d characters.")
                % {"code": key, "most": LONGEST_NAME},
            )
