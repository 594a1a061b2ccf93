"""The life of a record: opened, described, submitted, returned, withdrawn."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cadastre import follow
from cadastre.actions.drafting import release
from cadastre.actions.locking import locked, touch
from cadastre.checks.drafts import findings_of, outstanding
from cadastre.checks.registry import Moment
from cadastre.errors import ChecksFailed, OwnApproval, WrongState
from cadastre.models import CheckReason, Presence, Record, RecordEvent, RecordState, Source
from cadastre.succession import succession_of
from core.errors import TooLarge, Unprocessable

PRESENT_FOR = timedelta(seconds=45)
LARGEST_SCAN = 30 * 1024 * 1024
SCAN_HEADS = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
DESCRIBED = ("kind", "dated_on", "effective_on", "applicant_id", "applicant_name", "note")


@transaction.atomic
def open_record(
    *, kind: str, by: User, on: date, effective_on: date | None = None, note: str = "", applicant_name: str = "",
    applicant_id: int | None = None, undoes: Record | None = None,
) -> Record:  # fmt: skip
    """Open a record with the next number of the year."""
    record = Record(
        kind=kind,
        number=_next_number(on.year),
        dated_on=on,
        effective_on=effective_on or on,
        created_by=by,
        note=note,
        applicant_name=applicant_name,
        applicant_id=applicant_id,
        undoes=undoes,
    )
    _require_fit(record)
    record.save()
    RecordEvent.objects.create(record=record, state=record.state, by=by)
    return record


def _require_fit(record: Record) -> None:
    """Refuse what the record's fields cannot hold: another kind, an applicant whom nobody knows, too long a text."""
    try:
        record.clean_fields(exclude=["created_by", "undoes", "number"])
    except ValidationError as fault:
        fields = {name: " ".join(said) for name, said in fault.message_dict.items()}
        raise Unprocessable(_("The record does not fit."), fields=fields) from fault


