"""The instant that a client asks for: `asOf=` with a day or a time."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.numbers import western
from layers.values import refused

PARAMETER = "asOf"


def as_of(parameters: Mapping[str, str]) -> datetime | None:
    """Return the instant that `asOf` names, None where it is not given.

    A day means its end, as a register is read: what came into force on that day is shown. Refuses
    what is neither a day nor a time (RFC 3339), and days to come, of which nothing is known.
    """
    return read(PARAMETER, parameters.get(PARAMETER, ""))


def read(name: str, given: str, *, at_end: bool = True) -> datetime | None:
    """Return the instant that a parameter names, None where it is empty; a day's end, or its beginning."""
    written = western(given).strip()
    if not written:
        return None
    # In a query string a plus before the zone arrives as a blank.
    found = _read(written.replace(" ", "+"))
    if found is None:
        raise refused(name, _("Write a day as 2026-11-21, or a time as 2026-11-21T12:00:00Z."))
    if found > end_of(timezone.localdate()):
        raise refused(name, _("This day is still to come."))
    is_day = "T" not in written.upper()
    return found.replace(hour=0, minute=0, second=0, microsecond=0) if is_day and not at_end else found


def end_of(day: date) -> datetime:
    """Return the last instant of a day in the municipality's time zone."""
    following = datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
    return following - timedelta(microseconds=1)


def without_history() -> DomainError:
    """Return the refusal for a collection whose rows do not begin and end."""
    return refused(PARAMETER, _("This layer keeps no history."))


def known_since(relation: str) -> datetime | None:
    """Return since when the event log keeps each change of a table; None where it always has.

    A load in bulk is one event without its rows: what was before it cannot be told.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(at) FROM audit_event WHERE relation = %s AND before IS NULL AND after IS NULL",
            [relation],
        )
        found: datetime | None = cursor.fetchone()[0]
    return found


def before_the_log(since: datetime) -> DomainError:
    """Return the refusal of an instant from before the layer was loaded."""
    day = timezone.localtime(since).strftime("%Y-%m-%d %H:%M")
    return refused(PARAMETER, _("The history of this layer begins on %(day)s.") % {"day": day})


def _read(written: str) -> datetime | None:
    try:
        if "T" not in written.upper():
            day = parse_date(written)
            return end_of(day) if day and day < date.max else None
        found = parse_datetime(written)
    except (ValueError, OverflowError):
        return None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found
