"""Packages that came back from the field, and what became of each row in them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FieldOutcome(models.TextChoices):
    """What became of a row."""

    APPLIED = "applied", _("taken over")
    KEPT = "kept", _("taken over before")
    CONFLICT = "conflict", _("changed by others too")
    REFUSED = "refused", _("refused")
    THEIRS = "theirs", _("the other change stands")


class FieldReturn(models.Model):
    """One package as it came back; the file is kept, so that nothing in it is lost."""

    package = models.UUIDField(_("package"))
    file = models.FileField(_("file"), upload_to="fieldwork/%Y")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("package come back")
        verbose_name_plural = _("packages come back")
        ordering = ["-at"]

    def __str__(self) -> str:
        """Return the package's id."""
        return str(self.package)


class FieldRow(models.Model):
    """A row that somebody changed in the field; `digest` stands for exactly what it was.

    `differences` holds, by field, what was, what came and what is now.
    """

    returned = models.ForeignKey(FieldReturn, models.PROTECT, related_name="rows", verbose_name=_("return"))
    package = models.UUIDField()
    collection = models.CharField(_("layer"), max_length=100)
    fid = models.BigIntegerField(_("row"))
    digest = models.CharField(max_length=64)
    key = models.BigIntegerField(_("feature"), null=True, blank=True)
    version = models.BigIntegerField(_("version"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=FieldOutcome.choices)
    reason = models.TextField(_("reason"), blank=True)
    properties = models.JSONField(_("values"), default=dict)
    geometry = models.JSONField(_("geometry"), null=True, blank=True)
    is_moved = models.BooleanField(_("moved"), default=False)
    srid = models.IntegerField(default=4326)
    differences = models.JSONField(_("differences"), default=dict)

    class Meta:
        verbose_name = _("row come back")
        verbose_name_plural = _("rows come back")
        ordering = ["id"]
        indexes = [models.Index(fields=["package", "collection", "fid"])]

    def __str__(self) -> str:
        """Return layer and row."""
        return f"{self.collection} {self.fid}"
