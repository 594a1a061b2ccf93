"""Tags of the staff shell."""

from django import template
from django.http import HttpRequest

from accounts.policy import subject_of
from workspace.navigation import Entry, entries_for

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_entries(context: template.Context) -> list[Entry]:
    """Return the bar's entries for whoever looks at the page."""
    request: HttpRequest | None = context.get("request")
    return entries_for(subject_of(request).roles) if request else []


@register.filter
def is_here(entry: Entry, path: str) -> bool:
    """Say whether the page at `path` belongs to this entry."""
    return path == entry.url if entry.url == "/staff/" else path.startswith(entry.url)
