"""Put features back as they were: one to the state before a change, or all inside a shape to an instant."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.policy import Subject
from core.errors import DomainError, NotFound, TooLarge, Unprocessable
from layers.actions.features import Outcome
from layers.changes.reading import keys_changed
from layers.collections import Collection
from layers.sqltext import identifier, table
from layers.writing.declaring import Written
from layers.writing.rows import Rows

MOST_IN_AREA = 2_000
# The first change after an instant says what the row was at it: nothing, where that was its making.
_STATE_AT = """
    SELECT action, before FROM audit_event WHERE relation = %s AND row_id = %s AND at > %s ORDER BY id LIMIT 1"""
_STATE_BEFORE = "SELECT action, before FROM audit_event WHERE relation = %s AND row_id = %s AND id = %s"


@transaction.atomic
def restore_feature(*, collection: Collection, by: Subject, key: int, change: int) -> Written:
    """Bring a feature back to what it was before a change (an event's id), as a new change.

    Rights and rules are those of any edit: fields that `by` may not change stay as they are now.
    """
    rows = Rows(collection, by)
    action, before = _read(_STATE_BEFORE, collection, key, change)
    if action is None:
        raise NotFound(_("There is no such change."))
    if before is None:
        raise Unprocessable(_("Before this change there was no such feature."))
    return _put(rows, key, before)


@transaction.atomic
def restore_area(*, collection: Collection, by: Subject, shape: str, at: datetime) -> list[Outcome]:
    """Bring every feature that changed inside a shape back to what it was at an instant.

    `shape` is EWKB in the layer's system. What is refused (a value that is taken meanwhile, say)
    leaves the others restored; the outcomes say which, in the order of the keys.
    """
    rows = Rows(collection, by)
    rows.view.as_of(at)
    keys = keys_changed(rows.view, since=at, shape=shape, most=MOST_IN_AREA + 1)
    if len(keys) > MOST_IN_AREA:
        raise TooLarge(_("More than 2,000 features changed there: choose a smaller area."))
    return [_attempt(rows, key, at) for key in keys]


def _attempt(rows: Rows, key: int, at: datetime) -> Outcome:
    try:
        with transaction.atomic():
            _action, before = _read(_STATE_AT, rows.collection, key, at)
            if before is not None:
                return Outcome(key, _put(rows, key, before))
            rows.delete(rows.locked(key).key)
            return Outcome(key, None)
    except DomainError as refusal:
        return Outcome(key, None, refusal)


def _read(sql: str, collection: Collection, key: int, which: Any) -> tuple[str | None, dict[str, Any] | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT action, before::text FROM ({sql}) found", [collection.relation, str(key), which]
        )
        found = cursor.fetchone()
    if found is None:
        return None, None
    return found[0], None if found[1] is None else json.loads(found[1])


def _put(rows: Rows, key: int, state: Mapping[str, Any]) -> Written:
    if not _exists(rows.collection, key):
        return Written(*rows.revive(key, state))
    before = rows.locked(key)
    return Written(key, rows.update(before, rows.as_kept(state, key)))


def _exists(collection: Collection, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table(collection)} WHERE {identifier(collection.key)} = %s", [key])
        return cursor.fetchone() is not None
