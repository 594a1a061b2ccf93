"""Buildings: what stands on the land."""

from decimal import Decimal

from django.conf import settings
from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, GeneratedField, Q
from django.utils.translation import gettext_lazy as _

from core.postgis import Area, IsValid, tile_geometry
from layers.models.feature import Feature, spatial_indexes


class BuildingUse(models.TextChoices):
    """What a building or unit is mainly used for."""

    RESIDENTIAL = "residential", _("Residential")
    MIXED = "mixed", _("Shops and dwellings")
    COMMERCIAL = "commercial", _("Commercial")
    INDUSTRIAL = "industrial", _("Industrial")
    AGRICULTURAL = "agricultural", _("Agricultural")
    SCHOOL = "school", _("School")
    HEALTH = "health", _("Health")
    WORSHIP = "worship", _("Worship")
    GOVERNMENT = "government", _("Government")
    OTHER = "other", _("Other use")


class Condition(models.TextChoices):
    """The state of a building."""

    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")
    UNINHABITABLE = "uninhabitable", _("Uninhabitable")
    UNDER_CONSTRUCTION = "construction", _("Under construction")


class Construction(models.TextChoices):
    """What a building is made of."""

    STONE = "stone", _("Stone")
    CONCRETE = "concrete", _("Reinforced concrete")
    BLOCK = "block", _("Concrete blocks")
    BRICK = "brick", _("Brick")
    STEEL = "steel", _("Steel frame")
    SHEET = "sheet", _("Sheet metal or wood")
    MIXED = "mixed", _("Several kinds")


MOST_FLOORS = 200
POSITIVE = MinValueValidator(Decimal("0.01"))


class Building(Feature):
    """A building as its footprint; a parcel may hold many, and a building may span parcels.

    `code` is the municipality's own building number (in Hebron: parcel, building, street).
    `parcel` is the parcel that holds most of it.
    """

    code = models.CharField(_("building number"), max_length=40)
    parcel = models.ForeignKey(
        "cadastre.Parcel", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("parcel")
    )
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("district")
    )
    street = models.ForeignKey(
        "cadastre.Street", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("street")
    )
    house_number = models.CharField(_("house number"), max_length=12, blank=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    use = models.CharField(_("use"), max_length=14, choices=BuildingUse, default=BuildingUse.RESIDENTIAL)
    condition = models.CharField(_("condition"), max_length=14, choices=Condition, default=Condition.GOOD)
    construction = models.CharField(
        _("construction"), max_length=8, choices=Construction, blank=True, default="", db_default=""
    )
    floors = models.PositiveSmallIntegerField(
        _("floors"), default=1, validators=[MaxValueValidator(MOST_FLOORS)]
    )
    height_m = models.DecimalField(_("height"), max_digits=5, decimal_places=1, null=True, blank=True)
    year_built = models.PositiveSmallIntegerField(
        _("year built"), null=True, blank=True, validators=[MinValueValidator(500), MaxValueValidator(2200)]
    )
    footprint_m2 = GeneratedField(
        expression=Area(F("geom")),
        output_field=models.FloatField(),
        db_persist=True,
        verbose_name=_("footprint area"),
    )
    geom = models.MultiPolygonField(_("footprint"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta(Feature.Meta):
        indexes = spatial_indexes("building")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=IsValid("geom"), name="building_geom_valid"),
            models.CheckConstraint(condition=Q(floors__lte=MOST_FLOORS), name="building_floors_plausible"),
            models.CheckConstraint(
                condition=Q(year_built__isnull=True) | Q(year_built__gte=500, year_built__lte=2200),
                name="building_year_plausible",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(end_lifespan__isnull=True),
                name="building_code",
                violation_error_code="code",
                violation_error_message=_("Another building has this number."),
            ),
        ]

    def __str__(self) -> str:
        """Return the building number."""
        return self.code
