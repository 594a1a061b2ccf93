"""Building permits: what the municipality has allowed to be built."""

from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from buildings.models.building import MOST_FLOORS, POSITIVE, BuildingUse
from layers.models.feature import Feature


class Permit(Feature):
    """A building permit as it was issued: for a building, or for what will stand on a parcel.

    `covered_m2` is the covered area of all floors that it allows; a later permit for the same
    building adds to it, and its `floors` are those of the whole building.
    """

    number = models.CharField(_("permit number"), max_length=40)
    issued_on = models.DateField(_("issued on"))
    building = models.ForeignKey(
        "buildings.Building", models.PROTECT, null=True, blank=True, related_name="permits",
        verbose_name=_("building"),
    )  # fmt: skip
    parcel = models.ForeignKey(
        "cadastre.Parcel", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("parcel")
    )
    use = models.CharField(_("use"), max_length=14, choices=BuildingUse, default=BuildingUse.RESIDENTIAL)
    floors = models.PositiveSmallIntegerField(
        _("floors"), validators=[MinValueValidator(1), MaxValueValidator(MOST_FLOORS)]
    )
    covered_m2 = models.DecimalField(
        _("covered area"), max_digits=10, decimal_places=2, validators=[POSITIVE]
    )

    class Meta(Feature.Meta):
        verbose_name = _("building permit")
        verbose_name_plural = _("building permits")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=Q(covered_m2__gt=0), name="permit_area_positive"),
            models.CheckConstraint(
                condition=Q(floors__gte=1, floors__lte=200), name="permit_floors_plausible"
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(end_lifespan__isnull=True),
                name="permit_number_once",
                violation_error_code="number",
                violation_error_message=_("A permit of this number is entered already."),
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return self.number
