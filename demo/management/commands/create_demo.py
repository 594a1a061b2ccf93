"""Fill an empty instance with the demo municipality."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict
from demo.loading.accounts import make_accounts
from demo.loading.cases import leave_records
from demo.loading.extras import write_files
from demo.loading.load import load_town, refuse_unless_empty
from demo.loading.visits import leave_visits
from demo.town.town import Town, invent_town


class Command(BaseCommand):
    """`create_demo --parcels N --seed S`: an invented hill town, the same for the same numbers."""

    help = (
        "Fill an empty instance with an invented municipality: land, buildings, networks, people, accounts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare size and seed."""
        number, flag = parser.add_argument, "store_true"
        number("--parcels", type=int, default=3000, help="about how many parcels (200 to 1,000,000)")
        number("--seed", type=int, default=1, help="another number makes another town")
        number("--clean", action=flag, help="plant no faults")
        number("--replace", action=flag, help="empty the registers of this instance first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Generate, load and say what was made."""
        parcels, seed, replace = options["parcels"], options["seed"], options["replace"]
        if not 200 <= parcels <= 1_000_000:
            raise CommandError("--parcels takes a number from 200 to 1,000,000.")
        if seed < 0:
            raise CommandError("--seed takes a number from 0 up.")
        try:
            refuse_unless_empty(replace=replace)
        except Conflict as refusal:
            raise CommandError(str(refusal)) from refusal
        started = time.monotonic()
        town = invent_town(parcels, seed, self._say, faults=not options["clean"])
        self._say(f"Town invented in {time.monotonic() - started:.1f} s")
        try:
            self._load(town, replace=replace)
        except Conflict as refusal:
            raise CommandError(str(refusal)) from refusal
        folder = write_files(town)
        self._say(f"What was planted is written down in {folder.parent / 'demo_truth.json'}")
        self._say(f"Demo municipality ready after {time.monotonic() - started:.1f} s")

    def _load(self, town: Town, *, replace: bool) -> None:
        with transaction.atomic():
            load_town(town, replace=replace, say=self._say)
            make_accounts()
            leave_records(timezone.localdate())
            leave_visits(timezone.localdate())

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
