"""Units: the apartments, shops and stores inside a building."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.models.feature import Feature


class UnitUse(models.TextChoices):
    """What a unit is used for."""

    APARTMENT = "apartment", _("Apartment")
    SHOP = "shop", _("Shop")
    OFFICE = "office", _("Office")
    STORAGE = "storage", _("Storage")
    WORKSHOP = "workshop", _("Workshop")
    COMMON = "common", _("Common area")
    OTHER = "other", _("Other use")


class Unit(Feature):
    """A separately used part of a building, with its covered area in square metres."""

    building = models.ForeignKey("buildings.Building", on_delete=models.PROTECT, verbose_name=_("building"))
    floor = models.SmallIntegerField(_("floor"), default=0)
    number = models.CharField(_("unit number"), max_length=20)
    use = models.CharField(_("use"), max_length=10, choices=UnitUse, default=UnitUse.APARTMENT)
    area_m2 = models.DecimalField(_("covered area"), max_digits=10, decimal_places=2)
    is_vacant = models.BooleanField(_("vacant"), default=False)

    class Meta(Feature.Meta):
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="unit_area_positive"),
            models.UniqueConstraint(
                fields=["building", "number"], condition=Q(end_lifespan__isnull=True), name="unit_number"
            ),
        ]

    def __str__(self) -> str:
        """Return the unit number."""
        return self.number
