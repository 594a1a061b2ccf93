"""`manage.py export_layer`: a layer becomes a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.policy import Role, of_roles
from core.errors import DomainError
from layers.exporting import wanted
from layers.exporting.writers import FORMATS, format_of


class Command(BaseCommand):
    """Writes the whole layer, every field, as an administrator sees it."""

    help = f"Write a layer to a file; its ending says how: {', '.join(FORMATS)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="key of the layer")
        parser.add_argument("out", type=Path, help="the file to write")
        parser.add_argument("--crs", default="", metavar="EPSG:N", help="reference system of the file")
        parser.add_argument("--as-of", default="", help="a day or a time: the layer as it was then")
        parser.add_argument(
            "--where",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="only these, as in the address of items",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        try:
            filters = dict(one.partition("=")[::2] for one in options["where"])
            subject = of_roles([Role.ADMIN.value], channel="command")
            asked = wanted.read(
                subject,
                options["slug"],
                {**filters, "f": format_of(out.name).ending, "crs": options["crs"], "asOf": options["as_of"]},
            )
            written = asked.write(out)
        except DomainError as error:
            raise CommandError(f"{error.title} {error.detail}".strip()) from error
        self.stdout.write(self.style.SUCCESS(f"exported: {written.count} features to {out}"))
        for sentence in written.sentences:
            self.stdout.write(f"note:     {sentence}")
