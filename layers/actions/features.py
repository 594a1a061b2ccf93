"""Create, change and retire single features of an editable layer, for every channel alike.

The attribute table, the map's drawing tools, OGC API Features Part 4 and jobs all write through
here: rights by layer and field, types and rules of the fields, the shape, the version that the
change is based on. The database's triggers write the event log and move the layer's version.
A retired row leaves the table; the event log keeps it whole, and `restore` brings it back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.policy import Subject
from core.errors import DomainError, TooLarge
from layers.collections import Collection
from layers.writing.declaring import AS_IT_WAS, Written, writers
from layers.writing.errors import StaleFeature
from layers.writing.registers import Register
from layers.writing.rows import Rows
from layers.writing.shapes import LONLAT

MOST_AT_ONCE = 10_000


class Kind(StrEnum):
    """What can be done with one feature."""

    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    RETIRE = "retire"


@dataclass(frozen=True)
class Change:
    """One row of a batch; `version` is what the change is based on (None: whatever it is now)."""

    kind: Kind
    key: int | None = None
    version: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    geometry: Any = AS_IT_WAS
    srid: int = LONLAT


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a batch: the feature as written, or why not."""

    index: int
    written: Written | None
    refusal: DomainError | None = None


@transaction.atomic
def create_feature(
    *,
    collection: Collection,
    by: Subject,
    properties: Mapping[str, Any],
    geometry: Any = None,
    srid: int = LONLAT,
) -> Written:
    """Add a feature; `geometry` is a GeoJSON geometry with coordinates in the EPSG code `srid`.

    Refuses with `Forbidden` or `NotFound` who may not, `EditedElsewhere` a register with a
    workbench of its own, `NotAsDeclared` (422) values and shapes that do not fit, by field.
    """
    rows = _rows(collection, by)
    if isinstance(rows, Register):
        return rows.create(properties, geometry, srid)
    values = rows.new(properties, geometry, srid)
    return Written(*rows.insert(values))


@transaction.atomic
def change_feature(
    *,
    collection: Collection,
    by: Subject,
    key: int,
    version: int | None,
    properties: Mapping[str, Any],
    geometry: Any = AS_IT_WAS,
    srid: int = LONLAT,
    whole: bool = False,
) -> Written:
    """Change the fields that are given, or with `whole` every field that `by` may change.

    Refuses as `create_feature` does, and with `StaleFeature` (412, with the present feature) where
    the feature's version is no longer `version`. Fields that one may not change stay as they are;
    to send another value for one is refused.
    """
    rows = _rows(collection, by)
    if isinstance(rows, Register):
        return rows.change(key, version, properties, geometry, srid, whole=whole)
    before = rows.locked(key)
    if version is not None and before.version != version:
        raise StaleFeature(rows.shown(key))
    keep_shape = geometry is AS_IT_WAS
    values = rows.changed(before, properties, geometry, srid, keep_shape=keep_shape, whole=whole)
    return Written(key, rows.update(before, values))


@transaction.atomic
def retire_feature(*, collection: Collection, by: Subject, key: int, version: int | None) -> None:
    """Take a feature out of the layer; the event log keeps it. Refuses as `change_feature` does."""
    rows = _rows(collection, by)
    if isinstance(rows, Register):
        rows.retire(key, version)
        return
    before = rows.locked(key)
    if version is not None and before.version != version:
        raise StaleFeature(rows.shown(key))
    rows.delete(key)


def _rows(collection: Collection, by: Subject) -> Rows | Register:
    """Return what writes the rows of a layer: the engine by its fields, or a register by its own rules."""
    own = writers().get(collection.id)
    return Rows(collection, by) if own is None else Register(collection, own, by)


@transaction.atomic
def write_features(
    *, collection: Collection, by: Subject, changes: Iterable[Change], all_or_nothing: bool = False
) -> list[Outcome]:
    """Carry out changes in turn, at most 10,000; return what became of each.

    What is refused leaves the others untouched, unless `all_or_nothing`: then nothing is kept as
    soon as one is refused, and the outcomes still say which.
    """
    _rows(collection, by)
    wanted = list(changes)
    if len(wanted) > MOST_AT_ONCE:
        raise TooLarge(_("Send at most 10,000 changes at once."))
    outcomes = [_attempt(collection, by, index, change) for index, change in enumerate(wanted)]
    if all_or_nothing and any(outcome.refusal for outcome in outcomes):
        transaction.set_rollback(True)
        return [Outcome(one.index, None, one.refusal) for one in outcomes]
    return outcomes


def _attempt(collection: Collection, by: Subject, index: int, change: Change) -> Outcome:
    try:
        with transaction.atomic():
            return Outcome(index, _carry_out(collection, by, change))
    except DomainError as refusal:
        return Outcome(index, None, refusal)


def _carry_out(collection: Collection, by: Subject, change: Change) -> Written | None:
    known: dict[str, Any] = {"collection": collection, "by": by}
    content: dict[str, Any] = {"properties": change.properties, "srid": change.srid}
    if change.kind == Kind.CREATE:
        shape = None if change.geometry is AS_IT_WAS else change.geometry
        return create_feature(**known, **content, geometry=shape)
    known |= {"key": change.key or 0, "version": change.version}
    if change.kind == Kind.RETIRE:
        return retire_feature(**known)
    return change_feature(**known, **content, geometry=change.geometry, whole=change.kind == Kind.REPLACE)
