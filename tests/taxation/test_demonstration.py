"""The demonstration town's taxes are asked for at set-up and made by the worker, once."""

import pytest
from django.core.management import call_command

from jobs.models import Job
from taxation.models import TaxUnit
from taxation.tasks import make_demonstration
from tests.taxation.ground import unit

pytestmark = pytest.mark.django_db


def test_the_taxes_are_asked_for_once_and_not_made_where_there_are_some():
    for _again in range(2):
        call_command("create_tax_demo", later=True)
    assert Job.objects.filter(idempotency_key="tax-demo-1").count() == 1
    unit()
    assert make_demonstration.func(1) == {}
    assert TaxUnit.objects.count() == 1
