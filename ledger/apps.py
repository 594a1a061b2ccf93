"""How Django finds this app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The journal: charges and credits of every kind."""

    name = "ledger"