def _next_number(year: int) -> str:
    """Return the next number of a year; a lock keeps two openers from the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cadastre.record.number'))")
        cursor.execute(
            "SELECT coalesce(max(split_part(number, '/', 2)::int), 0) + 1 FROM cadastre_record WHERE number LIKE %s",
            [f"{year}/%"],
        )
        return f"{year}/{cursor.fetchone()[0]:04d}"


@transaction.atomic
def describe_record(*, record_id: int, version: int, by: User, values: Mapping[str, Any]) -> Record:
    """Change what a record says of itself; names outside `DESCRIBED` are refused."""
    record = locked(record_id, version=version, editable=True)
    unknown = set(values) - set(DESCRIBED)
    if unknown:
        raise Unprocessable(
            _("The record does not fit."), fields=dict.fromkeys(unknown, _("There is no such field."))
        )
    for name, value in values.items():
        setattr(record, name, value)
    _require_fit(record)
    touch(record, *values)
    return record


@transaction.atomic
def add_source(
    *, record_id: int, version: int, by: User, kind: str, number: str, dated_on: date | None = None, title: str = "",
    scan: UploadedFile | None = None,
) -> Source:  # fmt: skip
    """Attach a document, with its scan where there is one (PDF, PNG, JPEG or TIFF)."""
    record = locked(record_id, version=version, editable=True)
    if not number.strip():
        raise Unprocessable(
            _("The document does not fit."), fields={"number": _("Enter the document's number.")}
        )
    source = Source(kind=kind, number=number.strip(), dated_on=dated_on, title=title.strip(), added_by=by)
    if scan is not None:
        source.scan_sha256 = _checked(scan)
        source.scan = scan
    source.save()
    record.sources.add(source)
    touch(record)
    return source


def _checked(scan: UploadedFile) -> str:
    if (scan.size or 0) > LARGEST_SCAN:
        raise TooLarge(_("A scan may have at most 30 MB."))
    body = scan.read()
    scan.seek(0)
    if not body.startswith(SCAN_HEADS):
        raise Unprocessable(
            _("The document does not fit."), fields={"scan": _("Attach a PDF, PNG, JPEG or TIFF file.")}
        )
    return hashlib.sha256(body).hexdigest()


@transaction.atomic
def give_reason(*, record_id: int, version: int, by: User, rule: str, subject: str, reason: str) -> Record:
    """Write down why a finding that needs a reason is right as it is."""
    record = locked(record_id, version=version, editable=True)
    if not reason.strip():
        raise Unprocessable(_("Enter the reason."), fields={"reason": _("Enter the reason.")})
    CheckReason.objects.update_or_create(
        record=record, rule=rule, subject=subject, defaults={"reason": reason.strip(), "by": by}
    )
    touch(record)
    return record


@transaction.atomic
def choose(
    *, record_id: int, version: int, choices: Mapping[tuple[str, str], str], suggested: bool = False
) -> Record:
    """Choose how rows follow on approval: options by (part, code); `suggested` settles all others.

    Raises Unprocessable for a row or an option that the record's present draft does not have.
    """
    record = locked(record_id, version=version, editable=True)
    parts = follow.foresee(succession_of(record))
    rows = {(part.code, one.code): one for part in parts for one in part.consequences if one.options}
    kept = {name: one.chosen(record.choices.get(name[0], {})) for name, one in rows.items()}
    for name, value in choices.items():
        if name not in rows or value not in {option.value for option in rows[name].options}:
            raise Unprocessable(
                _("This choice does not fit the draft as it is now."),
                fields={":".join(name): _("Choose one of the list.")},
            )
        kept[name] = value
    record.choices = {}
    for (part, code), value in kept.items():
        taken = value or (rows[part, code].suggested if suggested else "")
        if taken:
            record.choices.setdefault(part, {})[code] = taken
    touch(record, "choices")
    return record


@transaction.atomic
def submit_record(*, record_id: int, version: int, by: User) -> Record:
    """Send a record to approval; what blocks, or lacks a reason, stops it."""
    record = locked(record_id, version=version, editable=True)
    wrong = outstanding(record, findings_of(record, Moment.SUBMIT))
    if wrong:
        raise ChecksFailed(wrong)
    return _enter(record, RecordState.SUBMITTED, by)


@transaction.atomic
def return_record(*, record_id: int, version: int, by: User, reason: str) -> Record:
    """Give a submitted record back to those who drew it, with a reason."""
    record = locked(record_id, version=version)
    require_state(record, RecordState.SUBMITTED)
    require_other(record, by)
    if not reason.strip():
        raise Unprocessable(_("Enter the reason."), fields={"reason": _("Enter the reason.")})
    return _enter(record, RecordState.RETURNED, by, reason)


@transaction.atomic
def withdraw_record(*, record_id: int, version: int, by: User, reason: str = "") -> Record:
    """End an open record without any change of land."""
    record = locked(record_id, version=version)
    if not record.is_open:
        raise WrongState(record.get_state_display())
    release(record)
    return _enter(record, RecordState.WITHDRAWN, by, reason)


def require_state(record: Record, state: str) -> None:
    """Refuse a step that does not lead from the record's state."""
    if record.state != state:
        raise WrongState(record.get_state_display())


def require_other(record: Record, by: User) -> None:
    """Refuse a decision by somebody who opened the record or drew in it."""
    if by.pk == record.created_by_id or record.operations.filter(author=by).exists():
        raise OwnApproval


def _enter(record: Record, state: str, by: User, reason: str = "") -> Record:
    record.state = state
    touch(record, "state")
    RecordEvent.objects.create(record=record, state=state, by=by, reason=reason.strip())
    return record


def be_present(*, record: Record, user: User) -> list[User]:
    """Say that a user has the record open, and return who else has."""
    Presence.objects.update_or_create(record=record, user=user, defaults={"seen_at": timezone.now()})
    since = timezone.now() - PRESENT_FOR
    rows = (
        Presence.objects.filter(record=record, seen_at__gte=since).exclude(user=user).select_related("user")
    )
    return [row.user for row in rows]
