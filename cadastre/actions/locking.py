"""Locking a record for a change, by the version that the caller has seen."""

from django.utils.translation import gettext_lazy as _

from cadastre.errors import NotEditable, StaleRecord
from cadastre.models import Record
from core.errors import NotFound


def locked(record_id: int, *, version: int | None, editable: bool = False) -> Record:
    """Return the record locked until the transaction ends.

    `version` is what the caller based its change on; None is for callers that hold the lock's outcome
    themselves. Raises NotFound, StaleRecord (412) or NotEditable (409).
    """
    record = Record.objects.select_for_update(of=("self",)).filter(pk=record_id).first()
    if record is None:
        raise NotFound(_("There is no such record."))
    if version is not None and record.version != version:
        raise StaleRecord(record)
    if editable and not record.is_editable:
        raise NotEditable(record.get_state_display())
    return record


def touch(record: Record, *fields: str) -> None:
    """Save fields of a locked record under its next version."""
    record.version += 1
    record.save(update_fields=[*fields, "version", "changed_at"])
