"""What a tile draws is what PostGIS' own full form draws, for every kind of shape."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from shapely.geometry import shape

from tests.layers.conftest import EAST, NORTH, address, decoded, tile_at

CENTRE = (35.2658, 32.2158)
# Rounding in two ways can part by one unit along each axis.
TOLERANCE = 1.5


def square(x: float, y: float, size: float) -> str:
    east, north = EAST + x, NORTH + y
    corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    return "(" + ", ".join(f"{east + dx} {north + dy}" for dx, dy in corners) + ")"


def circle(x: float, y: float, radius: float, parts: int) -> str:
    return f"ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint({EAST + x}, {NORTH + y}), 28191), {radius}, {parts}))"


def polygons() -> list[tuple[Any, ...]]:
    rows = [
        (i, f"MULTIPOLYGON(({square(i % 30 * 20, i // 30 * 20, 13.7)}))", f"house {i}", i % 9, "")
        for i in range(900)
    ]
    rows.append((1001, f"MULTIPOLYGON(({square(700, 0, 90)}, {square(720, 20, 30)}))", "courtyard", 1, ""))
    rows.append(
        (1002, f"MULTIPOLYGON(({square(700, 100, 30)}), ({square(800, 130, 50)}))", "two wings", 2, "")
    )
    rows.append(
        (
            1003,
            f"MULTIPOLYGON(({square(700, 200, 80)}, {square(710, 210, 20)}, {square(740, 240, 20)}))",
            "two yards",
            2,
            "",
        )
    )
    rows.append(
        (
            1004,
            f"MULTIPOLYGON(({square(-30000, -30000, 60000)}, {square(300, 300, 40)}))",
            "the district",
            0,
            "",
        )
    )
    return rows


@pytest.fixture(scope="module")
def shapes(layer: Callable[..., str]) -> dict[str, str]:
    lines = [
        (
            i,
            f"MULTILINESTRING(({EAST + i * 9} {NORTH}, {EAST + i * 9 + 40} {NORTH + i * 3}, {EAST + i * 5} {NORTH + 700}))",
            "",
            0,
            "",
        )
        for i in range(90)
    ]
    lines.append(
        (
            200,
            f"MULTILINESTRING(({EAST - 9000} {NORTH + 50}, {EAST + 9000} {NORTH + 60}))",
            "through road",
            0,
            "",
        )
    )
    lines.append(
        (
            201,
            f"MULTILINESTRING(({EAST} {NORTH}, {EAST + 50} {NORTH}), ({EAST} {NORTH + 90}, {EAST + 9} {NORTH + 99}))",
            "",
            0,
            "",
        )
    )
    points = [(i, f"POINT({EAST + i * 7.3} {NORTH + i * 5.1})", f"lamp {i}", 0, "") for i in range(150)]
    mixed = [
        (1, f"POINT({EAST + 10} {NORTH + 10})", "", 0, ""),
        (2, f"LINESTRING({EAST} {NORTH}, {EAST + 300} {NORTH + 200})", "", 0, ""),
        (3, f"POLYGON({square(50, 50, 40)})", "", 0, ""),
    ]
    return {
        "polygons": layer("shape-polygons", "MultiPolygon", polygons()),
        "lines": layer("shape-lines", "MultiLineString", lines),
        "points": layer("shape-points", "Point", points),
        "mixed": layer("shape-mixed", "Geometry", mixed),
    }


def full_form(slug: str, tile: tuple[int, int, int]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT ST_AsMVT(r, %s, 4096, 'g', 'id') FROM (
                  SELECT id, ST_AsMVTGeom(geom_tile, ST_TileEnvelope(%s, %s, %s), 4096, 64, true) AS g
                  FROM imported.{slug.replace("-", "_")}
                  WHERE geom_tile && ST_TileEnvelope(%s, %s, %s, margin => 64.0 / 4096)) r WHERE g IS NOT NULL""",
            [slug, *tile, *tile],
        )
        return decoded(bytes(cursor.fetchone()[0]), slug)


@pytest.mark.parametrize("kind", ["polygons", "lines", "points", "mixed"])
@pytest.mark.parametrize("z", [14, 15, 16, 17, 18])
def test_a_tile_holds_the_same_shapes_as_the_full_form(
    shapes: dict[str, str], get: Callable[..., Any], kind: str, z: int
) -> None:
    slug, (_z, x, y) = shapes[kind], tile_at(*CENTRE, z)
    seen = 0
    for tile in [(z, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]:
        ours = decoded(get(address(slug, tile)).content, slug)
        theirs = full_form(slug, tile)
        assert set(ours) == set(theirs)
        for key, feature in ours.items():
            drawn, expected = shape(feature["geometry"]), shape(theirs[key]["geometry"])
            assert drawn.geom_type.replace("Multi", "") == expected.geom_type.replace("Multi", "")
            assert drawn.hausdorff_distance(expected) <= TOLERANCE, (kind, tile, key)
        seen += len(ours)
    assert seen > 0


def test_holes_stay_holes(shapes: dict[str, str], get: Callable[..., Any]) -> None:
    tile = tile_at(*CENTRE, 15)
    found: dict[int, Any] = {}
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            found |= decoded(
                get(address(shapes["polygons"], (15, tile[1] + dx, tile[2] + dy))).content, shapes["polygons"]
            )
    assert len(found[1001]["geometry"]["coordinates"]) == 2
    assert len(found[1003]["geometry"]["coordinates"]) == 3
    assert found[1002]["geometry"]["type"] == "MultiPolygon"


def test_a_shape_far_larger_than_the_tile_covers_it(shapes: dict[str, str], get: Callable[..., Any]) -> None:
    z, x, y = tile_at(CENTRE[0] + 0.05, CENTRE[1] + 0.05, 16)
    drawn = decoded(get(address(shapes["polygons"], (z, x, y))).content, shapes["polygons"])
    assert list(drawn) == [1004]
    assert shape(drawn[1004]["geometry"]).area >= 4096**2


def test_a_tile_carries_the_fields_meant_for_it(shapes: dict[str, str], get: Callable[..., Any]) -> None:
    drawn = decoded(get(address(shapes["polygons"], tile_at(*CENTRE, 15))).content, shapes["polygons"])
    house = next(feature for key, feature in drawn.items() if key < 900)
    assert house["properties"] == {"name": f"house {house['id']}", "floors": house["id"] % 9}
