"""How many features lie where: points gathered in square cells, for heat and clusters on the map."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from layers import values
from layers.access import View
from layers.collections import FieldType
from layers.features import asked
from layers.features.reading import bounded
from layers.sqltext import column, identifier, table
from layers.values import refused

MOST = 20_000
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)
Cell = tuple[float, float, int, float]


def cells(view: View, parameters: Mapping[str, str]) -> list[Cell]:
    """Return (longitude, latitude, features, weight) of each cell that is not empty.

    `size` is the side in metres of Web Mercator; the grid stands still, whatever the box. `weight`
    names a number to sum, else every feature counts one. The place is the mean of its features.
    Other parameters are those of a request for features.
    """
    rest = {name: value for name, value in parameters.items() if name not in ("size", "weight")}
    if "bbox" not in rest or not view.collection.has_geometry:
        raise refused("bbox", _("A box is written as west,south,east,north."))
    size = values.read("size", FieldType.NUMBER, parameters.get("size", ""))
    if not 0.1 <= size <= 1e7:
        raise refused("size", _("Cells are 0.1 to 10,000,000 m wide."))
    where = asked.read(view, rest).where
    weight = _weight(view, parameters.get("weight", ""))
    middle = f"ST_Centroid(t.{identifier(view.collection.tile_geometry)})"
    with bounded() as cursor:
        cursor.execute(
            f"""SELECT ST_X(place), ST_Y(place), n, w FROM (
                  SELECT ST_Transform(ST_SetSRID(ST_MakePoint(avg(x), avg(y)), 3857), 4326) AS place, count(*) AS n,
                    coalesce(sum(weight), 0)::float8 AS w
                  FROM (SELECT ST_X({middle}) AS x, ST_Y({middle}) AS y, {weight} AS weight
                        FROM {table(view.collection)} t WHERE {where.text}) points
                  GROUP BY floor(x / %s), floor(y / %s) LIMIT {MOST + 1}) found""",
            [*where.values, size, size],
        )
        found = cursor.fetchall()
    if len(found) > MOST:
        raise refused("size", _("So many cells are too many: ask for larger ones or a smaller area."))
    return [(round(x, 6), round(y, 6), n, w) for x, y, n, w in found]


def _weight(view: View, name: str) -> str:
    if not name:
        return "1"
    field = view.field(name)
    if field is None or field.type not in _NUMBERS:
        raise refused("weight", _("This layer has no such field."))
    # What is less than nothing does not glow.
    return f"greatest(({column(field)})::float8, 0)"
