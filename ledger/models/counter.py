"""The counter: cashiers' shifts and the close of the day."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES, DECIMALS, MAX_DIGITS


class Shift(models.Model):
    """A cashier's time at the counter, from the opening to the closing count."""

    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    business_on = models.DateField(_("business day"))
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)
    opening = models.DecimalField(_("opening count"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    counted = models.DecimalField(
        _("closing count"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    expected = models.DecimalField(
        _("expected"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cashier", "currency"], condition=Q(closed_at__isnull=True), name="shift_one_open"
            ),
            models.CheckConstraint(condition=Q(opening__gte=0), name="shift_opening"),
        ]

    def __str__(self) -> str:
        """Return the cashier and day."""
        return f"{self.cashier_id} {self.business_on}"


class DayClose(models.Model):
    """A closed business day: nothing is posted on it or before it any more."""

    on = models.DateField(_("day"), unique=True)
    totals = models.JSONField(_("totals"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("closed at"), db_default=Now(), editable=False)

    def __str__(self) -> str:
        """Return the day."""
        return str(self.on)
