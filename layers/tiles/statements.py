"""The SQL of a tile, composed once for each collection and set of rights.

Inside a tile a feature needs no clipping: it is moved and scaled, and `ST_AsMVT` cuts the decimals,
for which half a unit is added. Only features over the edge go through `ST_AsMVTGeom`. Measured in
`bench/tiles`: 0.3 to 0.5 times the cost, within 1.5 units of the full form.
"""

from functools import lru_cache

from accounts.policy import EPOCH_SQL
from layers.access import View
from layers.prepared import Statement, numbered
from layers.sqltext import conditions, identifier, source, tile_value
from layers.tiles.grid import BUFFER, EXTENT

# Above this zoom every feature is a candidate; below it some stand for the others.
OVERVIEW_BELOW = 14
# Shapes of so few bytes (about 24 points) are not worth simplifying at small scales; how many bytes a row
# holds is known without reading the shape, how many points is not.
PLAIN_BYTES = 450
FINE = 16
_WHERE = {
    "reach": "geometry",
    "inner": "geometry",
    "box": "geometry",
    "dx": "float8",
    "dy": "float8",
    "scale": "float8",
    "flip": "float8",
}
_CHECK = {"relation": "text", "z": "integer", "x": "integer", "y": "integer"}

_CATALOGUE_VERSION = """
    CASE WHEN EXISTS (SELECT 1 FROM layers_touch WHERE relation = 'catalogue') THEN -1
    ELSE coalesce((SELECT version FROM layers_relationversion WHERE relation = 'catalogue'), 0) END"""
_VERSION = """
    CASE WHEN EXISTS (SELECT 1 FROM layers_touch WHERE relation = :relation) THEN -1
    WHEN :z < 14 THEN coalesce((SELECT version FROM layers_relationversion WHERE relation = :relation), 0)
    ELSE greatest(
      (SELECT whole FROM layers_relationversion WHERE relation = :relation),
      (SELECT version FROM layers_cellversion
       WHERE relation = :relation AND x = :x >> (:z - 14) AND y = :y >> (:z - 14)), 0) END"""

# The instant whose rows are drawn; bound, so that every day shares one statement.
_INSTANT = ":at"

# What a kept tile is compared with: policy epoch, catalogue version, version of this part of the table.
CHECK = numbered(f"SELECT ({EPOCH_SQL}), {_CATALOGUE_VERSION}, {_VERSION}", _CHECK)


@lru_cache(maxsize=1024)
def _statement(sql: str, more: tuple[tuple[str, str], ...]) -> Statement:
    return numbered(sql, {**_CHECK, **_WHERE, **dict(more)})


def _then(view: View) -> tuple[tuple[str, str], ...]:
    return (("at", "timestamptz"),) if view.at else ()


def _instant(view: View) -> str:
    return _INSTANT if view.at else ""


def draw(view: View) -> Statement:
    """Return the statement that draws every feature; its first columns are those of `CHECK`."""
    return _statement(_whole(view, _rows(view, _in_reach(view))), _then(view))


def draw_above(view: View) -> Statement:
    """Return the statement that draws the features of an overfull tile from a size on."""
    rows = _rows(view, _in_reach(view), f"{_size(view)} >= :least")
    return _statement(_whole(view, rows), (*_then(view), ("least", "float8")))


def size_of_last(view: View) -> Statement:
    """Return the statement for the size of the smallest of the `keep` largest features of a tile."""
    where = " AND ".join([_in_reach(view), *conditions(view, _instant(view))])
    return numbered(
        f"SELECT coalesce((SELECT {_size(view)} FROM {source(view, _instant(view))} WHERE {where} "
        "ORDER BY 1 DESC OFFSET greatest(:keep - 1, 0) LIMIT 1), 0)",
        {"reach": "geometry", **dict(_then(view)), "keep": "integer"},
    )


