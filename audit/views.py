"""The event log as a page, for auditors and administrators."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from accounts.access import for_roles
from accounts.listing import csv_response
from accounts.models import User
from accounts.roles import Role
from audit.models import Action, AuditEvent, Channel
from audit.showing import Shown, short_relation

PER_PAGE = 50
EXPORT_AT_MOST = 100_000


@for_roles(Role.AUDITOR)
def event_log(request: HttpRequest) -> HttpResponseBase:
    """Show events, newest first, by who, when, what and where; the next page begins below a key."""
    events = _filtered(request)
    if request.GET.get("format") == "csv":
        return _as_csv(events)
    before = request.GET.get("before", "")
    if before.isdigit():
        events = events.filter(pk__lt=int(before[:18]))
    found = list(events[: PER_PAGE + 1])
    shown = _shown(found[:PER_PAGE])
    context = {
        "events": shown,
        "older": _link(request, before=found[PER_PAGE - 1].pk) if len(found) > PER_PAGE else "",
        "newest": _link(request, before=None) if before else "",
        "export": _link(request, before=None, format="csv"),
        "asked": request.GET,
        "actions": Action.choices,
        "channels": Channel.choices,
        "users": User.objects.only("pk", "username", "first_name", "last_name"),
        "tables": _tables(),
    }
    return render(request, "audit/event_log.html", context)


def _filtered(request: HttpRequest) -> QuerySet[AuditEvent]:
    # PostgreSQL keeps no NUL in text, so nothing can be found by one.
    asked = {name: str(value).replace("\x00", "") for name, value in request.GET.items()}
    events = AuditEvent.objects.all()
    if asked.get("who", "").isdigit():
        events = events.filter(actor_id=int(asked["who"][:18]))
    if table := asked.get("table", ""):
        events = events.filter(relation=table if "." in table else f"public.{table}")
    for name, column in (
        ("row", "row_id"),
        ("action", "action"),
        ("channel", "channel"),
        ("request", "request"),
    ):
        if value := asked.get(name, ""):
            events = events.filter(**{column: value})
    if record := asked.get("record", "").strip():
        events = events.filter(record=record)
    if start := _day(asked.get("from", "")):
        events = events.filter(at__gte=_midnight(start))
    if end := _day(asked.get("to", "")):
        events = events.filter(at__lt=_midnight(end + timedelta(days=1)))
    return events


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _tables() -> list[tuple[str, str]]:
    """Return the tables that the log knows, found by skipping along its index."""
    sql = """
        WITH RECURSIVE found AS (
            (SELECT relation FROM audit_event ORDER BY relation LIMIT 1)
            UNION ALL
            SELECT (SELECT e.relation FROM audit_event e WHERE e.relation > f.relation ORDER BY e.relation LIMIT 1)
            FROM found f WHERE f.relation IS NOT NULL
        )
        SELECT 0 AS id, relation FROM found WHERE relation IS NOT NULL
    """
    return [(row.relation, short_relation(row.relation)) for row in AuditEvent.objects.raw(sql)]


def _shown(events: Iterable[AuditEvent]) -> list[Shown]:
    events = list(events)
    names = {
        user.pk: user.display_name
        for user in User.objects.filter(pk__in={event.actor_id for event in events})
    }
    return [Shown(event, names.get(event.actor_id or 0, "")) for event in events]


def _link(request: HttpRequest, **changes: Any) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _as_csv(events: QuerySet[AuditEvent]) -> HttpResponseBase:
    names = dict(User.objects.values_list("pk", "username"))
    columns = {
        _("when"): lambda event: event.at.isoformat(),
        _("who"): lambda event: names.get(event.actor_id, event.actor_id or ""),
        _("channel"): lambda event: event.channel,
        _("action"): lambda event: event.action,
        _("table"): lambda event: event.relation,
        _("row"): lambda event: event.row_id or "",
        _("rows"): lambda event: event.row_count,
        _("legal record"): lambda event: event.record or "",
        _("request"): lambda event: event.request or "",
        _("before"): lambda event: Shown.json(event.before),
        _("after"): lambda event: Shown.json(event.after),
    }
    return csv_response("events", columns, events[:EXPORT_AT_MOST].iterator(chunk_size=1000))
