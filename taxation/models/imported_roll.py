"""Rolls that come from elsewhere: their lines as they were, and the unit that each became."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ImportedRoll(models.Model):
    """One year's roll of another system, with what came of it."""

    name = models.SlugField(_("name"), max_length=40)
    year = models.PositiveSmallIntegerField(_("year"))
    counts = models.JSONField(_("counts"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(_("imported at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "year"], name="imported_roll_once")]

    def __str__(self) -> str:
        """Return the name and year."""
        return f"{self.name} {self.year}"


class RollLine(models.Model):
    """A line of an imported roll; `values` is the line as it was."""

    audit_exempt = "a copy of an outside file, written once and kept as it came"

    roll = models.ForeignKey("taxation.ImportedRoll", on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("line"))
    key = models.CharField(_("parcel key"), max_length=40)
    values = models.JSONField(_("values"))
    parcel = models.ForeignKey(
        "cadastre.Parcel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    unit = models.ForeignKey(
        "taxation.TaxUnit", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roll", "number"], name="roll_line_once")]
        indexes = [models.Index(fields=["roll", "key"], name="roll_line_key")]

    def __str__(self) -> str:
        """Return the key and line."""
        return f"{self.key} ({self.number})"
