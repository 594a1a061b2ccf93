"""The register by page and by program: rules of each table, versions, districts, history."""

import io
import json
import struct
import zlib
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Polygon
from django.test import Client
from PIL import Image

from buildings.actions import photos
from buildings.models import Building, BuildingSettings, Floor, Photo, Unit
from buildings.numbering import house_number, next_house_number, written
from buildings.outlines import squared
from cadastre.models import Parcel, Street
from core.errors import TooLarge, Unprocessable
from core.pdf import weasyprint
from core.pictures import redraw
from tests.buildings.conftest import box

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
API = "/api/v1/buildings"


def square_at(east: float, north: float, side: float = 10) -> dict[str, object]:
    return json.loads(Polygon.from_bbox((east, north, east + side, north + side)).geojson)


def send(client: Client, method: str, path: str, tag: str = "", **body: object) -> object:
    headers = {"HTTP_IF_MATCH": tag} if tag else {}
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", **headers)


def picture(size: tuple[int, int] = (60, 40), form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0B5A6B").save(out, form)
    return out.getvalue()


def test_a_new_building_gets_its_parcel_and_a_number_by_the_grammar(sign_in: SignIn, ground: Parcel) -> None:
    BuildingSettings.objects.create(pk=1, grammar="{parcel}-{building}-{street}")
    client = sign_in("engineer")
    made = send(client, "post", API, geometry=square_at(174720, 180820), srid=28191, values={"floors": 3})
    assert made.status_code == 201
    assert made.json()["values"]["code"] == "12/3-1"
    assert made.json()["parcel"] == ground.pk
    again = send(client, "post", API, geometry=square_at(174760, 180820), srid=28191)
    assert again.json()["values"]["code"] == "12/3-2"


@pytest.mark.parametrize(
    ("shape", "status", "says"),
    [
        (square_at(300000, 300000), 422, "parcel"),
        (square_at(174712, 180811, 8), 409, "7-12/3-1"),
        ({"type": "Point", "coordinates": [1, 2]}, 422, "area"),
        ({"type": "Polygon", "coordinates": [[[174720, 180840], [174740, 180850], [174740, 180840], [174720, 180850], [174720, 180840]]]}, 422, "crosses"),
        ({"type": "Nonsense"}, 422, "outline"),
    ],
)  # fmt: skip
def test_a_footprint_that_cannot_be_is_refused_and_nothing_kept(
    sign_in: SignIn, house: Building, shape: object, status: int, says: str
) -> None:
    answer = sign_in("engineer").post(
        API + "?lang=en", json.dumps({"geometry": shape, "srid": 28191}), content_type="application/json"
    )
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert Building.objects.count() == 1


def test_every_change_needs_the_version_that_was_seen(sign_in: SignIn, house: Building) -> None:
    client, path = sign_in("engineer"), f"{API}/{house.pk}"
    tag = client.get(path)["ETag"]
    assert send(client, "patch", path, values={"floors": 4}).status_code == 428
    assert send(client, "patch", path, tag, values={"floors": 4}).json()["values"]["floors"] == 4
    stale = send(client, "patch", path, tag, values={"floors": 5})
    assert stale.status_code == 412
    assert stale.json()["current"]["values"]["floors"] == 4
    wrong = send(client, "patch", path, stale["ETag"], values={"use": "castle", "floors": 900, "geom": "x"})
    assert wrong.status_code == 422
    assert {one["field"] for one in wrong.json()["errors"]} >= {"geom"}
    house.refresh_from_db()
    assert house.floors == 4


def test_a_page_keeps_what_was_entered_and_says_what_is_wrong(sign_in: SignIn, house: Building) -> None:
    client = sign_in("surveyor")
    fields = {"code": house.code, "use": "school", "condition": "good", "floors": "2", "version": "1"}
    assert client.post(f"/staff/buildings/{house.pk}/change/", fields).status_code == 302
    stale = client.post(f"/staff/buildings/{house.pk}/change/?lang=en", {**fields, "name_en": "Kept words"})
    assert stale.status_code == 412
    assert "Kept words" in stale.content.decode()
    assert "Somebody else has changed this" in stale.content.decode()


def test_a_floor_cannot_be_entered_twice(sign_in: SignIn, house: Building) -> None:
    client, path = sign_in("engineer"), f"{API}/{house.pk}/floors"
    values = {"level": 0, "use": "residential", "covered_m2": "190.50"}
    assert send(client, "post", path, values=values).status_code == 200
    twice = send(client, "post", path, values=values)
    assert twice.status_code == 422
    assert Floor.objects.count() == 1


def test_the_main_door_gives_the_building_its_address(sign_in: SignIn, house: Building) -> None:
    street = Street.objects.create(
        code="S1", name_ar="ش", name_en="s", name_fr="r",
        geom=MultiLineString(LineString((174700, 180795), (174800, 180795)), srid=28191),
    )  # fmt: skip
    client, path = sign_in("engineer"), f"/staff/buildings/{house.pk}/entrances/"
    assert client.post(path, {"number": "5", "street": street.pk, "is_main": "on"}).status_code == 302
    assert client.post(path, {"number": "7", "street": street.pk, "is_main": "on"}).status_code == 302
    twice = client.post(path, {"number": "7", "street": street.pk})
    assert twice.status_code == 422
    doors = house.entrances.order_by("number")
    assert [(door.number, door.is_main) for door in doors] == [("5", False), ("7", True)]
    assert doors[0].geom.distance(house.geom.boundary) < 0.001
    house.refresh_from_db()
    assert (house.house_number, house.street) == ("7", street)
    page = client.post(
        f"{path}{doors[1].pk}/", {"number": "9", "street": street.pk, "is_main": "on", "version": 1}
    )
    assert page.status_code == 302
    house.refresh_from_db()
    assert house.house_number == "9"


def test_a_photograph_is_drawn_anew_and_kept_once(house: Building) -> None:
    body = picture((3000, 200))
    kept = photos.add_photo(building_id=house.pk, body=body, taken_on=date(2026, 1, 1), caption="", by=None)
    again = photos.add_photo(building_id=house.pk, body=body, taken_on=date(2026, 1, 1), caption="", by=None)
    assert kept.pk == again.pk
    with kept.file.open("rb") as file:
        drawn = Image.open(file)
        assert (drawn.format, drawn.size) == ("JPEG", (2048, 137))
    kept.file.delete(save=False)


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.4", picture()[:60]])
def test_what_is_no_photograph_is_refused(sign_in: SignIn, house: Building, body: bytes) -> None:
    answer = sign_in("engineer").post(f"{API}/{house.pk}/photos", {"photo": io.BytesIO(body)})
    assert answer.status_code in (400, 422)
    assert not Photo.objects.exists()


def test_a_photograph_that_is_cut_off_is_refused_after_papers_were_drawn_too() -> None:
    weasyprint()
    with pytest.raises(Unprocessable):
        redraw(picture()[:60])


def huge_picture() -> bytes:
    """Return a small file that says of itself to be 20,000 by 10,000 pixels."""
    small = picture()
    head = b"IHDR" + struct.pack(">II", 20000, 10000) + small[24:29]
    return small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]


