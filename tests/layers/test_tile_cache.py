"""A kept tile is never older than what is committed, whoever changed it and in whatever order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from layers.tiles import cache
from tests.layers.conftest import EAST, NORTH, address, decoded, other_connection, tile_at

CENTRE = (35.2658, 32.2158)
FAR_AWAY = (35.30, 32.25)
HOUSES = [
    (i, f"POINT({EAST + 200 + i * 5} {NORTH + 200})", f"house {i}", i % 5, "somebody") for i in range(1, 40)
]


@pytest.fixture
def houses(layer: Callable[..., str]) -> str:
    return layer("cache-houses", "Point", HOUSES)


@pytest.fixture
def other() -> Iterator[Any]:
    held = other_connection()
    yield held
    held.rollback()
    held.close()


def run(held: Any, sql: str) -> None:
    with held.cursor() as cursor:
        cursor.execute(sql)


def names(response: Any) -> set[str]:
    return {feature["properties"]["name"] for feature in decoded(response.content, "cache-houses").values()}


def at(z: int) -> str:
    return address("cache-houses", tile_at(*CENTRE, z))


def test_an_edit_by_another_program_is_on_the_next_tile(
    houses: str, get: Callable[..., Any], other: Any
) -> None:
    for z in (9, 13, 14, 16):
        before = get(at(z))
        assert "house 1" in names(before)
        run(other, "UPDATE imported.cache_houses SET name = 'villa' WHERE id = 1")
        other.commit()
        after = get(at(z))
        assert "villa" in names(after)
        assert after["ETag"] != before["ETag"]
        run(other, "UPDATE imported.cache_houses SET name = 'house 1' WHERE id = 1")
        other.commit()


def test_an_unchanged_tile_is_not_drawn_or_sent_again(houses: str, get: Callable[..., Any]) -> None:
    first = get(at(15))
    again = get(at(15), **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert cache.read(next(iter(str(p) for p in cache.ROOT.glob("cache-houses/*/15/*")))) is not None


def test_an_edit_elsewhere_leaves_a_tile_as_it_is(houses: str, get: Callable[..., Any], other: Any) -> None:
    before = get(at(16))
    run(
        other,
        "INSERT INTO imported.cache_houses (id, geom, name) VALUES (900, "
        f"ST_Transform(ST_SetSRID(ST_MakePoint({FAR_AWAY[0]}, {FAR_AWAY[1]}), 4326), 28191), 'far')",
    )
    other.commit()
    assert get(at(16))["ETag"] == before["ETag"]
    assert get(at(10))["ETag"] != before["ETag"]
    assert "far" in names(get(address(houses, tile_at(*FAR_AWAY, 16))))


def test_what_is_not_committed_is_not_on_a_tile_and_is_after(
    houses: str, get: Callable[..., Any], other: Any
) -> None:
    run(other, "UPDATE imported.cache_houses SET name = 'draft' WHERE id = 2")
    assert "draft" not in names(get(at(15)))
    assert "draft" not in names(get(at(15)))
    other.commit()
    assert "draft" in names(get(at(15)))


def test_of_two_transactions_the_one_that_commits_last_is_not_lost(
    houses: str, get: Callable[..., Any], other: Any
) -> None:
    second = other_connection()
    try:
        run(other, "UPDATE imported.cache_houses SET name = 'slow' WHERE id = 3")
        run(second, "UPDATE imported.cache_houses SET name = 'quick' WHERE id = 4")
        second.commit()
        assert {"quick", "house 3"} <= names(get(at(15)))
        other.commit()
        assert {"quick", "slow"} <= names(get(at(15)))
    finally:
        second.close()


def test_an_edit_taken_back_changes_nothing(houses: str, get: Callable[..., Any], other: Any) -> None:
    before = get(at(15))
    run(other, "DELETE FROM imported.cache_houses")
    other.rollback()
    after = get(at(15))
    assert (after["ETag"], after.content) == (before["ETag"], before.content)


def test_emptying_a_table_empties_its_tiles(houses: str, get: Callable[..., Any], other: Any) -> None:
    assert get(at(14)).status_code == 200
    run(other, "TRUNCATE imported.cache_houses")
    other.commit()
    assert (get(at(14)).status_code, get(at(14)).content) == (204, b"")


def test_a_kept_tile_that_is_damaged_is_drawn_again(houses: str, get: Callable[..., Any]) -> None:
    expected = get(at(15)).content
    for file in cache.ROOT.glob("cache-houses/*/15/*"):
        file.write_bytes(b"\0\1")
    assert get(at(15)).content == expected


def test_the_oldest_tiles_make_room(houses: str, get: Callable[..., Any]) -> None:
    for z in range(9, 17):
        assert get(at(z)).status_code == 200
    assert cache.sweep(largest_total=0) >= 8
    assert get(at(15)).status_code == 200
