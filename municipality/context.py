"""What every page knows of the municipality."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from municipality.models import Municipality


def municipality(request: HttpRequest) -> dict[str, object]:
    """Give templates `municipality` (the row, or None before set-up), read only where used."""
    return {"municipality": SimpleLazyObject(Municipality.objects.first)}
