"""Parcels (قطعة): pieces of land under one right."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, GeneratedField, Q
from django.utils.translation import gettext_lazy as _

from core.postgis import Area, IsValid, tile_geometry
from layers.models.feature import Feature, spatial_indexes


class SourceClass(models.TextChoices):
    """How a boundary was measured; it decides what area difference is tolerated."""

    GNSS = "gnss", _("Satellite survey")
    TRAVERSE = "traverse", _("Ground survey")
    PHOTO = "photo", _("Traced from imagery")
    DIGITISED = "digitised", _("Digitised plan")


class LandUse(models.TextChoices):
    """What the land is used for, as the register has it."""

    RESIDENTIAL = "residential", _("Residential")
    COMMERCIAL = "commercial", _("Commercial")
    INDUSTRIAL = "industrial", _("Industrial")
    AGRICULTURAL = "agricultural", _("Agricultural")
    PUBLIC = "public", _("Public")
    PARK = "park", _("Park")
    CEMETERY = "cemetery", _("Cemetery")
    ROAD = "road", _("Road")
    VACANT = "vacant", _("Vacant")


class Parcel(Feature):
    """A spatial unit of the cadastre (ISO 19152 LA_SpatialUnit); rows are retired, never redrawn."""

    basin = models.ForeignKey("cadastre.Basin", on_delete=models.PROTECT, verbose_name=_("basin"))
    quarter = models.CharField(_("quarter"), max_length=40, blank=True)
    number = models.CharField(_("parcel number"), max_length=20)
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("district")
    )
    street = models.ForeignKey(
        "cadastre.Street", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("street")
    )
    land_use = models.CharField(_("land use"), max_length=14, choices=LandUse, default=LandUse.VACANT)
    zone_code = models.CharField(_("zone"), max_length=12, blank=True)
    source_class = models.CharField(
        _("survey class"), max_length=10, choices=SourceClass, default=SourceClass.DIGITISED
    )
    area_official_m2 = models.DecimalField(
        _("registered area"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    area_gis_m2 = GeneratedField(
        expression=Area(F("geom")),
        output_field=models.FloatField(),
        db_persist=True,
        verbose_name=_("measured area"),
    )
    opened_by = models.ForeignKey(
        "cadastre.Record",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opened_parcels",
        verbose_name=_("opened by"),
    )
    closed_by = models.ForeignKey(
        "cadastre.Record",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closed_parcels",
        verbose_name=_("closed by"),
    )
    geom = models.MultiPolygonField(_("boundary"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta(Feature.Meta):
        indexes = [
            *spatial_indexes("parcel"),
            models.Index(fields=["number"], name="parcel_number", condition=Q(end_lifespan__isnull=True)),
        ]
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=IsValid("geom"), name="parcel_geom_valid"),
            models.CheckConstraint(condition=~Q(number=""), name="parcel_has_number"),
            models.CheckConstraint(
                condition=Q(area_official_m2__isnull=True) | Q(area_official_m2__gt=0),
                name="parcel_area_positive",
            ),
            models.UniqueConstraint(
                fields=["basin", "quarter", "number"],
                condition=Q(end_lifespan__isnull=True),
                name="parcel_identifier",
            ),
        ]

    def __str__(self) -> str:
        """Return the parcel number."""
        return self.number
