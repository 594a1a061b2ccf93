"""One change to many rows: first shown on some of them, then carried out by a job, all or none."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_tasks import task

from accounts.authentication import subject_of_user
from accounts.models import User
from core.acting import acting
from core.errors import Conflict, DomainError, TooLarge, Unprocessable
from jobs import progress
from layers import joins, registry
from layers.access import View, view
from layers.actions.features import Change, Kind, write_features
from layers.features import asked as asking
from layers.features.reading import bounded
from layers.sheets.rows import count
from layers.sqltext import identifier, table
from layers.versions import relation_version

MOST = 10_000
SHOWN = 20
_PART = 250
_ELSEWHERE = frozenset({"columns", "at", "after", "limit", "sortby", joins.PARAMETER})


class _OnlyLooking(Exception):
    """Ends a rehearsal: everything is rolled back."""


def preview(by: Any, collection: str, query: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many rows the change meets, some before and after, and why it cannot be made, if so.

    The rows shown are really changed, by the one action there is, and rolled back.
    """
    seen = _joined(by, collection, query)
    matched, keys = _meant(seen, query, SHOWN)
    if not values:
        raise Unprocessable(_("Choose a field and its new value."))
    before = _values(seen, keys, values)
    outcomes: list[Any] = []
    after: dict[int, list[Any]] = {}
    try:
        with transaction.atomic():
            changes = [Change(Kind.CHANGE, key=key, properties=values) for key in keys]
            outcomes = write_features(collection=seen.collection, by=by, changes=changes)
            after = _values(seen, keys, values)
            raise _OnlyLooking
    except _OnlyLooking:
        pass
    refused = next((one.refusal for one in outcomes if one.refusal), None)
    reason = _too_many(matched) or _repeated(seen, matched, values) or _reason(refused)
    return {
        "matched": matched,
        "fields": list(values),
        "rows": [{"id": key, "before": before[key], "after": after.get(key)} for key in keys],
        "refused": reason,
        "version": relation_version(seen.collection.relation),
    }


def _joined(by: Any, collection: str, query: str) -> View:
    return joins.joined(by, view(by, registry.find(collection)), dict(parse_qsl(query)))


def _meant(seen: View, query: str, limit: int) -> tuple[int, list[int]]:
    """Return how many rows a table's address means, and the first keys of them."""
    parameters = {name: value for name, value in parse_qsl(query) if name not in _ELSEWHERE}
    asked = asking.read(seen, parameters)
    key = f"t.{identifier(seen.collection.key)}"
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {key} FROM {table(seen.collection)} t WHERE {asked.where.text} ORDER BY {key} LIMIT %s",
            [*asked.where.values, limit],
        )
        return count(seen, asked), [row[0] for row in cursor.fetchall()]


def _values(seen: View, keys: list[int], values: Mapping[str, Any]) -> dict[int, list[Any]]:
    """Return what the rows hold now in the fields of the change; what may not be read is left empty."""
    known = [name if seen.collection.field(name) and seen.field(name) else "" for name in values]
    columns = ", ".join(f"t.{identifier(name)}::text" if name else "NULL" for name in known)
    key = f"t.{identifier(seen.collection.key)}"
    with bounded() as cursor:
        cursor.execute(
            f"SELECT {key}, {columns} FROM {table(seen.collection)} t WHERE {key} = ANY(%s)", [keys]
        )
        return {row[0]: list(row[1:]) for row in cursor.fetchall()}


def _too_many(matched: int) -> str:
    return _("At most 10,000 rows are changed at once. Narrow the filter.") if matched > MOST else ""


def _repeated(seen: View, matched: int, values: Mapping[str, Any]) -> str:
    unique = [one for one in seen.fields if one.unique and values.get(one.name) not in (None, "")]
    if matched > 1 and unique:
        return _("“%(field)s” may hold each value only once.") % {"field": unique[0].title or unique[0].name}
    return ""


def _reason(refusal: DomainError | None) -> str:
    if refusal is None:
        return ""
    named = " ".join(str(why) for why in refusal.fields.values())
    return named or str(refusal.detail or refusal.title)


def check(by: Any, collection: str, query: str, values: Mapping[str, Any], version: int) -> None:
    """Refuse a change that its preview refused, or that was looked at before somebody else's change."""
    found = preview(by, collection, query, values)
    if found["matched"] > MOST:
        raise TooLarge(found["refused"])
    if found["refused"]:
        raise Unprocessable(_("This change cannot be made."), detail=found["refused"])
    if found["version"] != version:
        raise Conflict(_("The layer changed since you looked. Look again at what would change."))


@task()
def change_rows(user_id: int, collection: str, query: str, values: dict[str, Any]) -> dict[str, Any]:
    """Change every row that the query means, or none; begun again after its end, it changes nothing more."""
    by = subject_of_user(User.objects.get(pk=user_id))
    with acting(user_id, "job"), transaction.atomic():
        seen = _joined(by, collection, query)
        _matched, keys = _meant(seen, query, MOST + 1)
        if len(keys) > MOST:
            raise TooLarge(_too_many(len(keys)))
        for at in range(0, len(keys), _PART):
            progress.report(at, len(keys), _("Changing rows"))
            changes = [Change(Kind.CHANGE, key=key, properties=values) for key in keys[at : at + _PART]]
            outcomes = write_features(collection=seen.collection, by=by, changes=changes)
            refused = next((one for one in outcomes if one.refusal), None)
            if refused is not None:
                raise Unprocessable(
                    _("Row %(key)s refused the change; nothing was changed.")
                    % {"key": keys[at + refused.index]},
                    detail=_reason(refused.refusal),
                )
        progress.report(len(keys), len(keys), _("Changing rows"))
    return {
        gettext_noop("changed rows"): len(keys),
        gettext_noop("go on"): reverse("layer_table", args=[collection]),
    }
