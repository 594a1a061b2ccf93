"""How amounts and stored titles are written."""

import re
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core.money import currency, written
from core.text3 import Text3

register = template.Library()
CITED = re.compile(r"(?P<law>.+), art(?P<many>s?)\.? (?P<articles>.+)")


@register.filter
def money(amount: Any, code: str) -> SafeString:
    """Write an amount with its currency's decimals and sign, isolated from the text around it."""
    return format_html('<bdi dir="ltr">{}</bdi> {}', plain(amount, code), currency(code).symbol)


@register.filter
def plain(amount: Any, code: str) -> str:
    """Write an amount with its currency's decimals, without the sign."""
    return written(Decimal(str(amount)), code).replace("-", "−")


@register.filter
def titled(stored: Any) -> str:
    """Return a stored title in the page's language."""
    return str(Text3.of(stored or ""))


@register.filter
def known(text: str) -> str:
    """Return a text that came with the portal in the page's language; another stays as it was written.

    A source may name articles ("Law 60/88, art. 3") and be several, parted by semicolons.
    """
    if not text or gettext(text) != text:
        return gettext(text) if text else ""
    cited = CITED.fullmatch(text)
    if cited:
        values = {"law": gettext(cited["law"]), "articles": cited["articles"]}
        return (
            gettext("%(law)s, articles %(articles)s")
            if cited["many"]
            else gettext("%(law)s, article %(articles)s")
        ) % values
    return gettext("; ").join(gettext(part) for part in text.split("; "))


@register.filter
def negated(amount: Any) -> Decimal:
    """Return an amount with the other sign."""
    return -Decimal(str(amount))


@register.filter
def percent(fraction: Any) -> SafeString:
    """Write a fraction as per cent, without decimals that say nothing."""
    return format_html('<bdi dir="ltr">{}%</bdi>', f"{(Decimal(str(fraction)) * 100).normalize():f}")
