"""What one may not see leaves by no channel, whole or by asking: page, tile, feature, file, OGC service, PostGIS view."""

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon
from django.db import connection
from django.test import Client

from accounts.roles import Role
from buildings.models import Building, Unit
from layers import direct, registry
from networks.models import WaterConnection
from taxation.layers import TAX_PLACES
from taxation.models import TaxPlace
from tests.conftest import OWNER, acting_as

pytestmark = pytest.mark.django_db

# All of it lies in this tile at zoom 17 and in its parents (35.26° E, 32.221° N).
EAST, NORTH = 174693.0, 180824.0
BOX = "35.25,32.21,35.27,32.23"
TILES = ("17/78373/53132", "16/39186/26566", "14/9796/6641")
HOUSE, UNIT, PIPE, ACCOUNT = "CANARY-HOUSE-7", "CANARY-UNIT-7", "CANARY-PIPE-7", "CANARY-ACCOUNT-7"
# The dots of `7654321.07` and the like are the format's own; these digits are not.
DEBT, DEBT_DIGITS = "7654321", b"7654321"
TAX = TAX_PLACES.id
EXPORTED = ("gpkg", "geojson", "shp.zip", "parquet", "csv", "xlsx", "kml", "dxf")
CHANNELS = (
    "/api/v1/catalogue",
    "/api/v1/search?q=CANARY",
    "/api/v1/collections/{id}/schema",
    "/api/v1/collections/{id}/legend",
    "/api/v1/collections/{id}/extent",
    "/api/v1/collections/{id}/items",
    "/api/v1/collections/{id}/items?q=CANARY",
    "/api/v1/collections/{id}/items?bbox=35,32,36,33&sortby=-code",
    "/api/v1/collections/{id}/items/{fid}",
    *(f"/tiles/{{id}}/{tile}.mvt" for tile in TILES),
    *(f"/export/{{id}}/file?f={ending}" for ending in EXPORTED),
    "/export/{id}/",
    "/api/v1/collections/{id}/rows",
    "/api/v1/collections/{id}/count?q=CANARY",
    "/api/v1/collections/{id}/sums",
    f"/api/v1/collections/{{id}}/cells?bbox={BOX}&size=100",
    "/ogc/collections/{id}",
    "/ogc/collections/{id}/queryables",
    "/ogc/collections/{id}/sortables",
    "/ogc/collections/{id}/items?f=json",
    "/ogc/collections/{id}/items?f=html",
    "/ogc/collections/{id}/items/{fid}?f=html",
    "/ogc/collections/{id}/tiles/WebMercatorQuad/14/6641/9796",
    "/ogc/api?f=json",
    "/ogc/wfs?request=DescribeFeatureType&typenames={id}",
    "/ogc/wfs?request=GetFeature&typenames={id}",
    "/ogc/wfs?request=GetFeature&typenames={id}&outputformat=application/json",
    "/ogc/wms?request=GetFeatureInfo&layers={id}&query_layers={id}&crs=EPSG:28191&feature_count=9"
    f"&bbox={EAST - 10},{NORTH - 10},{EAST + 10},{NORTH + 10}&width=200&height=200&i=150&j=50",
    "/data/{id}/",
    *(f"/data/{{id}}/{{id}}.{ending}" for ending in ("csv", "geojson", "gpkg")),
    "/staff/layers/{id}/table/",
    "/staff/layers/{id}/style.qml",
    "/staff/layers/{id}/style.sld",
    "/staff/history/{id}/",
    "/",
    "/staff/",
)