def test_two_hundred_megapixels_are_refused_before_they_are_unpacked() -> None:
    with pytest.raises(TooLarge):
        redraw(huge_picture())


def test_corners_are_squared_and_the_area_stays() -> None:
    ring = [(0, 0), (20.1, 0.4), (19.8, 10.2), (0.3, 9.7), (0, 0)]
    crooked = MultiPolygon(Polygon([(174700 + x, 180800 + y) for x, y in ring]), srid=28191)
    straight = squared(crooked)
    assert straight.area == pytest.approx(crooked.area, rel=0.02)
    points = straight.coords[0][0]
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        assert abs((bx - ax) * (cx - bx) + (by - ay) * (cy - by)) < 0.05


def test_numbers_follow_the_street_by_distance_or_one_after_another() -> None:
    by_distance = BuildingSettings(numbering="distance", number_step_m=5)
    assert house_number(0, is_left=True, taken=set(), choices=by_distance) == 1
    assert house_number(23, is_left=False, taken=set(), choices=by_distance) == 10
    assert house_number(23, is_left=False, taken={10}, choices=by_distance) == 12
    in_turn = BuildingSettings(numbering="sequence")
    assert house_number(230, is_left=True, taken={1, 3}, choices=in_turn) == 5


def test_the_next_house_number_follows_from_where_the_door_is(house: Building) -> None:
    street = Street.objects.create(
        code="S1", geom=MultiLineString(LineString((174700, 180800), (174800, 180800)), srid=28191)
    )
    house.street = street
    assert next_house_number(house) == "9"
    Building.objects.create(code="other", street=street, house_number="9", geom=box(174740, 180810, 10, 10))
    assert next_house_number(house) == "11"


def test_a_grammar_leaves_out_what_is_not_known(house: Building) -> None:
    assert written("{basin}-{parcel}-{street}-{building}", house, 2) == "7-12/3-2"


@pytest.mark.parametrize("grammar", ["{parcel}", "{building}-{soul}", "{building", "{}{building}"])
def test_a_grammar_that_cannot_tell_buildings_apart_is_refused(
    sign_in: SignIn, house: Building, grammar: str
) -> None:
    fields = {"grammar": grammar, "numbering": "distance", "number_step_m": "5"}
    assert sign_in("engineer").post("/staff/buildings/settings/", fields).status_code == 422


def test_the_pages_show_the_building_with_its_plate(sign_in: SignIn, house: Building) -> None:
    client = sign_in("engineer")
    Unit.objects.create(building=house, number="U-77", area_m2=90)
    page = client.get(f"/staff/buildings/{house.pk}/").content.decode()
    assert "U-77" in page
    assert client.get(f"/staff/buildings/{house.pk}/plate.pdf").content.startswith(b"%PDF")
    assert (
        "7-12/3-1" in client.get("/staff/buildings/?q=12/3&group=use&sortby=-footprint_m2").content.decode()
    )
    assert client.get("/staff/buildings/?floors__gte=many").status_code == 400
    assert "7-12/3-1" in client.get("/staff/buildings/?format=csv").getvalue().decode()
