"""Clearance certificates (براءة ذمة): what was owed on a day, verifiable without personal data."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Clearance(models.Model):
    """A certificate that a party owes nothing; `token` is what its QR code asks for."""

    token = models.CharField(_("code"), max_length=32, unique=True)
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("valid until"))
    purpose = models.CharField(_("purpose"), max_length=120, blank=True)
    snapshot = models.JSONField(_("balances on that day"), default=list)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("issued_on")), name="clearance_dates"
            )
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.token
