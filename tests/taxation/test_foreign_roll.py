"""Another system's roll: what fits becomes parcels, buildings and units; what does not comes out as queues."""

import pytest
from django.contrib.gis.geos import MultiPolygon

from buildings.models import Building, Unit
from cadastre.models import Parcel
from core.errors import Conflict, Unprocessable
from taxation.actions import foreign_roll
from taxation.actions.foreign_roll import Columns, Source, read_lines, read_shapes, take
from taxation.models import Discrepancy, TaxUnit
from tests.cadastre.real import SHARED
from tests.taxation.town import square

pytestmark = pytest.mark.django_db
CAMBRIDGE = SHARED / "cadastre" / "cambridge_ma"
# The plane of Massachusetts, moved to where the tests' grid is at home.
MAINLAND, SHIFT = 26986, (-60000.0, -720000.0)
needs_cambridge = pytest.mark.skipif(not CAMBRIDGE.exists(), reason="the sample data is not here")


def line(key: str, **facts: str) -> dict[str, str]:
    return {
        **dict.fromkeys(vars(Columns()).values(), ""),
        "ML": key,
        "TotalAppraisedParcelValue": "100",
        **facts,
    }


def shapes(*keys: str) -> dict[str, MultiPolygon]:
    return {key: square(20 * place, 0) for place, key in enumerate(keys)}


def built(key: str, feet: str = "1000") -> dict[str, str]:
    return line(key, TotalAppraisedImprovements="50", GrossArea=feet, BldgStories="2", UseCode="102")


def test_a_condominium_becomes_one_building_with_a_unit_for_each_line():
    source = Source(
        shapes("7-18", "7-19"), [built("7-18"), built("7-18", "2000"), line("7-19", LandArea="5000")]
    )
    roll = take(source, name="town", year=2013, by=None)
    assert Parcel.objects.count() == 2
    assert list(Building.objects.values_list("code", "floors")) == [("town-7-18", 2)]
    assert [str(area) for area in Unit.objects.order_by("pk").values_list("area_m2", flat=True)] == [
        "92.90",
        "185.81",
    ]
    assert list(TaxUnit.objects.order_by("pk").values_list("label", "subject")) == [
        ("7-18/1", "building"), ("7-18/2", "building"), ("7-19/1", "land"),
    ]  # fmt: skip
    assert (roll.counts["matched"], roll.counts["unmatched"]) == (3, 0)


def test_what_matches_nothing_and_what_vanishes_or_appears_comes_out_as_queues(sign_in):
    take(Source(shapes("1-1", "1-2"), [built("1-1"), built("1-2")]), name="town", year=2013, by=None)
    later = Source(shapes("1-1", "1-3"), [built("1-1"), built("1-3"), line("ROAD", Location="Main St")])
    take(later, name="town", year=2014, by=None)
    rows = {row.queue: row.label for row in Discrepancy.objects.filter(state="open")}
    assert rows == {"unmatched": "ROAD", "vanished": "1-2", "appeared": "1-3"}
    assert sorted(Parcel.objects.in_force().values_list("number", flat=True)) == ["1", "3"]
    assert TaxUnit.objects.filter(retired_at=None).count() == 2
    page = sign_in("assessor").get("/staff/tax/queues/?queue=unmatched&lang=en").content.decode()
    assert "Main St" in page


def test_years_come_in_order_and_a_file_without_the_columns_is_refused(tmp_path):
    take(Source(shapes("1-1"), [built("1-1")]), name="town", year=2014, by=None)
    with pytest.raises(Conflict):
        take(Source(shapes("1-1"), [built("1-1")]), name="town", year=2013, by=None)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Unprocessable) as refused:
        read_lines(tmp_path / "other.csv", Columns())
    assert "ML" in refused.value.fields["columns"]


def cambridge(year: int) -> Source:
    name = {2013: "parcels_fy2013.topojson", 2014: "parcels_fy2014.gpkg"}[year]
    found, unkeyed = read_shapes(CAMBRIDGE / name, "ML", plane=MAINLAND, shift=SHIFT)
    return Source(found, read_lines(CAMBRIDGE / f"tax_fy{year}.csv", Columns()), unkeyed)


@needs_cambridge
def test_cambridge_comes_out_with_the_counts_of_its_readme():
    before, after = cambridge(2013), cambridge(2014)
    found = foreign_roll.match(after, set(before.shapes), Columns())
    assert (len(after.shapes), len(after.lines)) == (13_035, 27_528)
    assert len({one["ML"] for one in after.lines if one["ML"]}) == 13_021
    # 99.8 % of the lines join.
    assert len(found.unmatched) == 51
    assert (len(found.vanished), len(found.appeared)) == (94, 52)


@needs_cambridge
@pytest.mark.long
def test_the_whole_of_cambridge_is_taken_in_for_both_years():
    take(cambridge(2013), name="cambridge", year=2013, by=None)
    roll = take(cambridge(2014), name="cambridge", year=2014, by=None)
    assert roll.lines.count() == 27_528
    assert Parcel.objects.in_force().count() == 13_035
    assert TaxUnit.objects.filter(retired_at=None).count() == 27_477
    rows = Discrepancy.objects.filter(state="open")
    counts = {queue: rows.filter(queue=queue).count() for queue in ("unmatched", "vanished", "appeared")}
    print(roll.counts)
    assert counts == {"unmatched": 51, "vanished": 94, "appeared": 52}
