"""Bring in a year of another system's roll."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from jobs import progress
from taxation.actions import foreign_roll, packs, standing
from taxation.actions.register import assess_all
from taxation.models import ImportedRoll, TaxUnit


class Command(BaseCommand):
    """`import_roll NAME YEAR --parcels FILE --lines FILE`: years in order, the oldest first."""

    help = "Bring in a year of a roll: parcels with a key, and a CSV of lines that name it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the files, the key and the plane."""
        parser.add_argument("name", help="the locality, in small letters")
        parser.add_argument("year", type=int)
        parser.add_argument("--parcels", type=Path, required=True)
        parser.add_argument("--lines", type=Path, required=True)
        parser.add_argument(
            "--plane", type=int, default=settings.GRID_SRID, help="EPSG code of a plane in metres"
        )
        parser.add_argument(
            "--shift", type=float, nargs=2, default=(0.0, 0.0), metavar=("EAST", "NORTH"),
            help="move the plane, to try out a town of elsewhere in this grid: shapes and areas stay, the place does not",
        )  # fmt: skip
        parser.add_argument("--levy", default="", help="assess the units by this levy's pack in force")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write, and print what fits and what does not."""
        columns = foreign_roll.Columns()
        try:
            lines = foreign_roll.read_lines(options["lines"], columns)
            shapes, unkeyed = foreign_roll.read_shapes(
                options["parcels"], columns.key, plane=options["plane"], shift=tuple(options["shift"])
            )
            roll = foreign_roll.take(
                foreign_roll.Source(shapes, lines, unkeyed), name=options["name"], year=options["year"], by=None,
                report=progress.report,
            )  # fmt: skip
            self._assess(roll, options["levy"])
        except DomainError as refusal:
            raise CommandError(f"{refusal.title} {refusal.fields or ''}".strip()) from None
        for name, number in roll.counts.items():
            self.stdout.write(f"{number:>9,} {name.replace('_', ' ')}")

    def _assess(self, roll: ImportedRoll, levy: str) -> None:
        today = timezone.localdate()
        if levy:
            pack = packs.in_force(levy, today)
            units = TaxUnit.objects.filter(pk__in=roll.lines.values("unit"), subject=pack.recipe.subject)
            done, left = assess_all(pack, units.iterator(2000), on=today.replace(month=1, day=1), by=None)
            self.stdout.write(f"{done:>9,} assessed\n{left:>9,} not assessed")
        standing.bring_up_to_date(on=today)
