"""The tax map: statuses follow the ledger and the register, and reach only those who may see debts."""

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from buildings.models import Building, Photo
from ledger.actions.billing import publish
from ledger.actions.payment import take_payment
from ledger.queries import open_items
from taxation.actions import objections, standing
from taxation.actions.assessing import propose
from taxation.models import Assessment, RulePack, Standing, TaxPlace
from tests.taxation.ground import NEW_YEAR, owned, pack
from tests.taxation.test_roll import run_for
from tests.taxation.town import EAST, NORTH, building, taxed

pytestmark = pytest.mark.django_db


def billed(code="CANARY-9", east=0.0):
    """Return a unit with a published bill, and its owner."""
    unit = taxed(code, east, annual_rent="2406")
    (owner,) = owned(unit)
    propose(unit, "ps-building", on=NEW_YEAR, by=None)
    return unit, owner


def run_roll():
    run = run_for()
    publish(run)
    return run


def look():
    standing.bring_up_to_date(on=timezone.localdate())


def status_of(unit):
    return Standing.objects.get(unit=unit).status


def test_a_units_status_goes_from_not_assessed_to_paid():
    pack()
    unit = taxed("1-1", 0, annual_rent="2406")
    (owner,) = owned(unit)
    look()
    assert status_of(unit) == "unassessed"
    propose(unit, "ps-building", on=NEW_YEAR, by=None)
    assert status_of(unit) == "unbilled"
    run = run_roll()
    look()
    assert status_of(unit) == ("late" if run.due_on < timezone.localdate() else "due")
    contested = Assessment.objects.get(unit=unit)
    objection = objections.file(
        contested, party_id=owner.pk, notified_on=NEW_YEAR, filed_on=NEW_YEAR, grounds="too high"
    )
    assert status_of(unit) == "objection"
    objections.decide(objection, upheld=False, new_total=None, decision="No.", on=NEW_YEAR, by=None)
    on = timezone.localdate()
    owed = sum(item.quote(on).total for item in open_items(owner.pk, on=on))
    take_payment(party_id=owner.pk, amount=owed, currency="JOD", method="bank", on=on, by=None)
    look()
    assert status_of(unit) == "paid"
    assert TaxPlace.objects.get(feature_id=unit.building_id).status == "paid"


def test_a_building_takes_the_worst_status_and_one_without_units_is_not_assessed():
    pack()
    first, _owner = billed()
    building("2-2", 50)
    run_roll()
    look()
    assert TaxPlace.objects.get(feature_id=first.building_id).status == "late"
    assert TaxPlace.objects.get(code="2-2").status == "unassessed"


def rows_as_written():
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM taxation_standing UNION ALL SELECT ctid FROM taxation_taxplace")
        return sorted(cursor.fetchall())


def test_a_look_without_changes_writes_nothing_and_a_vanished_building_leaves_the_map():
    pack()
    unit, _owner = billed()
    look()
    before = rows_as_written()
    standing.look_at_all(on=timezone.localdate())
    assert rows_as_written() == before
    Building.objects.filter(pk=unit.building_id).update(end_lifespan=timezone.now())
    look()
    assert not TaxPlace.objects.exists()


CHANNELS = (
    "/api/v1/catalogue",
    "/api/v1/search?q=CANARY",
    "/api/v1/collections/tax-places/items",
    "/api/v1/collections/tax-places/items?q=CANARY",
    "/api/v1/collections/tax-places/schema",
    "/api/v1/collections/tax-places/legend",
    "/tiles/tax-places/{tile}.mvt",
    "/staff/tax/map/",
    "/staff/tax/map/places/{place}/",
    "/staff/tax/queues/rows/",
    "/staff/tax/queues/export.csv",
    "/staff/tax/queues/export.xlsx",
    "/staff/tax/collection/map.html",
    "/staff/tax/simulations/",
)


def tile_of(zoom=16):
    at = Point(EAST + 5, NORTH + 5, srid=28191)
    at.transform(3857)
    half = 20037508.342789244
    width = 2 * half / (1 << zoom)
    return f"{zoom}/{int((at.x + half) // width)}/{int((half - at.y) // width)}"


