"""Municipal services at a unit, as the layers show them and as an officer confirmed them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ServiceCount(models.Model):
    """One confirmed count: for each service whether it is there and by which evidence; never changed."""

    unit = models.ForeignKey("taxation.TaxUnit", on_delete=models.PROTECT, related_name="service_counts")
    services = models.JSONField(_("services"))
    count = models.PositiveSmallIntegerField(_("services counted"))
    supplementary = models.BooleanField(_("supplementary services"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(count__lte=6), name="service_count_of_six"),
        ]

    def __str__(self) -> str:
        """Return the count."""
        return str(self.count)
