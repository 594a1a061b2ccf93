"""The demonstration town's taxes are asked for at set-up and made by the worker, once, with filled queues."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from jobs.models import Job
from ledger.queries import open_items
from parties.finding import party_of
from reconciliation.models import Case, QueueRun
from taxation import queries
from taxation.demonstration import make
from taxation.models import Simulation, Standing, TaxUnit
from taxation.queues import QUEUES
from taxation.tasks import make_demonstration
from tests.cast import person
from tests.taxation.ground import unit
from tests.taxation.town import building

pytestmark = pytest.mark.django_db


def test_the_taxes_are_asked_for_once_and_not_made_where_there_are_some():
    for _again in range(2):
        call_command("create_tax_demo", later=True)
    assert Job.objects.filter(idempotency_key="tax-demo-1").count() == 1
    unit()
    assert make_demonstration.func(1) == {}
    assert TaxUnit.objects.count() == 1


def test_every_queue_of_tax_is_compared_and_two_simulations_are_kept():
    for number in range(30):
        building(f"1-{number}", 12 * number, units=2, floors=2)
    building("2-1", 900, units=0)
    make(seed=1, say=lambda line: None)
    assert set(QueueRun.objects.values_list("queue", flat=True)) == {queue.key for queue in QUEUES}
    assert Case.objects.filter(queue="tax-untaxed", yearly_value__gt=0, geom__isnull=False).exists()
    free, capped = Simulation.objects.order_by("pk")
    after, capped_after, before = (
        Decimal(text) for text in (free.totals["after"], capped.totals["after"], capped.totals["before"])
    )
    assert after > capped_after > before > 0


def test_bills_of_the_demonstration_are_paid_late_and_still_to_pay():
    for number in range(40):
        building(f"1-{number}", 12 * number, units=2, floors=2)
    citizen = person("citizen")
    make(seed=1, say=lambda line: None)
    assert {"paid", "due", "late"} <= set(Standing.objects.values_list("status", flat=True))
    totals = queries.rows("dashboard", {"on": timezone.localdate()})
    town = [row for row in totals if row["by_district"]]
    assert sum(row["under_1"] for row in town) > 0
    assert sum(row["under_3"] for row in town) > 0
    assert sum(row["arrears"] for row in town) < sum(
        row["billed"] - row["collected"] - row["forgiven"] for row in town
    )
    theirs = party_of(citizen.pk)
    assert theirs is not None
    assert open_items(theirs.pk, on=timezone.localdate())
