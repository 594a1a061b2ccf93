"""The gravity sewer; water flows by invert levels, not by the direction of drawing."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.postgis import HasLength, tile_geometry
from layers.models.feature import spatial_indexes
from networks.models.base import Material, NetworkFeature


class SewerNodeKind(models.TextChoices):
    """What stands at a node of the sewer."""

    MANHOLE = "manhole", _("Manhole")
    OUTFALL = "outfall", _("Outfall")
    GULLY = "gully", _("Gully")
    TREATMENT = "treatment", _("Treatment plant")


class SewerSystem(models.TextChoices):
    """What a sewer carries."""

    SANITARY = "sanitary", _("Wastewater")
    STORM = "storm", _("Stormwater")
    COMBINED = "combined", _("Combined")


class SewerNode(NetworkFeature):
    """A manhole, gully or outfall; levels in metres above sea level."""

    kind = models.CharField(_("kind"), max_length=10, choices=SewerNodeKind, default=SewerNodeKind.MANHOLE)
    system = models.CharField(_("system"), max_length=10, choices=SewerSystem, default=SewerSystem.SANITARY)
    cover_level_m = models.DecimalField(
        _("cover level"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    bottom_level_m = models.DecimalField(
        _("bottom level"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    geom = models.PointField(_("position"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("Point")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("sewer_node")


class SewerLink(NetworkFeature):
    """A sewer reach between two nodes, with the invert levels of its ends."""

    start_node = models.ForeignKey(SewerNode, on_delete=models.PROTECT, related_name="links_out")
    end_node = models.ForeignKey(SewerNode, on_delete=models.PROTECT, related_name="links_in")
    system = models.CharField(_("system"), max_length=10, choices=SewerSystem, default=SewerSystem.SANITARY)
    diameter_mm = models.PositiveIntegerField(_("diameter"))
    material = models.CharField(_("material"), max_length=10, choices=Material, default=Material.UNKNOWN)
    start_invert_m = models.DecimalField(
        _("invert at start"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    end_invert_m = models.DecimalField(
        _("invert at end"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    geom = models.LineStringField(_("line"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("LineString")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("sewer_link")
        constraints = [
            *NetworkFeature.Meta.constraints,
            models.CheckConstraint(condition=HasLength("geom"), name="sewer_link_has_length"),
            models.CheckConstraint(condition=~Q(start_node=F("end_node")), name="sewer_link_two_ends"),
            models.CheckConstraint(condition=Q(diameter_mm__gt=0), name="sewer_link_diameter_positive"),
        ]