def draw_overview(view: View) -> Statement:
    """Return the statement that draws what stands for the others, chosen `coarser` levels above."""
    one = view.collection
    level = "FROM layers_overview WHERE collection = :collection AND level = :z - :coarser"
    columns = "x BETWEEN (:x * 64 >> :coarser) - 1 AND (:x * 64 + 63 >> :coarser) + 1"
    rows = "y BETWEEN (:y * 64 >> :coarser) - 1 AND (:y * 64 + 63 >> :coarser) + 1"
    # Rows that are looked up by a sorted list of keys cost less than by a join, and the boxes of the
    # shapes need no second look.
    standing = f"""t.{identifier(one.key)} = ANY (ARRAY(
        SELECT fid {level} AND NOT is_wide AND {columns} AND {rows} AND box && :reach
        UNION ALL SELECT fid {level} AND is_wide AND box && :reach))"""
    more = (("collection", "text"), ("coarser", "integer"))
    return _statement(_whole(view, _rows(view, standing, simplified=True)), more)


def _whole(view: View, rows: str) -> str:
    return f"""
    SELECT epoch, catalogue, version, tile.body, tile.features
    FROM (SELECT ({EPOCH_SQL}) AS epoch, {_CATALOGUE_VERSION} AS catalogue, {_VERSION} AS version) now,
    (SELECT ST_AsMVT(r, '{view.collection.id}', {EXTENT}, 'geom_', 'id_') AS body, count(*) AS features
     FROM ({rows}) r) tile"""


def _size(view: View) -> str:
    """Return the SQL of a feature's size: the squared diagonal of its box."""
    shape = f"t.{identifier(view.collection.tile_geometry)}"
    return f"((ST_XMax({shape}) - ST_XMin({shape})) ^ 2 + (ST_YMax({shape}) - ST_YMin({shape})) ^ 2)"


def _in_reach(view: View) -> str:
    return f"t.{identifier(view.collection.tile_geometry)} && :reach"


def _rows(view: View, chosen: str, *more: str, simplified: bool = False) -> str:
    one = view.collection
    values = [tile_value(view, field) for field in view.fields if field.in_tile]
    geometry = _shortcut(one.geometry_type, f"t.{identifier(one.tile_geometry)}", simplified=simplified)
    where = " AND ".join([chosen, *conditions(view, _instant(view)), *more])
    columns = ", ".join([f"t.{identifier(one.key)} AS id_", *values, f"{geometry} AS geom_"])
    return f"SELECT {columns} FROM {source(view, _instant(view))} WHERE {where}"


def _shortcut(kind: str, shape: str, *, simplified: bool) -> str:
    if kind == "Geometry":
        return _simplified(shape) if simplified else _clipped(shape)
    moved = f"ST_TransScale({shape}, :dx, :dy, :scale, :flip)"
    if "Point" in kind:
        return f"CASE WHEN {shape} @ :inner THEN {moved} ELSE {_clipped(shape)} END"
    seen = (
        f"{_wide(kind, shape)} AND pg_column_size({shape}) <= {PLAIN_BYTES}"
        if simplified
        else _seen(kind, shape)
    )
    full = _simplified(shape) if simplified else _clipped(shape)
    return f"CASE WHEN {shape} @ :inner AND {seen} THEN {moved} ELSE {full} END"


def _seen(kind: str, shape: str) -> str:
    # From zoom 16 on a unit is less than what surveys tell apart.
    return f"(:z >= {FINE} OR {_wide(kind, shape)})"


def _wide(kind: str, shape: str) -> str:
    """Say that a shape is larger than a unit: what is smaller would collapse, and the full form leaves it out.

    Each function call reads the shape again, which is dear for every feature of a tile: one for an
    area, and mostly two for a line.
    """
    if "Polygon" in kind:
        return f"ST_Area({shape}) > 4 / :scale / :scale"
    sides = (f"ST_{axis}Max({shape}) - ST_{axis}Min({shape}) > 2 / :scale" for axis in "XY")
    return f"({' OR '.join(sides)})"


def _clipped(shape: str) -> str:
    return f"ST_AsMVTGeom({shape}, :box, {EXTENT}, {BUFFER}, true)"


def _simplified(shape: str) -> str:
    return _clipped(f"ST_Simplify({shape}, 0.5 / :scale, true)")
