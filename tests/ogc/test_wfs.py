"""WFS 2.0 for older clients: the same rows and fields as everywhere, in GML 3.2, nothing written."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client
from owslib.wfs import WebFeatureService

from accounts.models import AccessRule
from layers.collections import Collection
from tests.layers.trees import TREES

pytestmark = pytest.mark.django_db
NAMES = {
    "wfs": "http://www.opengis.net/wfs/2.0",
    "gml": "http://www.opengis.net/gml/3.2",
    "gp": "urn:gisportal:layers",
}
NAMES["ows"] = "http://www.opengis.net/ows/1.1"
FES = '<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2">{}</fes:Filter>'
REF = "<fes:ValueReference>{}</fes:ValueReference>"


def ask(client: Client, status: int = 200, **asked: Any) -> ElementTree.Element:
    response = client.get(
        "/ogc/wfs", {"service": "WFS", "version": "2.0.0", **asked}, headers={"Accept-Language": "en"}
    )
    assert response.status_code == status, response.content[:600]
    return fromstring(response.content)


def features(client: Client, **asked: Any) -> ElementTree.Element:
    return ask(client, request="GetFeature", typenames="gp:trees", **asked)


def keys(found: ElementTree.Element) -> list[str]:
    return [one.get(f"{{{NAMES['gml']}}}id", "") for one in found.findall("wfs:member/gp:trees", NAMES)]


def compared(op: str, field: str, value: Any, **more: str) -> str:
    said = "".join(f' {name}="{one}"' for name, one in more.items())
    return FES.format(f"<fes:{op}{said}>{REF.format(field)}<fes:Literal>{value}</fes:Literal></fes:{op}>")


def test_owslib_reads_what_there_is_and_its_features(trees: Collection, client: Client) -> None:
    capabilities = client.get("/ogc/wfs", {"service": "WFS", "request": "GetCapabilities"})
    assert capabilities["Content-Type"].startswith("text/xml")
    service = WebFeatureService("http://testserver/ogc/wfs", version="2.0.0", xml=capabilities.content)
    layer = service.contents["gp:trees"]
    west, south, east, north = layer.boundingBoxWGS84
    assert 35.2 < west < east < 35.3
    assert 32.2 < south < north < 32.3
    assert {"EPSG:28191", "EPSG:4326"} <= {one.getcode() for one in layer.crsOptions}
    assert {one.name for one in service.operations} >= {"GetFeature", "DescribeFeatureType"}


def test_features_carry_the_fields_one_may_see_and_their_place(
    trees: Collection, client: Client, sign_in: Callable[..., Client]
) -> None:
    found = features(client)
    assert found.get("numberMatched") == found.get("numberReturned") == str(len(TREES))
    assert "keeper" not in ElementTree.tostring(found, encoding="unicode")
    known = ElementTree.tostring(features(sign_in("engineer")), encoding="unicode")
    assert "هدى" in known
    schema = client.get("/ogc/wfs", {"request": "DescribeFeatureType", "typenames": "trees"}).content.decode()
    assert 'name="kind"' in schema
    assert "keeper" not in schema
    degrees = features(client, srsname="urn:ogc:def:crs:EPSG::4326", count="1").find(".//gml:pos", NAMES)
    turned = features(client, srsname="EPSG:4326", count="1").find(".//gml:pos", NAMES)
    assert degrees is not None
    assert turned is not None
    north, east = (float(one) for one in (degrees.text or "").split())
    assert (32 < north < 33, 35 < east < 36) == (True, True)
    assert [float(one) for one in (turned.text or "").split()] == [east, north]


def test_pages_meet_every_feature_once_and_hits_only_count(trees: Collection, client: Client) -> None:
    seen: list[str] = []
    for start in range(0, len(TREES), 2):
        seen += keys(features(client, count="2", startindex=str(start)))
    assert seen == sorted(set(seen), key=lambda one: int(one.partition(".")[2]))
    assert len(seen) == len(TREES)
    page, followed = features(client, count="2"), 1
    while page.get("next"):
        page, followed = fromstring(client.get(page.get("next", "")).content), followed + 1
    assert (followed, page.get("next"), page.get("previous", "").count("startindex=2")) == (3, None, 1)
    hits = features(client, resulttype="hits")
    assert (hits.get("numberMatched"), hits.get("numberReturned")) == (str(len(TREES)), "0")
    one = ask(
        client, request="GetFeature", storedquery_id="urn:ogc:def:query:OGC-WFS::GetFeatureById", id=seen[0]
    )
    assert one.tag == f"{{{NAMES['gp']}}}trees"
    assert keys(features(client, resourceid=",".join(seen[:2]))) == seen[:2]


BOX = "<gml:Envelope srsName='EPSG:4326'><gml:lowerCorner>35.25 32.21</gml:lowerCorner><gml:upperCorner>35.265 32.225</gml:upperCorner></gml:Envelope>"
PAIRS = [
    (compared("PropertyIsEqualTo", "gp:kind", "olive"), "kind = 'olive'"),
    (compared("PropertyIsEqualTo", "kind", "OLIVE", matchCase="false"), "CASEI(kind) = CASEI('OLIVE')"),
    (compared("PropertyIsGreaterThan", "age", 3), "age > 3"),
    (compared("PropertyIsLessThanOrEqualTo", "age", 3), "age <= 3"),
    (
        compared("PropertyIsLike", "kind", "ol*", wildCard="*", singleChar="?", escapeChar="!"),
        "kind LIKE 'ol%'",
    ),
    (FES.format(f"<fes:PropertyIsNull>{REF.format('age')}</fes:PropertyIsNull>"), "age IS NULL"),
    (
        FES.format(
            f"<fes:PropertyIsBetween>{REF.format('age')}<fes:LowerBoundary><fes:Literal>2</fes:Literal></fes:LowerBoundary>"
            "<fes:UpperBoundary><fes:Literal>40</fes:Literal></fes:UpperBoundary></fes:PropertyIsBetween>"
        ),
        "age BETWEEN 2 AND 40",
    ),
    (
        FES.format(f"<fes:BBOX>{REF.format('geom')}{BOX}</fes:BBOX>"),
        "S_INTERSECTS(geometry, BBOX(35.25,32.21,35.265,32.225))",
    ),
    (
        FES.format(f"<fes:Not><fes:Within>{REF.format('geom')}{BOX}</fes:Within></fes:Not>"),
        "NOT S_WITHIN(geometry, BBOX(35.25,32.21,35.265,32.225))",
    ),
]


def test_each_filter_keeps_what_the_same_filter_in_cql2_keeps(trees: Collection, client: Client) -> None:
    for written, cql2 in PAIRS:
        found = [int(one.partition(".")[2]) for one in keys(features(client, filter=written))]
        answer = client.get("/ogc/collections/trees/items", {"filter": cql2, "limit": "100"}).json()
        assert found == [one["id"] for one in answer["features"]], cql2
    both = FES.format(
        f"<fes:And>{PAIRS[0][0][PAIRS[0][0].index('<fes:Prop') : -len('</fes:Filter>')]}<fes:BBOX>{BOX}</fes:BBOX></fes:And>"
    )
    assert set(keys(features(client, filter=both))) <= set(keys(features(client, filter=PAIRS[0][0])))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + FES.format(
    "<fes:PropertyIsNull><fes:ValueReference>&b;</fes:ValueReference></fes:PropertyIsNull>"
)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"request": "GetFeature"}, "MissingParameterValue"),
        ({"request": "GetFeature", "typenames": "nothing"}, "InvalidParameterValue"),
        ({"request": "Transaction"}, "OperationNotSupported"),
        ({"request": "GetFeature", "typenames": "trees", "version": "1.1.0"}, "InvalidParameterValue"),
        ({"request": "GetFeature", "typenames": "trees", "count": "-1"}, "InvalidParameterValue"),
        ({"request": "GetFeature", "typenames": "trees", "bbox": "1,2,3"}, "InvalidParameterValue"),
        ({"request": "GetFeature", "typenames": "trees", "bbox": "1,2,3,nan"}, "InvalidParameterValue"),
        ({"request": "GetFeature", "typenames": "trees", "srsname": "EPSG:1"}, "InvalidParameterValue"),
        (
            {"request": "GetFeature", "typenames": "trees", "outputformat": "shape-zip"},
            "InvalidParameterValue",
        ),
        ({"request": "GetFeature", "typenames": "trees", "propertyname": "keeper"}, "InvalidParameterValue"),
        ({"request": "GetFeature", "typenames": "trees", "filter": "<not closed"}, "InvalidParameterValue"),
        ({"request": "GetFeature", "typenames": "trees", "filter": BOMB}, "InvalidParameterValue"),
        (
            {
                "request": "GetFeature",
                "typenames": "trees",
                "filter": compared("PropertyIsEqualTo", "keeper", "x"),
            },
            "InvalidParameterValue",
        ),
        (
            {
                "request": "GetFeature",
                "typenames": "trees",
                "filter": compared("PropertyIsEqualTo", "age", "many"),
            },
            "InvalidParameterValue",
        ),
        (
            {"request": "GetFeature", "typenames": "trees", "filter": FES.format("<fes:DWithin/>")},
            "InvalidParameterValue",
        ),
        ({"request": "GetFeature", "typenames": "trees", "sortby": "nothing"}, "InvalidParameterValue"),
    ],
)
def test_what_is_not_understood_is_an_exception_report_and_never_everything(
    trees: Collection, client: Client, asked: dict[str, str], code: str
) -> None:
    found = ask(client, 400, **asked).find("ows:Exception", NAMES)
    assert found is not None
    assert found.get("exceptionCode") == code


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(trees: Collection, client: Client) -> None:
    assert keys(features(client))
    AccessRule.objects.create(role="public", collection="trees", verb="view", allow=False)
    assert "trees" not in client.get("/ogc/wfs", {"request": "GetCapabilities"}).content.decode()
    ask(client, 400, request="GetFeature", typenames="trees")
    assert client.post("/ogc/wfs", b"<wfs:Transaction/>", content_type="text/xml").status_code == 405
