"""How Django finds this app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only log of every change, written by the database."""

    name = "audit"
