"""Simulating a draft over the whole roll: sums, winners and losers, the cap, and that nothing is changed."""

from decimal import Decimal as D

import pytest
from django.utils import timezone

from core.errors import Conflict
from jobs import Cancelled
from taxation.actions import packs, simulating
from taxation.actions.assessing import propose
from taxation.models import Assessment, Simulation
from tests.taxation.ground import NEW_YEAR, pack, unit

pytestmark = pytest.mark.django_db


def quiet(done, total, message):
    """Listen and say nothing."""


@pytest.fixture
def draft():
    """Two assessed units, and a draft that asks 12 % instead of 10 % but frees homes under 2,000."""
    present = pack()
    for key, rent in ((1, "2406"), (2, "1000")):
        propose(unit(key, annual_rent=rent), "ps-building", on=NEW_YEAR, by=None)
    made = packs.copy(present, by=None)
    packs.set_parameter(made, "rate.property", value="0.12", source="Council", verified=True)
    return made


def simulate(draft, cap=None):
    opened = simulating.prepare(draft, title="", cap=cap, on=timezone.localdate(), by=None)
    return simulating.run(opened, quiet)


def test_a_simulation_sums_both_packs_and_changes_nothing(draft):
    before = list(Assessment.objects.values_list("pk", "total"))
    totals = simulate(draft).totals
    assert (totals["before"], totals["after"]) == ("463.250", "517.750")
    assert (totals["units"], totals["losers"], totals["winners"], totals["refused"]) == (2, 2, 0, 0)
    assert D(totals["largest"]) == D("38.500")
    assert list(Assessment.objects.values_list("pk", "total")) == before


def test_the_cap_holds_the_growth_of_each_unit(draft):
    assert simulate(draft, D("0.05")).totals["after"] == "486.413"


def test_only_a_draft_is_simulated(draft):
    with pytest.raises(Conflict):
        simulating.prepare(packs.in_force("ps-building", NEW_YEAR), title="", cap=None, on=NEW_YEAR, by=None)


def test_a_cancelled_simulation_has_no_totals_and_can_be_run_again(draft):
    opened = simulating.prepare(draft, title="x", cap=None, on=timezone.localdate(), by=None)

    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        simulating.run(opened, stop)
    opened.refresh_from_db()
    assert opened.totals["state"] == "waiting"
    simulating.run(opened, quiet)
    assert simulating.run(opened, quiet).rows.count() == 2


def test_the_page_starts_a_job_and_then_shows_districts_and_who_changes_most(draft, sign_in):
    treasurer = sign_in("treasurer")
    answer = treasurer.post(
        "/staff/tax/simulations/start/", {"draft": draft.pk, "title": "Twelve", "cap": "٥٪"}
    )
    kept = Simulation.objects.get()
    assert answer.url == f"/staff/tax/simulations/{kept.pk}/"
    assert kept.totals["cap"] == "0.05"
    assert "Not finished" in treasurer.get("/staff/tax/simulations/?lang=en").content.decode()
    assert treasurer.get(answer.url).status_code == 200
    simulating.run(kept, quiet)
    page = treasurer.get(f"{answer.url}?lang=en").content.decode()
    for shown in ("463.250", "486.413", "209-1", "+5.0"):
        assert shown in page
    assert "209-1" not in treasurer.get(f"{answer.url}?side=winners&lang=en").content.decode()
    assert sign_in("engineer").get(answer.url).status_code == 404
