"""The instant that a client asks for: `asOf=` with a day or a time."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from layers.values import refused, western

PARAMETER = "asOf"


def as_of(parameters: Mapping[str, str]) -> datetime | None:
    """Return the instant that `asOf` names, None where it is not given.

    A day means its end, as a register is read: what came into force on that day is shown. Refuses
    what is neither a day nor a time (RFC 3339), and days to come, of which nothing is known.
    """
    written = western(parameters.get(PARAMETER, "")).strip()
    if not written:
        return None
    # In a query string a plus before the zone arrives as a blank.
    found = _read(written.replace(" ", "+"))
    if found is None:
        raise refused(PARAMETER, _("Write a day as 2026-11-21, or a time as 2026-11-21T12:00:00Z."))
    if found > end_of(timezone.localdate()):
        raise refused(PARAMETER, _("This day is still to come."))
    return found


def end_of(day: date) -> datetime:
    """Return the last instant of a day in the municipality's time zone."""
    following = datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
    return following - timedelta(microseconds=1)


def without_history() -> DomainError:
    """Return the refusal for a collection whose rows do not begin and end."""
    return refused(PARAMETER, _("This layer keeps no history."))


def _read(written: str) -> datetime | None:
    try:
        if "T" not in written.upper():
            day = parse_date(written)
            return end_of(day) if day and day < date.max else None
        found = parse_datetime(written)
    except (ValueError, OverflowError):
        return None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found
