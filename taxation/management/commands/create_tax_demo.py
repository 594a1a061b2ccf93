"""Fill the tax register of the demonstration town."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from taxation.demonstration import make
from taxation.models import TaxUnit


class Command(BaseCommand):
    """`create_tax_demo --seed S`: owners, assessments, two years of bills, and payments."""

    help = "Invent taxes for a town that create_demo has made: owners, assessments, bills, receipts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the seed."""
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, seed: int, **options: Any) -> None:
        """Make it, unless there are taxes already."""
        if TaxUnit.objects.exists():
            raise CommandError("This instance has taxes already; nothing was changed.")
        make(seed=seed, say=self.stdout.write)
