"""Surveyors' files: DXF drawings and lists of points; wrong units, grids and orders are told by name."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from accounts.models import User
from cadastre.survey import UNITS, read_survey
from core.errors import Unprocessable
from municipality.models import Municipality
from tests.conftest import WebClient

LINE = [(170000.0, 140000.0), (170030.0, 140012.5)]
RING = [(170000.0, 140000.0), (170030.0, 140000.0), (170030.0, 140020.0), (170000.0, 140020.0)]


@pytest.fixture
def town(db: None) -> None:
    """Found the municipality around the survey: 10 km each way."""
    around = MultiPolygon(Polygon.from_bbox((165000, 135000, 175000, 145000)), srid=settings.GRID_SRID)
    Municipality.objects.update_or_create(pk=1, defaults={"boundary": around})


def drawing(
    *polylines: tuple[list[tuple[float, float]], bool], factor: float = 1.0, swap: bool = False
) -> bytes:
    """Write a minimal DXF (R12) of polylines, closed or not."""
    tags: list[tuple[int, Any]] = [(0, "SECTION"), (2, "ENTITIES")]
    for points, closed in polylines:
        tags += [(0, "POLYLINE"), (8, "BOUNDARY"), (66, 1), (70, 1 if closed else 0)]
        for x, y in points:
            east, north = (y, x) if swap else (x, y)
            tags += [(0, "VERTEX"), (8, "BOUNDARY"), (10, east * factor), (20, north * factor)]
        tags.append((0, "SEQEND"))
    tags += [(0, "ENDSEC"), (0, "EOF")]
    return "".join(f"{code}\n{value}\n" for code, value in tags).encode()


def file(name: str, body: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body.encode() if isinstance(body, str) else body)


def refused(name: str, body: bytes | str, **how: Any) -> dict[str, str]:
    with pytest.raises(Unprocessable) as refusal:
        read_survey(file(name, body), **how)
    return {field: str(text) for field, text in refusal.value.fields.items()}


def test_a_drawing_gives_its_lines_and_outlines(db: None) -> None:
    line, ring = read_survey(file("plan.dxf", drawing((LINE, False), (RING, True))))
    assert (line.kind, line.layer, list(line.points)) == ("line", "BOUNDARY", LINE)
    assert ring.kind == "outline"
    assert set(ring.points) == set(RING)


@pytest.mark.parametrize(("factor", "word"), [(1000, "mm"), (100, "cm"), (1 / 0.3048, "ft")])
def test_a_drawing_in_another_unit_is_told_and_read_once_that_is_chosen(
    town: None, factor: float, word: str
) -> None:
    body = drawing((LINE, False), factor=factor)
    with translation.override("en"):
        assert refused("plan.dxf", body) == {
            "unit": f"The numbers look like {UNITS[word][1]}: choose that unit."
        }
    (line,) = read_survey(file("plan.dxf", body), unit=word)
    assert [pytest.approx(xy, abs=1e-6) for xy in LINE] == list(line.points)


def test_exchanged_axes_another_grid_and_places_far_away_are_told(town: None) -> None:
    with translation.override("en"):
        assert "exchanged" in refused("plan.dxf", drawing((LINE, False), swap=True))["file"]
    utm = [(709700.0, 3515300.0), (709730.0, 3515310.0)]
    assert "EPSG:32636" in refused("plan.dxf", drawing((utm, False)))["crs"]
    (line,) = read_survey(file("plan.dxf", drawing((utm, False))), crs=32636)
    assert 165000 < line.points[0][0] < 175000
    far = [(5e7, 5e7), (5.1e7, 5e7)]
    with translation.override("en"):
        assert "50000000.00, 50000000.00 lies outside" in refused("plan.dxf", drawing((far, False)))["file"]


@pytest.mark.parametrize(
    "text",
    [
        "1,170000,140000\n2,170030,140012.5\n",
        "point;E;N;code\nA1;170000,0;140000,0;wall\nA2;170030,0;140012,5;wall\n",
        "رقم\tالشرق\tالشمال\n١\t١٧٠٠٠٠\t١٤٠٠٠٠\n٢\t١٧٠٠٣٠\t١٤٠٠١٢٫٥\n",
        "170000 140000\n170030 140012.5\n\n",
        "north,east\n140000,170000\n140012.5,170030\n",
    ],
)
def test_a_list_of_points_is_read_in_the_forms_that_instruments_write(db: None, text: str) -> None:
    (points,) = read_survey(file("points.csv", text))
    assert (points.kind, list(points.points)) == ("points", LINE)


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("plan.dxf", b"%PDF-1.7", "file"),
        ("plan.dxf", b"", "file"),
        ("plan.dxf", b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n", "file"),
        ("points.csv", "", "file"),
        ("points.csv", "1,here,there\n", "file"),
        ("points.csv", b"\x00\x01\x02", "file"),
        ("points.csv", "1,nan,inf\n", "file"),
    ],
)
def test_what_is_no_survey_is_refused(db: None, name: str, body: bytes | str, field: str) -> None:
    assert field in refused(name, body)


def test_the_wrong_line_is_named(db: None) -> None:
    assert "3" in refused("points.csv", "1,170000,140000\n2,170030,140012\n3,17oooo,140000\n")["file"]


def test_only_those_who_draw_may_read_a_survey(engineer: User, stranger: User) -> None:
    for user, status in ((engineer, 200), (stranger, 404)):
        visitor = WebClient()
        visitor.force_login(user)
        answer = visitor.post(
            "/api/v1/parcels/survey", {"file": file("p.csv", "1,170000,140000\n2,170030,140012.5\n")}
        )
        assert answer.status_code == status
