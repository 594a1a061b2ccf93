"""Tags of the staff shell."""

from django import template
from django.http import HttpRequest

from accounts.models import Membership
from workspace.navigation import Entry, entries_for

register = template.Library()


def held_roles(request: HttpRequest | None) -> list[str]:
    """Return the roles of the request's user."""
    if request is None or not request.user.is_authenticated:
        return []
    return list(
        Membership.objects.filter(user_id=request.user.pk).values_list(
            "role", flat=True
        )
    )


@register.simple_tag(takes_context=True)
def staff_entries(context: template.Context) -> list[Entry]:
    """Return the bar's entries for whoever looks at the page."""
    return entries_for(held_roles(context.get("request")))


@register.filter
def is_here(entry: Entry, path: str) -> bool:
    """Say whether the page at `path` belongs to this entry."""
    return path == entry.url if entry.url == "/staff/" else path.startswith(entry.url)
