"""The map and the list as on any day: what was in force then, from tiles and items alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cadastre.actions.approve import approve_record
from cadastre.models import Parcel
from tests.cadastre.cast import submitted
from tests.conftest import WebClient
from tests.layers.conftest import address, decoded, tile_at

LONG_AGO = datetime(2020, 5, 1, 9, tzinfo=UTC)


@pytest.fixture
def divided(lots: dict[str, Parcel], draft: Any, engineer: Any, approver: Any) -> set[int]:
    """Divide the first lot today, all lots having begun in 2020; return the ids of its parts."""
    Parcel.objects.update(begin_lifespan=LONG_AGO)
    record = draft("subdivision", ("split_parts", {"parcel": f"p{lots['A1'].pk}", "count": 2}))
    record = submitted(record, engineer)
    approve_record(record_id=record.pk, version=record.version, by=approver)
    return set(Parcel.objects.filter(opened_by=record, number__contains="/").values_list("pk", flat=True))


def items(query: str) -> Any:
    return WebClient().get(f"/api/v1/collections/parcels/items?limit=1000{query}")


def ids(query: str) -> set[int]:
    return {feature["id"] for feature in items(query).json()["features"]}


def test_items_are_those_in_force_on_the_day(lots: dict[str, Parcel], divided: set[int]) -> None:
    before = {lot.pk for lot in lots.values()}
    today = timezone.localdate()
    assert ids("&asOf=2020-04-30") == set()
    assert ids("&asOf=2020-05-01") == before
    assert ids("&asOf=2020-05-01T08:59:59Z") == set()
    assert ids("&asOf=2020-05-01T11:00:01%2B02:00") == before
    assert ids("&asOf=2020-05-01T11:00:01+02:00") == before
    assert ids(f"&asOf={today - timedelta(days=1)}") == before
    assert ids(f"&asOf={today}") == ids("") >= divided
    assert lots["A1"].pk not in ids("")
    page = items("&asOf=2021-01-01&number=101").json()
    assert page["numberMatched"] == 1


def test_a_parcel_of_the_past_is_read_on_its_own_days_alone(
    lots: dict[str, Parcel], divided: set[int]
) -> None:
    one = f"/api/v1/collections/parcels/items/{lots['A1'].pk}"
    assert WebClient().get(one).status_code == 404
    assert WebClient().get(f"{one}?asOf=2021-01-01").json()["properties"]["number"] == "101"
    assert WebClient().get(f"{one}?asOf=2020-01-01").status_code == 404


def test_tiles_are_those_of_the_day(lots: dict[str, Parcel], divided: set[int]) -> None:
    lot = Parcel.objects.get(pk=lots["A1"].pk)
    middle = lot.geom.transform(4326, clone=True).centroid
    path = address("parcels", tile_at(middle.x, middle.y, 17))

    def drawn(query: str) -> set[int]:
        return set(decoded(WebClient().get(path + query).content, "parcels"))

    assert divided <= drawn("")
    assert lot.pk not in drawn("")
    assert lot.pk in drawn("?asOf=2021-01-01")
    assert not divided & drawn("?asOf=2021-01-01")
    assert drawn(f"?asOf={timezone.localdate()}") == drawn("")
    assert drawn("?asOf=2019-01-01") == set()


@pytest.mark.parametrize(
    "written", ["yesterday", "2026-13-01", "9999-12-31", "2026-11-21T25:00:00Z", "2090-01-01"]
)
def test_what_is_no_day_or_still_to_come_is_refused(db: None, written: str) -> None:
    for path in ("/api/v1/collections/parcels/items", address("parcels", (14, 9000, 6700))):
        answer = WebClient().get(f"{path}?asOf={written}")
        assert answer.status_code == 400, answer.content
        assert "asOf" in str(answer.json()["errors"])


def test_a_layer_without_a_history_says_so(db: None) -> None:
    for path in ("/api/v1/collections/districts/items", address("districts", (14, 9000, 6700))):
        assert WebClient().get(f"{path}?asOf=2026-01-01").status_code == 400
    assert WebClient().get("/api/v1/collections/no-such-layer/items?asOf=2026-01-01").status_code == 404
