"""Days as they are written in the municipality's country."""

from datetime import date

from django import template
from django.utils.dateformat import format as formatted
from django.utils.translation import get_language

from municipality.models import Municipality
from municipality.models.municipality import Country

register = template.Library()
LEVANT = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول",
    "تشرين الثاني", "كانون الأول",
)  # fmt: skip
TUNISIA = (
    "جانفي", "فيفري", "مارس", "أفريل", "ماي", "جوان", "جويلية", "أوت", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip


@register.filter
def day(on: date | None, municipality: Municipality | None) -> str:
    """Write a day in words, in Arabic with the months of the country: كانون الثاني, in Tunisia جانفي."""
    if on is None:
        return ""
    if (get_language() or "ar")[:2] != "ar":
        return formatted(on, "j F Y")
    months = TUNISIA if municipality and municipality.country == Country.TUNISIA else LEVANT
    return f"{on.day} {months[on.month - 1]} {on.year}"
