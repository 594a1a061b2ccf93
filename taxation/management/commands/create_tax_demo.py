"""Fill the tax register of the demonstration town."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from jobs.actions import enqueue
from taxation.demonstration import make
from taxation.models import TaxUnit
from taxation.tasks import make_demonstration


class Command(BaseCommand):
    """`create_tax_demo --seed S`: owners, assessments, two years of bills, and payments."""

    help = "Invent taxes for a town that create_demo has made: owners, assessments, bills, receipts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the seed."""
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--later", action="store_true", help="have the worker do it")

    def handle(self, *args: Any, seed: int, later: bool, **options: Any) -> None:
        """Make it, unless there are taxes already."""
        if TaxUnit.objects.exists():
            raise CommandError("This instance has taxes already; nothing was changed.")
        if later:
            title = _("The demonstration town’s taxes")
            enqueue(make_demonstration, seed, title=title, idempotency_key=f"tax-demo-{seed}")
            return
        make(seed=seed, say=self.stdout.write)
