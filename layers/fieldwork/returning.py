"""A package comes back: each changed row is taken over, shown as a conflict, or refused with its reason.

A row is changed under the version with which it left, so that nobody else's change is written over
unseen. The same row again is the row kept: a package may come back as often as the line breaks, and
may be worked on further in between. Rows that are missing in the package stay as they are.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.core.files import File
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.policy import Subject
from core.errors import Conflict, DomainError, NotFound, PreconditionFailed, TooLarge, Unprocessable
from layers import registry
from layers.access import view
from layers.actions.features import change_feature, create_feature
from layers.collections import Collection, FieldType
from layers.features import reading
from layers.fieldwork.package import Package, Row, opened, wkb
from layers.models import FieldOutcome, FieldReturn, FieldRow
from layers.writing.declaring import AS_IT_WAS, Written, writers

MOST_ROWS, MOST_BYTES = 10_000, 500_000_000
_TAKEN = (FieldOutcome.APPLIED, FieldOutcome.KEPT)


@transaction.atomic
def take_back(*, path: Path, by: User, subject: Subject) -> FieldReturn:
    """Take over what came back in a package; every changed row has an outcome, all in one transaction."""
    if path.stat().st_size > MOST_BYTES:
        raise TooLarge(_("A package may have at most 500 MB."))
    with opened(path) as package:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 58))", [str(package.number)])
        returned = FieldReturn(package=package.number, by=by)
        with path.open("rb") as body:
            returned.file.save(f"{package.number}.gpkg", File(body), save=False)
        returned.save()
        _rows(returned, package, subject)
    return returned


def _rows(returned: FieldReturn, package: Package, subject: Subject) -> None:
    count = 0
    for layer, srid in package.layers.items():
        for row in package.rows(layer):
            count += 1
            if count > MOST_ROWS:
                raise TooLarge(_("A package may bring at most 10,000 changed rows at once."))
            _row(returned, layer, srid, row, subject).save()


def _row(returned: FieldReturn, layer: str, srid: int, row: Row, subject: Subject) -> FieldRow:
    before = FieldRow.objects.filter(
        package=returned.package, collection=layer, fid=row.fid, outcome__in=(*_TAKEN, FieldOutcome.THEIRS)
    ).last()
    kept = FieldRow(
        returned=returned, package=returned.package, collection=layer, fid=row.fid, digest=row.digest,
        key=row.key if row.key is not None or before is None else before.key, version=row.version, srid=srid,
        is_moved=row.is_moved,
    )  # fmt: skip
    if before is not None and before.digest == row.digest:
        again = before.outcome if before.outcome == FieldOutcome.THEIRS else FieldOutcome.KEPT
        kept.key, kept.version, kept.outcome = before.key, before.version, again
        return kept
    if before is not None:
        kept.version = before.version
    try:
        collection = registry.find(layer)
        kept.properties = _typed(collection, row.changed if kept.key is not None else _filled(row.values))
        kept.geometry = _geojson(row.shape) if row.is_moved else None
        _write(kept, collection, subject)
    except PreconditionFailed as stale:
        kept.outcome, kept.reason = FieldOutcome.CONFLICT, str(stale.title)
        kept.differences, kept.version = _differences(kept, registry.find(layer), row.base, subject)
    except DomainError as refusal:
        kept.outcome, kept.reason = FieldOutcome.REFUSED, _said(refusal)
    return kept


def _write(kept: FieldRow, collection: Collection, subject: Subject) -> None:
    with transaction.atomic():
        written = _written(kept, collection, subject)
    kept.key, kept.version, kept.outcome = written.key, written.version, FieldOutcome.APPLIED


def _written(kept: FieldRow, collection: Collection, subject: Subject) -> Written:
    shape = kept.geometry if kept.is_moved else AS_IT_WAS
    content: dict[str, Any] = {"by": subject, "properties": kept.properties, "srid": kept.srid}
    if kept.key is None:
        return create_feature(collection=collection, geometry=kept.geometry, **content)
    if kept.version is None and collection.id not in writers():
        raise Conflict(_("This layer keeps no versions; its rows do not come back."))
    return change_feature(
        collection=collection, key=kept.key, version=kept.version, geometry=shape, **content
    )


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _typed(collection: Collection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON has them: SQLite knows no truth values."""
    truths = {one.name for one in collection.fields if one.type == FieldType.BOOLEAN}
    return {
        name: bool(value) if name in truths and value is not None else value for name, value in values.items()
    }


def _geojson(shape: bytes | None) -> Any:
    try:
        body = wkb(shape)
        return None if body is None else json.loads(GEOSGeometry(memoryview(body)).json)
    except (GEOSException, GDALException, ValueError, TypeError) as error:
        raise Unprocessable(
            _("The shape cannot be read."), fields={"geometry": _("The shape cannot be read.")}
        ) from error


def _differences(
    kept: FieldRow, collection: Collection, base: Mapping[str, Any], subject: Subject
) -> tuple[dict[str, Any], int | None]:
    """Return by field what was, what came and what is now, and the version that this is."""
    now = reading.single(view(subject, collection), kept.key or 0) or {}
    present = now.get("feature", {}).get("properties", {})
    was = _typed(collection, base)
    found = {
        name: {"was": was.get(name), "yours": value, "now": present.get(name)}
        for name, value in kept.properties.items()
    }
    return found, int(now["version"]) if now.get("version") else None


def _said(refusal: DomainError) -> str:
    faults = " ".join(f"{name}: {why}" for name, why in refusal.fields.items())
    return f"{refusal.title} {faults or refusal.detail}".strip()


@transaction.atomic
def settle(*, row_id: int, mine: bool, version: int | None, by: User, subject: Subject) -> FieldRow:
    """Settle a conflict: write what came over what was shown as being there now, or let that stand."""
    row = FieldRow.objects.select_for_update().filter(pk=row_id, returned__by=by).first()
    if row is None:
        raise NotFound(_("There is no such row."))
    if row.outcome != FieldOutcome.CONFLICT or row.version != version:
        raise Conflict(_("This conflict is settled already."))
    if not mine:
        row.outcome = FieldOutcome.THEIRS
    else:
        try:
            _write(row, registry.find(row.collection), subject)
        except PreconditionFailed as stale:
            was = {name: both.get("was") for name, both in row.differences.items()}
            row.differences, row.version = _differences(row, registry.find(row.collection), was, subject)
            row.reason = str(stale.title)
    row.save()
    return row


def counts(returned: FieldReturn) -> Mapping[str, int]:
    """Return how many rows had which outcome."""
    return Counter(returned.rows.values_list("outcome", flat=True))
