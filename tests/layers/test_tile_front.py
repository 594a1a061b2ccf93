"""The short way of the public's tiles gives what the long way gives, and only to the public."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from layers.tiles.front import TileFront
from tests.conftest import WEB, acting_as
from tests.layers.conftest import EAST, NORTH, address, tile_at

TILE = tile_at(35.2658, 32.2158, 15)
ROWS = [(i, f"POINT({EAST + 200 + i * 5} {NORTH + 200})", f"house {i}", 1, "") for i in range(1, 20)]
LONG_WAY = b"the long way"


@pytest.fixture(scope="module")
def lamps(layer: Callable[..., str]) -> str:
    return layer("front-lamps", "Point", ROWS)


@pytest.fixture(scope="module")
def hidden(layer: Callable[..., str]) -> str:
    return layer("front-hidden", "Point", ROWS, view_roles=["clerk"])


def ask(path: str, method: str = "GET", **sent: str) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    seen: list[Any] = []

    def rest(_environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [LONG_WAY]

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        **sent,
    }
    front = TileFront(rest, lambda *measured: seen.append(measured))
    with acting_as(WEB):
        body = b"".join(front(environ, lambda status, headers: told.extend((status, dict(headers)))))
    assert len(seen) == (body != LONG_WAY)
    return told[0], told[1], body


@override_settings(SECURE_SSL_REDIRECT=False)
def test_a_public_tile_is_the_same_on_both_ways(lamps: str, get: Callable[..., Any]) -> None:
    status, headers, body = ask(address(lamps, TILE))
    long_way = get(address(lamps, TILE))
    assert (status, body, headers["ETag"]) == ("200 OK", long_way.content, long_way["ETag"])
    assert headers["Content-Type"] == long_way["Content-Type"]
    assert headers["Cache-Control"] == long_way["Cache-Control"]
    again = ask(address(lamps, TILE), HTTP_IF_NONE_MATCH=headers["ETag"])
    assert (again[0], again[2]) == ("304 Not Modified", b"")
    assert ask(address(lamps, TILE), method="HEAD")[2] == b""
    assert ask(address(lamps, (15, 0, 0)))[0] == "204 No Content"


@override_settings(SECURE_SSL_REDIRECT=False)
@pytest.mark.parametrize(
    "sent",
    [
        {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}=abc"},
        {"HTTP_AUTHORIZATION": "Bearer abc"},
    ],
)
def test_who_brings_a_session_or_token_takes_the_long_way(lamps: str, sent: dict[str, str]) -> None:
    assert ask(address(lamps, TILE), **sent)[2] == LONG_WAY


@override_settings(SECURE_SSL_REDIRECT=False)
def test_refusals_take_the_long_way(lamps: str, hidden: str) -> None:
    for path in (
        address(hidden, TILE),
        address("nothing", TILE),
        f"/tiles/{lamps}/3/9/9.mvt",
        "/",
        "/tiles/",
    ):
        assert ask(path)[2] == LONG_WAY
    assert ask(address(lamps, TILE), method="POST")[2] == LONG_WAY


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_where_tls_is_the_rule_plain_requests_take_the_long_way(lamps: str) -> None:
    assert ask(address(lamps, TILE))[2] == LONG_WAY
    assert ask(address(lamps, TILE), HTTP_X_FORWARDED_PROTO="https")[2] != LONG_WAY
