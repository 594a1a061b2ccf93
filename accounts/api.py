"""The API about oneself."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from accounts import policy, reasons
from accounts.errors import NotSignedIn
from accounts.models import User

router = Router(tags=["account"])


class Me(Schema):
    """Who is signed in, and what that person or token can do at all."""

    username: str
    name: str
    language: str
    roles: list[str]
    districts: list[int] | None
    channel: str
    verbs: list[str] | None
    viewing_as: str | None


@router.get("/me", response=Me, summary="Who am I")
def me(request: HttpRequest) -> dict[str, Any]:
    """Return the signed-in user as the policy sees it; 401 for nobody."""
    subject = policy.subject_of(request)
    if subject.user_id is None:
        raise NotSignedIn(reasons.SIGN_IN)
    user = User.objects.get(pk=subject.user_id)
    return {
        "username": user.username,
        "name": user.display_name,
        "language": user.preferred_language,
        "roles": sorted(subject.roles),
        "districts": None if subject.districts is None else sorted(subject.districts),
        "channel": subject.channel,
        "verbs": None if subject.verbs is None else sorted(subject.verbs),
        "viewing_as": subject.acting_as,
    }
