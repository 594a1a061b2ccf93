"""The event log, read only: the database writes it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# How many rows one INSERT may bring before the log counts them instead of keeping each.
SUMMARY_ABOVE = 10_000
HIDDEN = "•••"


class Action(models.TextChoices):
    """What happened to rows."""

    INSERT = "insert", _("added")
    UPDATE = "update", pgettext_lazy("what happened to a row", "changed")
    DELETE = "delete", _("deleted")
    TRUNCATE = "truncate", _("table emptied")


class Channel(models.TextChoices):
    """Through which door the change came."""

    WEB = "web", _("browser")
    API = "api", _("API")
    COMMAND = "command", _("command")
    IMPORT = "import", _("import")
    JOB = "job", _("background job")
    SQL = "sql", _("database")


class AuditEvent(models.Model):
    """One row's change, or one summary of a bulk insert.

    `before` is the whole row as it was; `after` the new row of an insert, or just the changed
    fields of an update. Geometry is hex EWKB, exactly as stored. There is no foreign key to the
    actor, so that nothing done to users ever touches the log.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"))
    relation = models.TextField(_("table"))
    row_id = models.TextField(_("row"), null=True)  # noqa: DJ001
    action = models.TextField(_("action"), choices=Action.choices)
    actor_id = models.BigIntegerField(_("who"), null=True)
    channel = models.TextField(_("channel"), choices=Channel.choices)
    record = models.TextField(_("legal record"), null=True)  # noqa: DJ001
    request = models.TextField(_("request"), null=True)  # noqa: DJ001
    db_role = models.TextField(_("database role"))
    txid = models.BigIntegerField(_("transaction"))
    row_count = models.BigIntegerField(_("rows"))
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "audit_event"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.relation} {self.row_id or ''}"

    @property
    def is_summary(self) -> bool:
        """Say whether the event counts rows instead of keeping them."""
        return self.before is None and self.after is None

    def differences(self) -> list[tuple[str, Any, Any]]:
        """Return each field that changed with its value before and after (None where it was not)."""
        before, after = self.before or {}, self.after or {}
        if self.action == Action.UPDATE:
            return [(name, before.get(name), value) for name, value in after.items()]
        return [(name, before.get(name), after.get(name)) for name in (before or after)]
