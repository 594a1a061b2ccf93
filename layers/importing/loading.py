"""From a plan to a table: streamed by COPY, transformed, indexed, registered, in one transaction."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import psycopg2.errors
from django.conf import settings
from django.db import connection, transaction

from accounts.policy import Subject
from accounts.subjects import of_roles
from layers.actions.datasets import register_dataset
from layers.collections import Field, FieldType
from layers.importing import control, joining, naming, noting, planning, targets, transformation
from layers.importing.errors import ImportRefused
from layers.importing.merging import Difference, Merge
from layers.importing.noting import UNLISTED
from layers.importing.planning import Plan
from layers.importing.reader import encodings, placing, spreadsheets
from layers.importing.reader.process import CopyStream, Reader
from layers.importing.reader.types import geometry_type
from layers.importing.reporting import RefusedRows, Report
from layers.importing.tables import Table
from layers.models import Dataset

STAFF_ROLES = (
    "engineer",
    "approver",
    "assessor",
    "treasurer",
    "clerk",
    "network",
    "surveyor",
    "auditor",
    "admin",
)
EDIT_ROLES = ("engineer", "surveyor", "network")
# Who loads by command: the machine's own operator.
SYSTEM = of_roles(["admin"])
_TYPES = {
    "integer": FieldType.INTEGER,
    "bigint": FieldType.INTEGER,
    "real": FieldType.NUMBER,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "instant": FieldType.DATETIME,
}
OnProgress = Callable[[int], None]


def chosen_reading(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a table's reading decides how it is read."""
    return {key: reading[key] for key in spreadsheets.CHOICES if reading.get(key)}


class _Rehearsed(Exception):
    """Ends a rehearsal: everything is rolled back."""


class _Misfit(Exception):
    """Ends a straight copy whose rows are not all alike: everything is rolled back and staged instead."""


