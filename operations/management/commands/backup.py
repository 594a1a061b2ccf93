"""Write the whole instance into one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.backing_up import back_up
from operations.errors import CannotBackUp


class Command(BaseCommand):
    """`manage.py backup OUT`."""

    help = "Write database, files and secrets into one file; keep it where only you can read it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file's name."""
        parser.add_argument("out", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say what is in it."""
        target = options["out"].absolute()
        try:
            manifest = back_up(target)
        except CannotBackUp as refusal:
            raise CommandError(str(refusal)) from refusal
        rows, files = sum(manifest.rows.values()), len(manifest.digests) - 1
        self.stdout.write(
            f"{target}: {rows} rows in {len(manifest.rows)} tables, {files} files, "
            f"{target.stat().st_size / 1e6:.1f} MB. It holds the instance's secrets: keep it safe."
        )
