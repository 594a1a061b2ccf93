"""From a request to its subject: by session, by bearer token, or anybody.

The usual case costs one statement that reads the policy epoch and the session row together; a
subject once read is remembered under that session row's text and epoch, so that a changed session,
role, rule or password is seen at the next request in every process.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from accounts import reasons
from accounts.errors import NotSignedIn
from accounts.models import ApiToken, Membership, User
from accounts.models.api_token import digest_of
from accounts.rulebook import EPOCH_SQL
from accounts.subjects import ANYBODY, Districts, Subject, of_roles, viewing_as

# Addresses for programs; a bearer token means nothing anywhere else.
PROGRAM_PATHS = ("/api/", "/tiles/", "/rasters/", "/ogc/", "/open311/")
VIEW_AS_KEY = "view_as"
_USED_AGAIN_AFTER = timedelta(minutes=1)
_SESSIONS_IN_TABLE = settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
_REMEMBERED_AT_MOST = 4096
_SESSION_SQL = f"""
    SELECT ({EPOCH_SQL}), s.session_data
    FROM (SELECT 1) one LEFT JOIN django_session s ON s.session_key = %s AND s.expire_date > now()
"""
_TOKEN_SQL = f"""
    SELECT ({EPOCH_SQL}), t.id, t.expires_at, t.last_used_at
    FROM (SELECT 1) one LEFT JOIN accounts_apitoken t ON t.digest = %s AND t.revoked_at IS NULL
"""


def subject_of(request: HttpRequest) -> Subject:
    """Return who asks, read once per request; raises `NotSignedIn` for a token that does not hold."""
    found = getattr(request, "_subject", None)
    if found is None:
        found = _read_subject(request)
        request._subject = found  # type: ignore[attr-defined]
    return found


def bearer_token(request: HttpRequest) -> str | None:
    """Return the token that a program sent, if this is an address for programs."""
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("bearer ") or not request.path_info.startswith(PROGRAM_PATHS):
        return None
    return header[7:].strip()


def channel_of(request: HttpRequest) -> str:
    """Return `api` for a program's request, `web` for a person's."""
    return "api" if bearer_token(request) else "web"


def forget_subject(request: HttpRequest) -> None:
    """Read the subject again at its next use, after signing in or changing the view."""
    request.__dict__.pop("_subject", None)


def memberships_of(user_id: int) -> Mapping[str, Districts]:
    """Return the roles of an active user, each with its districts (None: everywhere)."""
    rows = Membership.objects.filter(user_id=user_id, user__is_active=True).values_list("role", "districts")
    found: dict[str, set[int]] = {}
    for role, district in rows:
        found.setdefault(role, set()).update([] if district is None else [district])
    return {role: frozenset(ids) or None for role, ids in found.items()}


def subject_of_user(user: User, *, channel: str = "job") -> Subject:
    """Return a user as a subject outside a request: in a job or a command."""
    if not user.is_active:
        return ANYBODY
    return of_roles(memberships_of(user.pk), user_id=user.pk, channel=channel)


_remembered: dict[tuple[str, int], Subject] = {}


def _remember(key: tuple[str, int], subject: Subject) -> Subject:
    if len(_remembered) >= _REMEMBERED_AT_MOST:
        _remembered.clear()
    _remembered[key] = subject
    return subject


def _one_row(sql: str, values: list[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() or (0,)


def _read_subject(request: HttpRequest) -> Subject:
    text = bearer_token(request)
    if text is not None:
        return _by_token(digest_of(text))
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key is None or not _SESSIONS_IN_TABLE or request.session.modified:
        return _by_user(request).at(_one_row(EPOCH_SQL, [])[0])
    epoch, data = _one_row(_SESSION_SQL, [key])
    if data is None:
        return ANYBODY.at(epoch or 0)
    known = _remembered.get((data, epoch))
    return known or _remember((data, epoch), _by_user(request).at(epoch or 0))


def _by_user(request: HttpRequest) -> Subject:
    """Return the signed-in user of the session, or as whom an administrator looks."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return ANYBODY
    subject = of_roles(memberships_of(user.pk), user_id=user.pk)
    role = request.session.get(VIEW_AS_KEY) if hasattr(request, "session") else None
    return viewing_as(subject, role) if role and subject.is_admin else subject


def _by_token(digest: str) -> Subject:
    """Return the token's user with the token's verbs."""
    epoch, token_id, expires_at, last_used_at = _one_row(_TOKEN_SQL, [digest])
    if token_id is None or expires_at <= timezone.now():
        raise NotSignedIn(reasons.BAD_TOKEN)
    _note_use(token_id, last_used_at)
    known = _remembered.get((digest, epoch))
    return known or _remember((digest, epoch), _token_subject(token_id).at(epoch or 0))


def _token_subject(token_id: int) -> Subject:
    token = ApiToken.objects.select_related("user").get(pk=token_id)
    if not token.user.is_active:
        raise NotSignedIn(reasons.BAD_TOKEN)
    return of_roles(memberships_of(token.user_id), user_id=token.user_id, channel="api", verbs=token.verbs)


def _note_use(token_id: int, last_used_at: datetime | None) -> None:
    """Write down the use of a token, at most once a minute."""
    now = timezone.now()
    if last_used_at is None or now - last_used_at > _USED_AGAIN_AFTER:
        ApiToken.objects.filter(pk=token_id).update(last_used_at=now)
