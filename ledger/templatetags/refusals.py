"""The form that was refused, for the script that fills it in again."""

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from ledger.views.common import REFUSED

register = template.Library()


@register.simple_tag(takes_context=True)
def refused_form(context: dict[str, Any]) -> SafeString | str:
    """Write the refused form as data, once."""
    kept = context["request"].session.pop(REFUSED, None)
    return json_script(kept, REFUSED) if kept else ""
