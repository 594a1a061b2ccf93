"""What no column of the database can hold, a NUL or a number beyond all keys, is refused wherever it comes in."""

from collections.abc import Callable

import pytest

from tests.conftest import WebClient

pytestmark = pytest.mark.django_db


def test_a_nul_in_an_address_or_a_body_is_refused_and_is_no_fault_of_ours(
    sign_in: Callable[..., WebClient],
) -> None:
    engineer = sign_in("engineer")
    for path in ("/api/v1/records?q=%00", "/staff/records/?q=a%00", "/ogc/collections?x=%00"):
        assert engineer.get(path).status_code == 400, path
    body = '{"title": "a\\u0000", "columns": [], "query": "", "is_shared": false}'
    answer = engineer.post("/api/v1/collections/parcels/views", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    written = engineer.post(
        "/api/v1/collections/parcels/views",
        body.replace("\\u0000", "\\\\u0000"),
        content_type="application/json",
    )
    assert (written.status_code, written.json()["title"]) == (201, "a\\u0000")


def test_a_number_beyond_all_keys_names_nothing_and_fits_nowhere(sign_in: Callable[..., WebClient]) -> None:
    engineer = sign_in("engineer")
    largest, beyond = 2**63 - 1, 100838038063132776071168
    assert engineer.get(f"/staff/records/{beyond}/").status_code == 404
    assert engineer.get(f"/api/v1/parcels/{largest}/lineage").status_code == 404
    # Last: what the database refuses ends the transaction in which tests run.
    assert engineer.get(f"/api/v1/parcels/{beyond}/lineage").status_code == 422