class Load:
    """One load of one plan; `refused_to` is the CSV that gets every refused row, with its reason."""

    def __init__(
        self,
        reader: Reader,
        layer: Mapping[str, Any],
        plan: Plan,
        *,
        on_progress: OnProgress = lambda read: None,
        refused_to: Path | None = None,
        subject: Subject = SYSTEM,
        compared: str = "",
    ) -> None:
        planning.check(plan, layer)
        self.subject, self.compared = subject, compared
        self.target = targets.find(plan, subject)
        self.reader, self.layer, self.plan, self.on_progress = reader, layer, plan, on_progress
        self.source_srid = plan.srid or settings.GRID_SRID
        self.hull = planning.outline(plan, layer)
        ring = placing.footprint(self.hull, self.source_srid) or []
        self.srid = (
            placing.storage_srid(self.source_srid, ring, settings.GRID_SRID) if ring else settings.GRID_SRID
        )
        if self.target:
            self.srid = self.target.srid
        self.report = Report(srid=self.srid)
        self.table = Table(plan.table, plan.kept)
        self.refused = RefusedRows(refused_to, [one.name for one in plan.kept])
        self._tally: dict[str, Any] = {}

    def rehearse(self) -> Report:
        """Do everything but keep nothing; the report is what `run` would say."""
        try:
            with transaction.atomic():
                self.run(by=None)
                raise _Rehearsed
        except _Rehearsed:
            self.report.rehearsed = True
        return self.report

    @transaction.atomic
    def run(self, *, by: Any, about: Mapping[str, Any] | None = None) -> Report:
        """Load, register and report; either all of it happens or nothing."""
        self._make_room()
        try:
            self.report.operation = transformation.describe(self.hull, self.source_srid, self.srid)
            self.movement = transformation.movement(self.hull, self.source_srid, self.srid)
            self.report.operation["shift"] = self.movement.shift
            if self.target:
                self._stage()
                self._merge(self.target, by, about or {})
            else:
                if not self._copied_straight():
                    self._stage()
                    self._make()
                self.table.finish()
                self._note()
                self._register(by, about or {})
        finally:
            self.refused.close()
        return self.report

    def _copied_straight(self) -> bool:
        """Copy the rows into the table itself, where they need nothing but what the reader does to them."""
        plan = self.plan
        if plan.control or plan.placed_by or plan.swap_axes or self.source_srid != self.srid:
            return False
        fitted = transformation.fitted(self.hull, self.srid, settings.TILE_SRID)
        if fitted is None:
            return False
        report, self.report = self.report, deepcopy(self.report)
        try:
            with transaction.atomic():
                self._copy({"straight": fitted}, self.table.copy_straight)
        except _Misfit:
            self.report = report
            return False
        self.report.loaded = self._tally["kept"]
        return True

    def _make(self) -> None:
        kind = self.report.geometry_type = geometry_type(self._tally["types"])
        self.table.make(kind, self.srid)
        self.report.loaded = self.table.fill(kind, self.movement)

    def _merge(self, target: targets.Target, by: Any, about: Mapping[str, Any]) -> None:
        blank = frozenset(one["name"] for one in self.layer["fields"] if one["blank"])
        targets.check_types(target, self.plan, blank)
        merge = Merge(target, self.plan, self.movement, sorted(blank))
        merge.begin(self.compared)
        for message in merge.refused():
            self.report.refused += 1
            self._hear(message)
        difference: Difference = merge.apply()
        self.report.difference = difference.as_dict()
        self.report.loaded = difference.added + difference.changed + difference.unchanged
        if not self.report.loaded:
            raise ImportRefused("nothing_to_load", read=self.report.read, reasons=dict(self.report.refusals))
        self.report.geometry_type = target.collection.geometry_type
        self._note()
        dataset = Dataset.objects.get(slug=self.plan.slug)
        known = {**about, "feature_count": merge.count(), "report": self.report.as_dict(), "imported_by": by}
        for name, value in known.items():
            setattr(dataset, name, value)
        dataset.save()

    def _make_room(self) -> None:
        for srid in (self.source_srid, self.srid):
            transformation.known_to_database(srid)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.table.relation])
            cursor.execute("SET LOCAL work_mem = '128MB'")
            cursor.execute("SELECT to_regclass(%s)", [self.table.relation])
            exists = cursor.fetchone()[0] is not None
        known = Dataset.objects.filter(slug=self.plan.slug).exists()
        if self.target:
            return
        if (exists or known) and not self.plan.replace:
            raise ImportRefused("slug_taken", slug=self.plan.slug)
        self.table.drop()

    def _stage(self) -> None:
        plan = self.plan
        self.table.make_staging()
        self._copy({}, self.table.copy_to_staging)
        if plan.control:
            self.table.move(control.fit(plan.control).affine)
        if plan.placed_by:
            self._tally |= joining.place(plan, self.layer, self.subject, self.source_srid)
            self.report.joined = self._tally["joined"]
            self._refuse_nothing()

    def _copy(self, more: Mapping[str, Any], into: Callable[[CopyStream], None]) -> None:
        plan = self.plan
        request = {
            "layer": plan.layer,
            "fields": [{"name": one.name, "type": one.type} for one in plan.kept],
            "encoding": plan.encoding,
            "bounds": None if plan.control else placing.allowed_box(self.source_srid, self.srid),
            "swap_axes": plan.swap_axes,
            "only": list(plan.only),
            "reading": chosen_reading(self.layer["reading"]),
            **more,
        }
        stream = self.reader.copy(request, self._hear)
        try:
            stream.reach_rows()
            if not stream.ended:
                into(stream)
        except psycopg2.errors.QueryCanceled:
            # What ended the stream is the cause; the driver only says that it ended.
            if stream.failure:
                raise stream.failure from None
            raise
        self._settle()
        if not plan.placed_by:
            self._refuse_nothing()

    def _refuse_nothing(self) -> None:
        if not self._tally["types"] and not (self.target and self.report.read > self.report.refused):
            raise ImportRefused("nothing_to_load", read=self.report.read, reasons=dict(self.report.refusals))

    def _settle(self) -> None:
        self.report.read = self._tally["read"]
        self.report.repaired, self.report.refused = self._tally["repaired"], self._tally["refused"]

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message["kind"]
        if kind == "progress":
            self.on_progress(message["read"])
        elif kind == "settled":
            self.report.geometry_type = message["geometry_type"]
            self.table.make(self.report.geometry_type, self.srid)
        elif kind == "misfit":
            self.refused.close()
            raise _Misfit
        elif kind == "tally":
            self._tally = message
        elif kind in ("repaired", "refused"):
            self.report.hear(message)
            if kind == "refused":
                self.refused.write(message)

    def _note(self) -> None:
        noting.take_notes(self.report, self.plan, self.layer, self._tally, self.subject)

    def _register(self, by: Any, about: Mapping[str, Any]) -> None:
        fields = [one for one in self.plan.kept if one.type not in UNLISTED]
        label = naming.naming_column([{"column": one.column, "type": one.type} for one in fields])
        register_dataset(
            slug=self.plan.slug,
            relation=self.table.relation,
            geometry_type=self.report.geometry_type,
            fields=[
                Field(
                    name=one.column,
                    title=one.title,
                    type=_TYPES.get(one.type, FieldType.TEXT),
                    searchable=one.column == label,
                )
                for one in fields
            ],
            by=by,
            title=self.plan.title,
            label_field=label,
            view_roles=["public"] if self.plan.public else list(STAFF_ROLES),
            edit_roles=list(EDIT_ROLES),
            file_format=self.layer["format"],
            file_crs=f"EPSG:{self.source_srid} {placing.name_of(self.source_srid)}",
            encoding=encodings.TITLES.get(self.plan.encoding or "", ""),
            transformation=str(self.report.operation["name"])[:255],
            feature_count=self.report.loaded,
            report=self.report.as_dict(),
            **about,
        )
