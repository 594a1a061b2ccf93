"""Who uses a unit, and since when."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class OccupancyKind(models.TextChoices):
    """In which way a unit is used."""

    OWNER = "owner", _("By its owner")
    TENANT = "tenant", _("By a tenant")
    FREE = "free", _("Free of charge")
    VACANT = "vacant", _("Vacant")


class Occupancy(models.Model):
    """Who uses a unit, from a day to before another; the one without an end holds now."""

    unit = models.ForeignKey(
        "buildings.Unit", models.PROTECT, related_name="occupancies", verbose_name=_("unit")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=OccupancyKind)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("occupant")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="occupancy_dates"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(until__isnull=True), name="occupancy_one_now"
            ),
        ]

    def __str__(self) -> str:
        """Return who it is, or in which way the unit is used."""
        return self.name or (str(self.party) if self.party else self.get_kind_display())
