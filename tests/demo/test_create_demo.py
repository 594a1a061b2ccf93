"""`create_demo` from an empty instance to a municipality that keeps every promise."""

import json
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Membership, User
from accounts.roles import Role
from buildings.models import Building, Permit, Unit
from buildings.queues import BEYOND_PERMIT, NOT_PERMITTED, VISITED
from cadastre.models import Basin, Parcel, Place, Right, Street
from core.errors import Conflict
from demo.loading import load
from layers.models import CatalogueEntry, Dataset, Raster
from municipality.models import District, Municipality
from networks.models import SewerLink, StreetLight, WaterConnection, WaterLink, WaterMeter, WaterValve
from parties.models import DepartmentRecord, Party
from planning.models import ZoningDistrict
from reconciliation.models import Case, Visit
from tests.conftest import OWNER, acting_as

REGISTERS = (
    Basin, Building, DepartmentRecord, District, Parcel, Party, Permit, Place, SewerLink, Street, StreetLight, Unit,
    WaterConnection, WaterLink, WaterMeter, WaterValve, ZoningDistrict,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def instance(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("GISPORTAL_DATA", str(tmp_path))
    monkeypatch.setenv("DEMO_PASSWORD", "a demo password")
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


def create(**options):
    out = StringIO()
    with acting_as(OWNER):
        call_command("create_demo", stdout=out, **{"parcels": 250, "seed": 3, **options})
    return out.getvalue()


def test_an_empty_instance_becomes_a_municipality(instance):
    said = create()

    municipality = Municipality.objects.get()
    assert (municipality.name_ar, municipality.country) == ("عين السرو", "PS")
    assert municipality.boundary.srid == Parcel.objects.first().geom.srid
    for register in REGISTERS:
        assert register.objects.exists(), register
    assert Parcel.objects.filter(geom_tile__isnull=True).count() == 0
    assert "Demo municipality ready" in said
    layers = {dataset.slug: dataset for dataset in Dataset.objects.all()}
    assert set(layers) == {"contours", "footprints-2026"}
    assert layers["contours"].view_roles == ["public"]
    assert "public" not in layers["footprints-2026"].view_roles
    assert CatalogueEntry.objects.get(collection="contours").group_id == "streets"
    assert {raster.slug: raster.path.exists() for raster in Raster.objects.all()} == {
        "orthophoto-2026": True,
        "terrain": True,
    }
    truth = json.loads((instance / "demo_truth.json").read_text())
    assert set(truth) == {"seed", "parcels", "buildings", "permits", "raw_pipes", "people"}
    for fault in truth["parcels"]["faults"]:
        assert Parcel.objects.get(pk=fault["parcel"]).number == fault["number"]
    for verdict, buildings in truth["permits"].items():
        assert found_by_permits(verdict) == set(buildings) != set(), verdict
    survey = json.loads((instance / "demo" / "old_pipe_survey.geojson").read_text())
    assert len(survey["features"]) > 50
    the_queues_are_alive_on_the_first_day()
    # New rows take up where the demo ends.
    assert District.objects.create(code="x", name_ar="x", name_en="x", name_fr="x",
                                   geom=District.objects.first().geom).pk == District.objects.count()  # fmt: skip


def found_by_permits(verdict):
    """The buildings of the cases that one kind of planted difference should have opened."""
    if verdict == "not_permitted":
        return set(Case.objects.of(NOT_PERMITTED.key).values_list("feature", flat=True))
    word = {"more_floors": "floors", "larger": "area", "other_use": "use"}[verdict]
    cases = Case.objects.of(BEYOND_PERMIT.key).filter(evidence__difference=word)
    return set(cases.values_list("feature", flat=True))


def the_queues_are_alive_on_the_first_day():
    visits = Visit.objects.filter(by__username="surveyor")
    assert visits.count() >= 3
    seen = Case.objects.of(VISITED.key).open()
    assert {case.evidence["difference"] for case in seen} >= {"floors", "use"}
    assert Case.objects.open().filter(assignee__username="surveyor").exists()
    shares = {}
    for unit, num, den in Right.objects.values_list("unit", "share_num", "share_den"):
        shares[unit] = shares.get(unit, 0) + Fraction(num, den)
    assert set(shares) == set(Unit.objects.values_list("ba_unit", flat=True))
    assert set(shares.values()) == {1}


def test_every_role_has_an_account_with_just_that_role(instance, client):
    create()

    held = {user.username: [m.role for m in user.memberships.all()] for user in User.objects.all()}
    assert held == {role: [role] for role in Role.values}
    assert Membership.objects.exclude(districts=None).count() == 0
    assert client.login(username="surveyor", password="a demo password")
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_instance_that_holds_something_is_refused_and_left_alone(instance):
    create()
    before = Parcel.objects.count()

    with pytest.raises(CommandError, match="already holds a municipality"):
        create(seed=4)
    assert Parcel.objects.count() == before

    with connection.cursor() as cursor:
        # The test's one transaction stands for the two of two runs of the command.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    create(seed=4, replace=True)
    assert Parcel.objects.count() != before
    assert Municipality.objects.count() == 1


def test_whoever_reads_the_registers_goes_first_and_is_waited_for(monkeypatch, transactional_db):
    monkeypatch.setattr(load, "PATIENCE", 1)
    reader = connection.copy()
    try:
        with reader.cursor() as theirs, acting_as(OWNER), connection.cursor() as ours:
            theirs.execute("BEGIN; SELECT 1 FROM parties_party")
            with pytest.raises(Conflict, match="in use without end"), transaction.atomic():
                load.empty_registers(ours)
            # What was asked for and not had is let go, so the reader gets on.
            theirs.execute("SELECT count(*) FROM municipality_municipality; COMMIT")
            with transaction.atomic():
                load.empty_registers(ours)
    finally:
        reader.close()


def test_the_demo_keeps_every_promise_of_the_system(instance):
    create(clean=True)
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("check_integrity")


@pytest.mark.parametrize("options", [{"parcels": 10}, {"parcels": 2_000_000}, {"seed": -1}])
def test_absurd_sizes_and_seeds_are_refused(instance, options):
    with pytest.raises(CommandError):
        create(**options)


def test_indexes_dropped_for_a_large_load_are_there_again_after_it(instance, monkeypatch):
    def indexes():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef")
            return [row[0] for row in cursor.fetchall()]

    before = indexes()
    monkeypatch.setattr(load, "_LARGE", 10)
    create()
    assert indexes() == before
