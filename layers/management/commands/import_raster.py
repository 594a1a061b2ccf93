"""`manage.py import_raster`: a picture or terrain model becomes a raster of the map."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.acting import acting
from core.errors import DomainError
from layers.importing import messages, planning, rasters
from layers.importing.errors import ImportRefused
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from layers.models import RasterKind


class Command(BaseCommand):
    """Prints how large the raster is and between which values it lies; leaves nothing when it refuses."""

    requires_system_checks = []
    help = "Make a raster of a GeoTIFF, JPEG 2000 or ECW file, or of several sheets in one .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--name", required=True, metavar="SLUG", help="key of the new raster")
        parser.add_argument("--kind", choices=RasterKind.values, help="what the cells are")
        parser.add_argument("--band", type=int, default=1, help="which band holds heights or measured values")
        parser.add_argument("--crs", metavar="EPSG:N", help="coordinate reference system of the file")
        parser.add_argument("--date", default="", metavar="YYYY-MM-DD", help="the day on which it was taken")
        parser.add_argument(
            "--mosaic", default="", help="rasters with the same word are dates of one picture"
        )
        parser.add_argument("--title", default="", help="title (default: the file's name)")
        parser.add_argument("--source", default="")
        parser.add_argument("--license", default="")
        parser.add_argument("--unit", default="", help="unit of the values")
        parser.add_argument("--public", action="store_true", help="show the raster to everybody")
        parser.add_argument("--replace", action="store_true", help="replace the raster if there is one")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            with acting(channel="import", request=f"import {path.name}"[:100]):
                facts = self._take(path, options)
        except Refusal as refusal:
            raise CommandError(messages.refusal(refusal.code, refusal.params)) from refusal
        except DomainError as error:
            raise CommandError(str(error.title)) from error
        self.stdout.write(
            f"cells:  {facts['width']} × {facts['height']}, {facts['bands']} × {facts['dtype']}"
        )
        self.stdout.write(f"values: {facts['least']} … {facts['most']}")
        self.stdout.write(self.style.SUCCESS(f"The raster “{options['name']}” is ready."))

    def _take(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with Reader(path, limits=rasters.LIMITS) as reader:
            layer = reader.inspect(grid=settings.GRID_SRID)["layers"][0]
            if not layer.get("is_raster"):
                raise ImportRefused("raster_is_layer")
            return rasters.take(reader, _plan(layer, path, options), layer, sha256=digest, told=self._told)

    def _told(self, done: int, total: int | None) -> None:
        if total and self.stdout.isatty():
            self.stdout.write(f"\r{100 * done // total} %", ending="")


def _plan(layer: Any, path: Path, options: dict[str, Any]) -> planning.Plan:
    plan = planning.propose(layer, slug=options["name"], title=options["title"] or path.stem)
    said = {name: options[name] for name in ("band", "mosaic", "source", "license", "unit", "replace")}
    said |= {"kind": options["kind"] or plan.raster["kind"], "taken_on": options["date"]}
    plan = plan.with_(public=options["public"], raster=rasters.known(said))
    if not options["crs"]:
        return plan
    code = options["crs"].upper().removeprefix("EPSG:")
    if not code.isdigit():
        raise ImportRefused("crs_unknown", crs=options["crs"])
    return plan.with_(srid=int(code))
