"""What checks have found: reasons given in records, and the worked queue over the whole cadastre."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _


class CheckReason(models.Model):
    """The reason that somebody gave for going on despite a finding that needs one."""

    record = models.ForeignKey("cadastre.Record", models.PROTECT, related_name="reasons")
    rule = models.CharField(_("rule"), max_length=40)
    subject = models.CharField(max_length=80)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "rule", "subject"], name="check_reason_once")
        ]

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason


class QualityState(models.TextChoices):
    """What has become of a breach."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted with a reason")
    GONE = "gone", _("No longer found")


class QualityFinding(models.Model):
    """A breach in the cadastre in force, found by the check of the whole; kept until it is gone."""

    rule = models.CharField(_("rule"), max_length=40)
    subject = models.CharField(max_length=80)
    parcels = ArrayField(models.BigIntegerField(), default=list)
    measure = models.FloatField(_("measure"), default=0.0)
    place = models.GeometryField(_("place"), srid=settings.GRID_SRID, spatial_index=False)
    state = models.CharField(_("state"), max_length=8, choices=QualityState, default=QualityState.OPEN)
    first_seen_at = models.DateTimeField(_("first found"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last found"))
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            GistIndex(fields=["place"], name="quality_place"),
            models.Index(fields=["state", "rule", "-measure"], name="quality_queue"),
        ]
        constraints = [models.UniqueConstraint(fields=["rule", "subject"], name="quality_once")]

    def __str__(self) -> str:
        """Return the rule and what it is about."""
        return f"{self.rule} {self.subject}"
