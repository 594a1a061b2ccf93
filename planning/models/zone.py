"""Zoning districts of the master plan and the limits that they set."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.postgis import IsValid, tile_geometry
from layers.models.feature import Feature, spatial_indexes


class ZoneKind(models.TextChoices):
    """What a zone is for; it decides the colour on the map."""

    RESIDENTIAL_A = "res-a", _("Residential A")
    RESIDENTIAL_B = "res-b", _("Residential B")
    RESIDENTIAL_C = "res-c", _("Residential C")
    OLD_CORE = "core", _("Old town")
    COMMERCIAL = "com", _("Commercial")
    PUBLIC = "pub", _("Public buildings")
    INDUSTRIAL = "ind", _("Industrial")
    AGRICULTURAL = "agr", _("Agricultural")
    PARK = "park", _("Open space")


class ZoningDistrict(Feature):
    """An area of the master plan with one set of building limits."""

    code = models.CharField(_("zone code"), max_length=12)
    kind = models.CharField(_("zone"), max_length=10, choices=ZoneKind)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    plan_reference = models.CharField(_("master plan"), max_length=120, blank=True)
    max_coverage_pct = models.DecimalField(
        _("largest coverage"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    max_floors = models.PositiveSmallIntegerField(_("most floors"), null=True, blank=True)
    min_parcel_m2 = models.DecimalField(
        _("smallest parcel"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    min_frontage_m = models.DecimalField(
        _("shortest frontage"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    front_setback_m = models.DecimalField(
        _("front setback"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    side_setback_m = models.DecimalField(
        _("side setback"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    rear_setback_m = models.DecimalField(
        _("rear setback"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    geom = models.MultiPolygonField(_("boundary"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta(Feature.Meta):
        indexes = spatial_indexes("zone")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=IsValid("geom"), name="zone_geom_valid"),
            models.CheckConstraint(
                condition=Q(max_coverage_pct__isnull=True)
                | Q(max_coverage_pct__gte=0, max_coverage_pct__lte=100),
                name="zone_coverage_is_percent",
            ),
        ]

    def __str__(self) -> str:
        """Return the zone code."""
        return self.code
