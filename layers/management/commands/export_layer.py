"""`manage.py export_layer`: a layer becomes a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.policy import Role, of_roles
from core.errors import DomainError
from layers import moments, registry
from layers.access import view
from layers.exporting.writers import WRITERS, export


class Command(BaseCommand):
    """Writes the whole layer, every field, as an administrator sees it."""

    help = f"Write a layer to a file; its ending says how: {', '.join(WRITERS)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="key of the layer")
        parser.add_argument("out", type=Path, help="the file to write")
        parser.add_argument("--as-of", default="", help="a day or a time: the layer as it was then")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        try:
            seen = view(of_roles([Role.ADMIN.value], channel="command"), registry.find(options["slug"]))
            count = export(seen.as_of(moments.read("as-of", options["as_of"])), out)
        except DomainError as error:
            raise CommandError(f"{error.title} {error.detail}".strip()) from error
        self.stdout.write(self.style.SUCCESS(f"exported: {count} features to {out}"))
