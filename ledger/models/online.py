"""Payments made with a provider outside the portal."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES, DECIMALS, MAX_DIGITS


class OnlineState(models.TextChoices):
    """Where an online payment is."""

    CREATED = "created", _("Sent to the provider")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Failed")
    REFUNDED = "refunded", _("Refunded")


class OnlinePayment(models.Model):
    """A payment that a provider takes; the row is locked while its outcome is booked, once."""

    provider = models.CharField(_("provider"), max_length=20)
    reference = models.CharField(_("reference"), max_length=64)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    bills = models.JSONField(_("bills"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=OnlineState, default=OnlineState.CREATED)
    receipt = models.OneToOneField("ledger.Receipt", on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="online_reference"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="online_amount"),
        ]

    def __str__(self) -> str:
        """Return the reference."""
        return self.reference
