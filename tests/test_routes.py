"""Who gets an answer at which address: every route is listed, and strangers get nothing."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.roles import STAFF_ROLES
from tests import routes

LISTED = routes.PUBLIC | routes.SIGNED_IN | routes.STAFF | set(routes.ROLES) | routes.OPERATORS
REFUSED = {401, 403, 404, 405}
SAMPLES = {
    "int": "1",
    "slug": "water-connections",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uuidstr": "00000000-0000-4000-8000-000000000000",
    "str": "x",
    "path": "x",
}


def every_route(resolver: Any = None, before: str = "") -> Iterator[str]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from every_route(one, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


def sample(route: str) -> str:
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match.group(1) or "str"], route)


def is_sent_to_sign_in(response: Any) -> bool:
    return response.status_code == 302 and "/login/" in response["Location"]


def test_every_route_is_listed_with_its_audience() -> None:
    assert sorted(set(every_route()) - LISTED) == []
    assert sorted(LISTED - set(every_route())) == []


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(routes.SIGNED_IN | routes.STAFF | set(routes.ROLES)))
def test_a_stranger_gets_nothing(client: Client, route: str) -> None:
    response = client.get(sample(route))
    assert is_sent_to_sign_in(response) or response.status_code in REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(routes.STAFF | set(routes.ROLES)))
def test_a_citizen_gets_nothing_of_the_staff(sign_in: Callable[..., Client], route: str) -> None:
    assert sign_in("citizen").get(sample(route)).status_code in REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(routes.ROLES))
def test_staff_without_the_role_gets_nothing(sign_in: Callable[..., Client], route: str) -> None:
    for role in sorted(STAFF_ROLES - routes.ROLES[route] - {"admin"}):
        response = sign_in(role).get(sample(route))
        assert response.status_code in REFUSED, role
