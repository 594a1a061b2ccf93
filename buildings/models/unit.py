"""Floors and units: the storeys of a building, and the apartments, shops and stores on them."""

from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from buildings.models.building import POSITIVE, BuildingUse, Condition
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


class Floor(Feature):
    """A storey of a building: 0 is the ground floor, cellars are negative; its covered area in square metres."""

    building = models.ForeignKey("buildings.Building", models.PROTECT, verbose_name=_("building"))
    level = models.SmallIntegerField(_("floor"), validators=[MinValueValidator(-20), MaxValueValidator(200)])
    use = models.CharField(_("use"), max_length=14, choices=BuildingUse, default=BuildingUse.RESIDENTIAL)
    covered_m2 = models.DecimalField(
        _("covered area"), max_digits=10, decimal_places=2, validators=[POSITIVE]
    )
    permit = models.CharField(_("building permit"), max_length=40, blank=True, default="", db_default="")

    class Meta(Feature.Meta):
        verbose_name = _("floor")
        verbose_name_plural = _("floors")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=Q(covered_m2__gt=0), name="floor_area_positive"),
            models.CheckConstraint(condition=Q(level__gte=-20, level__lte=200), name="floor_level_plausible"),
            models.UniqueConstraint(
                fields=["building", "level"],
                condition=Q(end_lifespan__isnull=True),
                name="floor_once",
                violation_error_code="level",
                violation_error_message=_("This floor is entered already."),
            ),
        ]

    def __str__(self) -> str:
        """Return the level."""
        return str(self.level)


class Unit(Feature):
    """A separately used part of a building, with its covered area in square metres.

    `ba_unit` is its entry in the land register, whose rights say who owns it and in which shares;
    without one it belongs to the owners of the parcel.
    """

    building = models.ForeignKey("buildings.Building", on_delete=models.PROTECT, verbose_name=_("building"))
    floor = models.SmallIntegerField(_("floor"), default=0)
    number = models.CharField(_("unit number"), max_length=20)
    use = models.CharField(_("use"), max_length=10, choices=UnitUse, default=UnitUse.APARTMENT)
    area_m2 = models.DecimalField(_("covered area"), max_digits=10, decimal_places=2, validators=[POSITIVE])
    condition = models.CharField(
        _("condition"), max_length=14, choices=Condition, default=Condition.GOOD, db_default=Condition.GOOD
    )
    ba_unit = models.ForeignKey(
        "cadastre.BAUnit", models.SET_NULL, null=True, blank=True, related_name="building_units",
        verbose_name=_("registered unit"),
    )  # fmt: skip
    is_vacant = models.BooleanField(_("vacant"), default=False)

    class Meta(Feature.Meta):
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="unit_area_positive"),
            models.UniqueConstraint(
                fields=["building", "number"],
                condition=Q(end_lifespan__isnull=True),
                name="unit_number",
                violation_error_code="number",
                violation_error_message=_("The building has a unit of this number already."),
            ),
        ]

    def __str__(self) -> str:
        """Return the unit number."""
        return self.number
