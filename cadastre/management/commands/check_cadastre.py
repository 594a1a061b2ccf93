"""`manage.py check_cadastre`: check the whole cadastre and bring the quality queue up to date."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from cadastre.quality.queue import check_cadastre


class Command(BaseCommand):
    help = "Check every parcel in force for gaps, overlaps, areas and shares; keeps what it finds as a queue."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        counts = check_cadastre()
        for rule, count in sorted(counts.items()):
            self.stdout.write(f"{rule:16} {count}")
        self.stdout.write(f"{time.perf_counter() - started:.2f} s")
