"""Bring an instance back from its one file."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.errors import CannotRestore, NotABackup
from operations.restoring import restore


class Command(BaseCommand):
    """`manage.py restore IN`."""

    help = "Restore a backup into an empty instance."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file's name."""
        parser.add_argument("source", type=Path, metavar="IN")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, bring the schema up to this version, and say what came back."""
        source = options["source"].absolute()
        if not source.is_file():
            raise CommandError(f"{source} does not exist.")
        try:
            manifest = restore(source)
        except (CannotRestore, NotABackup) as refusal:
            raise CommandError(str(refusal)) from refusal
        call_command("migrate", interactive=False, verbosity=0)
        rows, files = sum(manifest.rows.values()), len(manifest.digests) - 1
        self.stdout.write(
            f"Restored the instance of {manifest.made_at}: {rows} rows, {files} files. Start it: ./run"
        )