@pytest.mark.parametrize("role", ["engineer", "surveyor", "network", "citizen", None])
def test_a_stranger_sees_no_status_owner_or_debt_by_any_channel(sign_in, client, role):
    pack()
    unit, owner = billed()
    run_roll()
    look()
    asker = sign_in(role) if role else client
    place = TaxPlace.objects.get(feature_id=unit.building_id)
    for channel in CHANNELS:
        answer = asker.get(channel.format(tile=tile_of(), place=place.pk))
        body = answer.getvalue()
        assert b"tax-places" not in body, channel
        assert owner.approved_name.encode() not in body, channel
        if "tax" in channel:
            assert answer.status_code in (302, 404), channel


def test_the_tile_carries_the_status_to_the_assessor_and_the_panel_all_that_concerns_the_tax(sign_in):
    pack()
    unit, owner = billed()
    taxed("3-3", 30, annual_rent="1203")
    neighbour = taxed("4-4", 60, annual_rent="1203")
    propose(neighbour, "ps-building", on=NEW_YEAR, by=None)
    run_roll()
    look()
    assessor = sign_in("assessor")
    tile = mapbox_vector_tile.decode(assessor.get(f"/tiles/tax-places/{tile_of()}.mvt").content)
    (layer,) = tile.values()
    drawn = {one["properties"]["code"]: one["properties"]["status"] for one in layer["features"]}
    assert drawn == {"CANARY-9": "late", "3-3": "unassessed", "4-4": "unbilled"}
    place = TaxPlace.objects.get(feature_id=unit.building_id)
    photo = Photo.objects.create(
        building=unit.building,
        file="x.jpg",
        sha256="x",
        width=4,
        height=3,
        taken_on=NEW_YEAR,
        caption="Façade",
    )
    panel = assessor.get(f"/staff/tax/map/places/{place.pk}/?lang=en").content.decode()
    for shown in (
        owner.approved_name,
        "192.500",
        "1,925 × 10%",
        "4-4-1",
        "Propose the assessment",
        f"/photos/{photo.pk}/",
    ):
        assert shown in panel
    assert "Take payment" not in panel


def test_assessing_from_the_map_comes_back_to_the_map(sign_in):
    present = pack()
    unit = taxed("1-1", 0)
    look()
    form = {"pack": present.pk, "from_map": "1", "annual_rent": "2406", "on": "2026-01-01"}
    answer = sign_in("assessor").post(f"/staff/tax/units/{unit.pk}/assess/", form)
    assert answer.url == f"/staff/tax/map/unit/{unit.pk}/"
    assert status_of(unit) == "unbilled"


def test_the_queue_follows_the_box_the_status_and_the_words(sign_in):
    pack()
    billed()
    taxed("7-7", 3000, annual_rent="1203")
    run_roll()
    assessor = sign_in("assessor")

    def labels(**asked):
        return [row["label"] for row in assessor.get("/staff/tax/queues/rows/", asked).context["rows"]]

    assert labels() == ["CANARY-9-1", "7-7-1"]
    assert labels(status="unassessed") == ["7-7-1"]
    assert labels(q="CANARY") == ["CANARY-9-1"]
    at = Point(EAST + 5, NORTH + 5, srid=28191)
    at.transform(4326)
    assert labels(bbox=f"{at.x - 0.001},{at.y - 0.001},{at.x + 0.001},{at.y + 0.001}") == ["CANARY-9-1"]
    assert assessor.get("/staff/tax/queues/rows/", {"bbox": "1,2,3"}).status_code == 422
    assert assessor.get("/staff/tax/queues/rows/", {"queue": "none"}).status_code == 404


def test_the_panel_shows_a_waiting_proposal_with_its_reasons_and_offers_no_second_one(sign_in):
    pack(approval_above=1)
    unit = taxed("1-1", 0, annual_rent="2406")
    assessor = sign_in("assessor")
    form = {"pack": RulePack.objects.get().pk, "from_map": "1", "annual_rent": "2406", "on": "2026-01-01"}
    assessor.post(f"/staff/tax/units/{unit.pk}/assess/", form)
    look()
    panel = f"/staff/tax/map/places/{TaxPlace.objects.get().pk}/?lang=en"
    shown = assessor.get(panel).content.decode()
    assert "1,925 × 10%" in shown
    assert 'id="assess"' not in shown
    proposal = Assessment.objects.get()
    sign_in("approver").post(f"/staff/tax/assessments/{proposal.pk}/decide/", {"approve": "1"})
    assert 'id="assess"' in assessor.get(panel).content.decode()
