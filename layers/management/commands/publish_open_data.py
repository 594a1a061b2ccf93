"""`manage.py publish_open_data`: what the timer runs every night."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from layers.opendata.publishing import publish


class Command(BaseCommand):
    """Writes the files of public layers that changed, and removes those of layers that are public no more."""

    help = "Write the open data files of every public layer that changed since the last time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="write all, changed or not")
        parser.add_argument("--layer", default="", help="only the layer of this key")

    def handle(self, *args: Any, **options: Any) -> None:
        for collection, published in publish(again=options["again"], layer=options["layer"]):
            if published is None:
                self.stdout.write(f"{collection}: unchanged")
            else:
                names = ", ".join(one.name for one in published.files) or "nothing"
                self.stdout.write(f"{collection}: {names}")
