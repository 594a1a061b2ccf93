"""How Django finds this app."""

from django.apps import AppConfig


class TaxationConfig(AppConfig):
    """Valuation, assessment and billing."""

    name = "taxation"
