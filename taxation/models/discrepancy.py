"""Discrepancies: where the tax register and the other registers do not agree, until somebody decides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import DECIMALS, MAX_DIGITS


class DiscrepancyState(models.TextChoices):
    """What became of it."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("To be corrected")
    DISMISSED = "dismissed", _("No fault")
    GONE = "gone", _("Settled by itself")


class Discrepancy(models.Model):
    """One row of a tax queue: what is wrong, on which evidence, and what it is worth a year."""

    queue = models.CharField(_("queue"), max_length=30)
    collection = models.CharField(_("collection"), max_length=40)
    feature_id = models.BigIntegerField(_("feature"))
    label = models.CharField(_("what"), max_length=120, blank=True)
    unit = models.ForeignKey(
        "taxation.TaxUnit", on_delete=models.CASCADE, null=True, blank=True, related_name="discrepancies"
    )
    building_id = models.BigIntegerField(_("building"), null=True, blank=True)
    parcel_id = models.BigIntegerField(_("parcel"), null=True, blank=True)
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence = models.JSONField(_("evidence"), default=dict)
    revenue = models.DecimalField(
        _("estimated a year"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    found_at = models.DateTimeField(_("found at"), db_default=Now(), editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=DiscrepancyState, default=DiscrepancyState.OPEN
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "collection", "feature_id"],
                condition=~Q(state="gone"),
                name="discrepancy_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "gone"]) | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="discrepancy_decided",
            ),
        ]
        indexes = [models.Index(fields=["queue", "state", "-revenue"], name="discrepancy_ranked")]

    def __str__(self) -> str:
        """Return what is named."""
        return self.label