# WFS and WMS call a layer that one does not know a wrong parameter; a page of staff has a stranger sign in.
UNKNOWN = (302, 400, 403, 404)
# Each asks about a field that one may not read, so that an answer would say what it holds.
FES = "<Filter xmlns='http://www.opengis.net/fes/2.0'><PropertyIsLike wildCard='*' singleChar='?' escapeChar='!'><ValueReference>{field}</ValueReference><Literal>*</Literal></PropertyIsLike></Filter>"
GUESSES = (
    "/api/v1/collections/{id}/items?{field}=x",
    "/api/v1/collections/{id}/items?{field}__like=CANARY",
    "/api/v1/collections/{id}/items?{field}__null=true",
    "/api/v1/collections/{id}/items?sortby={field}",
    "/api/v1/collections/{id}/items?filter={field} IS NULL",
    "/api/v1/collections/{id}/rows?columns={field}",
    "/api/v1/collections/{id}/count?{field}__gte=1",
    "/api/v1/collections/{id}/sums?{field}__null=false",
    "/api/v1/collections/{id}/sums?columns={field}",
    f"/api/v1/collections/{{id}}/cells?bbox={BOX}&size=100&weight={{field}}",
    "/export/{id}/file?f=csv&{field}__null=false",
    "/export/{id}/file?f=csv&filter={field} IS NULL",
    "/export/{id}/file?f=csv&columns={field}",
    "/ogc/collections/{id}/items?filter={field} IS NULL",
    "/ogc/collections/{id}/items?filter=CASEI({field}) LIKE 'c%25'",
    "/ogc/collections/{id}/items?sortby={field}",
    "/ogc/wfs?request=GetFeature&typenames={id}&propertyname={field}",
    "/ogc/wfs?request=GetFeature&typenames={id}&sortby={field}",
    f"/ogc/wfs?request=GetFeature&typenames={{id}}&filter={FES}",
)


@pytest.fixture
def town(db: None) -> dict[str, int]:
    """Put one building with one unit and one house connection on the map; return their ids by collection."""
    ring = [(0, 0), (12, 0), (12, 12), (0, 12), (0, 0)]
    square = MultiPolygon(Polygon([(EAST + dx, NORTH + dy) for dx, dy in ring]), srid=28191)
    building = Building.objects.create(code=HOUSE, year_built=1977, geom=square)
    unit = Unit.objects.create(building=building, number=UNIT, area_m2=90)
    pipe = WaterConnection.objects.create(
        code=PIPE, account_number=ACCOUNT, geom=LineString((EAST, NORTH), (EAST + 9, NORTH + 9), srid=28191)
    )
    owing = TaxPlace.objects.create(
        collection="buildings",
        feature_id=building.pk,
        code=HOUSE,
        status="late",
        owed=Decimal(DEBT),
        geom=square,
    )
    return {
        "buildings": building.pk,
        "units": unit.pk,
        "water-connections": pipe.pk,
        TAX: owing.pk,
    }


def everything(client: Client, town: dict[str, int], collection: str) -> bytes:
    """Return all that any channel answers about a collection."""
    answers = []
    for channel in CHANNELS:
        response = client.get(channel.format(id=collection, fid=town.get(collection, 1)))
        assert response.status_code < 500, channel
        answers.append(unpacked(response.getvalue()))
    return b"".join(answers)


