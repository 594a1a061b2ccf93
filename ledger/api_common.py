"""What every request of a program about money goes through: who asks, the key, the party."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.utils import check_csrf

from accounts.access import Guarded
from accounts.authentication import bearer_token
from accounts.models import User
from accounts.policy import Subject, require, subject_of
from core.errors import Forbidden, NotFound, PreconditionRequired
from parties.models import Party


class Reason(Schema):
    """Why something is done."""

    reason: str


def allowed(request: HttpRequest, target: Guarded, verb: str) -> tuple[Subject, User]:
    """Return who asks, once it is shown that they may; a browser's request must come from our pages."""
    subject = subject_of(request)
    require(subject, verb, target)
    if request.method != "GET" and bearer_token(request) is None and check_csrf(request):
        raise Forbidden(_("This request did not come from the portal's own page."))
    return subject, User.objects.get(pk=subject.user_id or 0)


def required_key(key: str) -> str:
    """Return the key of a request about money; without one it is refused (428)."""
    if not key.strip():
        raise PreconditionRequired(_("Money takes an Idempotency-Key."))
    return key.strip()[:120]


def known_party(pk: int) -> Party:
    """Return a party, or refuse with 404."""
    found = Party.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such party."))
    return found
