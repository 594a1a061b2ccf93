"""How Django finds this app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """The append-only log of every change, written by the database."""

    name = "audit"

    def ready(self) -> None:
        """Stamp every connection, and watch every table once its migrations have run."""
        from audit.stamping import stamp_connection
        from audit.watching import watch_all

        connection_created.connect(stamp_connection, dispatch_uid="audit")
        post_migrate.connect(watch_all, sender=self, dispatch_uid="audit")