def unpacked(content: bytes) -> bytes:
    """Return what is inside a packed file, so that a canary in it is seen; anything else as it is."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return b"".join(packed.read(name) for name in packed.namelist())
    if content.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(content))
        return json.dumps(table.to_pydict(), default=str).encode()
    return content


def test_the_canaries_are_where_the_channels_look(
    sign_in: Callable[..., Client], town: dict[str, int]
) -> None:
    admin = sign_in("admin")
    assert HOUSE.encode() in everything(admin, town, "buildings")
    assert UNIT.encode() in everything(admin, town, "units")
    assert ACCOUNT.encode() in everything(admin, town, "water-connections")
    for tile in TILES:
        assert len(admin.get(f"/tiles/buildings/{tile}.mvt").content) > 0


@pytest.mark.parametrize("role", ["", "citizen"])
@pytest.mark.parametrize("collection", ["units", "water-connections"])
def test_a_stranger_and_a_citizen_meet_no_staff_collection(
    sign_in: Callable[..., Client], client: Client, town: dict[str, int], role: str, collection: str
) -> None:
    visitor = sign_in(role) if role else client
    said = everything(visitor, town, collection)
    for canary in (UNIT, PIPE, ACCOUNT):
        assert canary.encode() not in said
    catalogue = visitor.get("/api/v1/catalogue").content.decode()
    assert f'"{collection}"' not in catalogue
    for channel in CHANNELS:
        if "{id}" in channel:
            address = channel.format(id=collection, fid=town[collection])
            assert visitor.get(address).status_code in UNKNOWN, address


def test_every_collection_that_is_not_public_is_unknown_to_strangers(
    client: Client, town: dict[str, int]
) -> None:
    guarded = [one for one in registry.declared().values() if "public" not in one.view_roles]
    assert len(guarded) >= 2
    for one in guarded:
        for channel in ("schema", "legend", "extent", "items", "items/1"):
            assert client.get(f"/api/v1/collections/{one.id}/{channel}").status_code == 404, one.id
        assert client.get(f"/tiles/{one.id}/{TILES[0]}.mvt").status_code == 404, one.id


@pytest.mark.parametrize("role", [role for role in Role.values if role in ("network", "surveyor")])
def test_who_may_see_pipes_but_not_persons_never_sees_an_account(
    sign_in: Callable[..., Client], town: dict[str, int], role: str
) -> None:
    visitor = sign_in(role)
    said = everything(visitor, town, "water-connections")
    assert PIPE.encode() in said
    assert ACCOUNT.encode() not in said
    assert b"account_number" not in said
    items = "/api/v1/collections/water-connections/items"
    for guess in ("account_number=CANARY-ACCOUNT-7", "account_number__like=CANARY", "sortby=account_number"):
        assert visitor.get(f"{items}?{guess}").status_code == 400, guess
    assert visitor.get(f"{items}?q=ACCOUNT").json()["numberMatched"] == 0
    assert visitor.get("/api/v1/search?q=CANARY-ACCOUNT-7").json()["results"] == []


@pytest.mark.parametrize("role", ["", "citizen", "surveyor", "network"])
def test_what_is_owed_leaves_by_no_channel_to_who_may_not_see_debts(
    sign_in: Callable[..., Client], client: Client, town: dict[str, int], role: str
) -> None:
    visitor = sign_in(role) if role else client
    assert DEBT_DIGITS not in everything(visitor, town, TAX)


@pytest.mark.parametrize(
    ("role", "collection", "field"),
    [
        ("network", "water-connections", "account_number"),
        ("surveyor", "water-connections", "account_number"),
        ("", "buildings", "year_built"),
        ("citizen", "buildings", "year_built"),
    ],
)
def test_asking_about_a_hidden_field_is_answered_as_asking_about_one_that_is_not_there(
    sign_in: Callable[..., Client],
    client: Client,
    town: dict[str, int],
    role: str,
    collection: str,
    field: str,
) -> None:
    visitor, admin = sign_in(role) if role else client, sign_in("admin")
    for guess in GUESSES:
        known, unknown = (
            visitor.get(guess.format(id=collection, field=name), headers={"Accept": "application/json"})
            for name in (field, "no_such_field")
        )
        assert known.status_code == unknown.status_code == 400, guess
        said = known.getvalue().decode().replace(field, "no_such_field")
        assert said == unknown.getvalue().decode(), guess
    assert admin.get(GUESSES[2].format(id=collection, field=field)).status_code == 200


@pytest.mark.parametrize("role", ["surveyor", "network"])
def test_a_view_of_postgis_holds_no_account_and_no_debt_for_who_may_not_see_them(
    town: dict[str, int], role: str
) -> None:
    (layers,) = dict(direct.refresh([role])).values()
    said = ""
    with acting_as(OWNER), acting_as(f"gisportal_direct_{role}"), connection.cursor() as cursor:
        for layer in layers:
            cursor.execute(f'SELECT t::text FROM direct_{role}."{layer}" t')
            said += "".join(row[0] for row in cursor.fetchall())
    assert PIPE in said
    assert ACCOUNT not in said
    assert DEBT not in said


def test_every_format_of_an_export_is_looked_into(
    sign_in: Callable[..., Client], town: dict[str, int]
) -> None:
    treasurer, network = sign_in("admin"), "water-connections"
    for ending in EXPORTED:
        if ending not in ("gpkg", "dxf"):
            owed = unpacked(treasurer.get(f"/export/{TAX}/file?f={ending}").getvalue())
            assert DEBT_DIGITS in owed, ending
        if ending != "dxf":
            pipes = unpacked(treasurer.get(f"/export/{network}/file?f={ending}").getvalue())
            assert ACCOUNT.encode() in pipes, ending


def test_an_internal_field_of_a_public_collection_stays_inside(
    sign_in: Callable[..., Client], client: Client, town: dict[str, int]
) -> None:
    feature = f"/api/v1/collections/buildings/items/{town['buildings']}"
    assert "year_built" in sign_in("engineer").get(feature).json()["properties"]
    said: Any = client.get(feature).json()
    assert "year_built" not in said["properties"]
    assert "year_built" not in said["titles"]
    assert client.get("/api/v1/collections/buildings/items?year_built=1977").status_code == 400
