"""`manage.py import_layer`: a file becomes a layer."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from core.acting import acting
from core.errors import DomainError
from jobs.actions import enqueue
from layers.importing import control, messages, naming, planning, tasks
from layers.importing.errors import ImportRefused
from layers.importing.loading import Load
from layers.importing.planning import Plan
from layers.importing.reader import encodings
from layers.importing.reader.process import Reader
from layers.importing.reader.refusals import Refusal
from layers.importing.reporting import Report


class Command(BaseCommand):
    """Prints features read, loaded, repaired and refused; leaves nothing behind when it refuses."""

    # They import the addresses, and with them the whole portal, for half a second of nothing.
    requires_system_checks = []
    help = (
        "Make a layer of a file: GeoPackage, shapefile or file geodatabase (.zip), GeoJSON, KML, GML, GPX, DXF, CSV, "
        "Excel, GeoParquet, FlatGeobuf, Esri JSON, TopoJSON, EDIGEO, OpenStreetMap."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--name", required=True, metavar="SLUG", help="key of the new layer")
        parser.add_argument("--layer", metavar="L", help="which layer of the file, when it has several")
        parser.add_argument("--all", action="store_true",
                            help="every layer of the file; its name is put behind the key: SLUG-layer")  # fmt: skip
        parser.add_argument("--crs", metavar="EPSG:N", help="coordinate reference system of the file")
        parser.add_argument("--encoding", metavar="NAME", help="encoding of the text of a shapefile")
        parser.add_argument("--title", default="", help="title of the layer (default: its name in the file)")
        parser.add_argument("--fields", metavar="A,B,…", help="keep only these fields")
        parser.add_argument("--x", metavar="COLUMN", help="column of a table with easting or longitude")
        parser.add_argument("--y", metavar="COLUMN", help="column of a table with northing or latitude")
        parser.add_argument("--wkt", metavar="COLUMN", help="column of a table with geometry as WKT")
        parser.add_argument("--cad-layer", action="append", default=[], metavar="NAME",
                            help="only this layer of a drawing; may be given again")  # fmt: skip
        parser.add_argument("--swap-axes", action="store_true", help="coordinates are the wrong way round")
        parser.add_argument("--public", action="store_true", help="show the layer to everybody")
        parser.add_argument(
            "--replace", action="store_true", help="replace the layer if there is one of this key"
        )
        parser.add_argument("--mode", choices=[str(mode) for mode in planning.Mode], default="new",
                            help="into the layer of this key: add rows, update by key, replace by key")  # fmt: skip
        parser.add_argument("--key", metavar="FIELD", default="", help="the field by which rows are matched")
        parser.add_argument("--join", metavar="COLUMN", help="column of a table whose value names a feature")
        parser.add_argument(
            "--join-to", metavar="LAYER.FIELD", default="", help="where that feature is found"
        )
        parser.add_argument("--control", metavar="FILE", type=Path,
                            help="control points, one a line: x y in the file, x y in its system")  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="report what would happen, load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        with acting(channel="import", request=f"import {path.name}"[:100]):
            if options["all"]:
                self._load_all(path, options)
            else:
                self._load_one(path, options)

    def _load_one(self, path: Path, options: dict[str, Any]) -> None:
        try:
            report = self._load(path, options)
        except Refusal as refusal:
            raise CommandError(messages.refusal(refusal.code, refusal.params)) from refusal
        except DomainError as error:
            raise CommandError(str(error.title)) from error
        self._print(report, options)

    def _load_all(self, path: Path, options: dict[str, Any]) -> None:
        """Load every layer, each by itself; one that is refused stops no other."""
        names = self._names(path)
        refused = 0
        for key, slug in names.items():
            self.stdout.write(self.style.MIGRATE_HEADING(f"{key.partition(':')[2]}"))
            try:
                self._load_one(path, {**options, "layer": key, "name": f"{options['name']}-{slug}"})
            except CommandError as error:
                refused += 1
                self.stderr.write(self.style.ERROR(str(error)))
        if refused:
            raise CommandError(f"{refused} of {len(names)} layers were refused.")

    def _names(self, path: Path) -> dict[str, str]:
        """Return the key of each layer with shapes, and what it adds to the key of the new layer."""
        from django.conf import settings

        try:
            with Reader(path) as reader:
                found = reader.inspect(grid=settings.GRID_SRID, brief=True)["layers"]
        except Refusal as refusal:
            raise CommandError(messages.refusal(refusal.code, refusal.params)) from refusal
        usable = [one for one in found if one["has_geometry"] and not one["empty"]]
        slugs = naming.columns(naming.slug(one["name"]) for one in usable)
        return {one["key"]: slug.replace("_", "-") for one, slug in zip(usable, slugs, strict=True)}

    def _load(self, path: Path, options: dict[str, Any]) -> Report:
        from django.conf import settings

        with ThreadPoolExecutor(1) as pool, Reader(path) as reader:
            digest = pool.submit(_sha256, path)
            reading = {key: options[key] for key in ("x", "y", "wkt", "join") if options[key]}
            if options["encoding"]:
                reading["encoding"] = _encoding(options["encoding"])
            inspection = reader.inspect(grid=settings.GRID_SRID, brief=not options["crs"], reading=reading)
            layer = planning.find_layer(inspection, options["layer"])
            plan = _plan(layer, options)
            load = Load(reader, layer, plan)
            if options["dry_run"]:
                return load.rehearse()
            about = {"file_name": path.name, "file_sha256": digest.result()}
            with transaction.atomic():
                report = load.run(by=None, about=about)
                enqueue(tasks.prepare, plan.slug, title=_("Prepare “%(slug)s”") % {"slug": plan.slug})
            return report

    def _print(self, report: Report, options: dict[str, Any]) -> None:
        say = self.stdout.write
        say(f"read:     {report.read}")
        say(f"{'would load' if report.rehearsed else 'loaded'}:   {report.loaded}")
        say(f"repaired: {report.repaired}" + _reasons(messages.REPAIRS, report.repairs))
        say(f"refused:  {report.refused}" + _reasons(messages.ROW_REASONS, report.refusals))
        for row in report.refused_rows:
            say(f"  row {row['row']}: {messages.say(messages.ROW_REASONS, row['reason'])}")
        for note in report.notes:
            say(f"note:     {messages.say(messages.NOTES, note['code'], note['params'])}")
        if not report.rehearsed:
            say(self.style.SUCCESS(f"The layer “{options['name']}” is ready."))


def _plan(layer: Any, options: dict[str, Any]) -> Plan:
    plan = planning.propose(layer, slug=options["name"], title=options["title"])
    changes: dict[str, Any] = {
        name: options[name] for name in ("public", "replace", "swap_axes", "mode", "key")
    }
    changes["only"] = tuple(options["cad_layer"])
    if options["join_to"]:
        to, _dot, field = options["join_to"].partition(".")
        changes["placed_by"] = {"layer": to, "field": field}
    if options["control"]:
        changes["control"] = control.read(options["control"].read_text(encoding="utf-8"))
    if options["crs"]:
        code = options["crs"].upper().removeprefix("EPSG:")
        if not code.isdigit():
            raise ImportRefused("crs_unknown", crs=options["crs"])
        changes["srid"] = int(code)
    if options["encoding"]:
        changes["encoding"] = _encoding(options["encoding"])
    if options["fields"]:
        changes["fields"] = planning.keeping(plan, options["fields"].split(","))
    return plan.with_(**changes)


def _encoding(said: str) -> str:
    named = encodings.named(said)
    if named is None:
        known = ", ".join(encodings.TITLES.values())
        raise ImportRefused("encoding_unknown", encoding=said, known=known)
    return named


def _reasons(table: Any, counts: Any) -> str:
    listed = ", ".join(f"{messages.say(table, reason)}: {count}" for reason, count in counts.most_common())
    return f" ({listed})" if listed else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
