"""Check every promise that the portal makes of its data."""

import sys
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.integrity import Promise
from operations.promises import all_promises


class Command(BaseCommand):
    """`manage.py check_integrity`: exit code 1 on any breach."""

    help = "Check every promise that the portal makes of its data; exits with 1 on any breach."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the person choose promises, and how many breaches of each are listed."""
        parser.add_argument("--only", nargs="*", metavar="NAME", help="check these promises alone")
        parser.add_argument("--list", type=int, default=20, metavar="N", help="breaches listed of each (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and report."""
        chosen = [one for one in all_promises() if not options["only"] or one.name in options["only"]]
        broken = [one.name for one in chosen if not self._holds(one, options["list"])]
        self.stdout.write(f"{len(chosen)} promises checked, {len(broken)} broken")
        if broken:
            sys.exit(1)

    def _holds(self, promise: Promise, listed: int) -> bool:
        breaches = list(promise.breaches())
        if not breaches:
            self.stdout.write(f"holds   {promise.name}: {promise.sentence}")
            return True
        self.stdout.write(f"BROKEN  {promise.name}: {promise.sentence} ({len(breaches)} breaches)")
        for breach in islice(breaches, listed):
            self.stdout.write(f"          {breach}")
        return False
