"""What every page knows about whoever looks at it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.authentication import subject_of
from accounts.errors import NotSignedIn
from accounts.reasons import role_title
from accounts.subjects import ANYBODY, Subject


def who_looks(request: HttpRequest) -> dict[str, Any]:
    """Return `subject`, `is_staff_member` and, for an administrator looking as a role, `viewing_as`."""
    subject = SimpleLazyObject(lambda: _subject(request))
    return {
        "subject": subject,
        "is_staff_member": SimpleLazyObject(lambda: subject.is_staff),
        "viewing_as": SimpleLazyObject(lambda: role_title(subject.acting_as) if subject.acting_as else ""),
    }


def _subject(request: HttpRequest) -> Subject:
    try:
        return subject_of(request)
    except NotSignedIn:
        return ANYBODY
