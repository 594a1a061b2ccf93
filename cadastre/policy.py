"""What the policy is told of records: staff see them, engineers and surveyors draw, approvers decide."""

from django.http import HttpRequest

from accounts.access import Guarded
from accounts.models import User
from accounts.policy import Sensitivity, Subject, require, subject_of, visible_fields
from accounts.roles import STAFF_ROLES

RECORDS = Guarded(
    "records",
    view_roles=STAFF_ROLES,
    edit_roles=frozenset({"engineer", "surveyor"}),
    sensitivities={"parties": Sensitivity.IDENTITY},
)

SETTINGS = Guarded("cadastre-settings", view_roles=STAFF_ROLES, edit_roles=frozenset({"admin", "approver"}))


def may(request: HttpRequest, verb: str) -> Subject:
    """Return who asks, once it is shown that they may do this to records."""
    subject = subject_of(request)
    require(subject, verb, RECORDS)
    return subject


def person(subject: Subject) -> User:
    """Return the person behind a subject that has passed `may`."""
    return User.objects.get(pk=subject.user_id or 0)


def sees_parties(subject: Subject) -> bool:
    """Say whether names of owners may be shown."""
    return "parties" in visible_fields(subject, RECORDS)
