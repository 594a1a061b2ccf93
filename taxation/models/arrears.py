"""Which parcel answers for what is open on an earlier one's account."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ArrearsLink(models.Model):
    """That a parcel answers for what is still open on an account that ended; None: the debtors alone do.

    The charges themselves stay with the debtors and the parcel that they were billed to.
    """

    unit = models.ForeignKey("taxation.TaxUnit", on_delete=models.PROTECT, related_name="arrears_links")
    parcel = models.ForeignKey(
        "cadastre.Parcel", on_delete=models.PROTECT, null=True, blank=True, related_name="arrears_links"
    )
    record = models.ForeignKey("cadastre.Record", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "record"], name="arrears_link_once")]

    def __str__(self) -> str:
        """Return the account and the parcel."""
        return f"{self.unit_id} → {self.parcel_id}"
