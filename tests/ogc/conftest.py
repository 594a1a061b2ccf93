"""The layer of trees, and ways to ask for it under /ogc/."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from layers.collections import Collection
from tests.cast import person
from tests.conftest import WebClient
from tests.layers.trees import plant


@pytest.fixture
def trees(db: None) -> Collection:
    return plant(license="CC BY 4.0")


@pytest.fixture
def ask(client: Client) -> Callable[..., Any]:
    """Return a function that asks as a stranger, or as the given client, and reads the JSON."""

    def get(path: str, visitor: Client | None = None, status: int = 200, **query: Any) -> Any:
        response = (visitor or client).get(f"/ogc/{path}", query, headers={"Accept-Language": "en"})
        assert response.status_code == status, response.content[:500]
        return response.json()

    return get


class Program:
    """A program with somebody's token."""

    def __init__(self, role: str, *verbs: str) -> None:
        who = person(role, username=f"{role}-program")
        _token, secret = ApiToken.issue(
            user=who,
            name="test",
            verbs=list(verbs or ("view", "edit")),
            expires_at=timezone.now() + timedelta(days=1),
        )
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}

    def send(
        self, method: str, path: str, body: Any = None, kind: str = "application/geo+json", **headers: str
    ) -> Any:
        """Send a request under /ogc/."""
        content = {} if body is None else {"data": body, "content_type": kind}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return WebClient().generic(method, f"/ogc/{path}", **_encoded(content), headers=self.headers | named)


def _encoded(content: dict[str, Any]) -> dict[str, Any]:
    body = content.get("data")
    return content if body is None or isinstance(body, str | bytes) else content | {"data": json.dumps(body)}
