"""The water supply network."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.postgis import HasLength, IsValid, tile_geometry
from layers.models.feature import spatial_indexes
from networks.models.base import Material, NetworkFeature


class WaterNodeKind(models.TextChoices):
    """What stands at a node of the water network."""

    SOURCE = "source", _("Spring or well")
    TANK = "tank", _("Tank")
    PUMP = "pump", _("Pump")
    JUNCTION = "junction", _("Junction")
    HYDRANT = "hydrant", _("Hydrant")
    PRESSURE_VALVE = "prv", _("Pressure reducing valve")


class PressureZone(NetworkFeature):
    """The area that one tank or reducing valve feeds."""

    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    geom = models.MultiPolygonField(_("area"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("pressure_zone")
        constraints = [
            *NetworkFeature.Meta.constraints,
            models.CheckConstraint(condition=IsValid("geom"), name="pressure_zone_geom_valid"),
        ]


class WaterNode(NetworkFeature):
    """A point where water mains meet, start or end; heights in metres above sea level."""

    kind = models.CharField(_("kind"), max_length=10, choices=WaterNodeKind, default=WaterNodeKind.JUNCTION)
    elevation_m = models.DecimalField(_("elevation"), max_digits=7, decimal_places=2, null=True, blank=True)
    capacity_m3 = models.DecimalField(_("capacity"), max_digits=10, decimal_places=1, null=True, blank=True)
    pressure_zone = models.ForeignKey(
        PressureZone, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pressure zone")
    )
    geom = models.PointField(_("position"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("Point")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("water_node")


class WaterLink(NetworkFeature):
    """A water main between two nodes; the line runs from `start_node` to `end_node`."""

    start_node = models.ForeignKey(WaterNode, on_delete=models.PROTECT, related_name="links_out")
    end_node = models.ForeignKey(WaterNode, on_delete=models.PROTECT, related_name="links_in")
    diameter_mm = models.PositiveIntegerField(_("diameter"))
    material = models.CharField(_("material"), max_length=10, choices=Material, default=Material.UNKNOWN)
    pressure_zone = models.ForeignKey(
        PressureZone, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("pressure zone")
    )
    geom = models.LineStringField(_("line"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("LineString")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("water_link")
        constraints = [
            *NetworkFeature.Meta.constraints,
            # A pipe of no length breaks every trace and distance that meets it.
            models.CheckConstraint(condition=HasLength("geom"), name="water_link_has_length"),
            models.CheckConstraint(condition=~Q(start_node=F("end_node")), name="water_link_two_ends"),
            models.CheckConstraint(condition=Q(diameter_mm__gt=0), name="water_link_diameter_positive"),
        ]


class WaterValve(NetworkFeature):
    """A valve on a main, at the end by the node that it protects (the `valve_segments` convention)."""

    link = models.ForeignKey(WaterLink, on_delete=models.PROTECT, verbose_name=_("main"))
    node = models.ForeignKey(WaterNode, on_delete=models.PROTECT, verbose_name=_("node"))
    diameter_mm = models.PositiveIntegerField(_("diameter"))
    is_open = models.BooleanField(_("open"), default=True)
    is_operable = models.BooleanField(_("operable"), default=True)
    geom = models.PointField(_("position"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("Point")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("water_valve")


class WaterConnection(NetworkFeature):
    """A service pipe from a main to what it serves.

    `building_code` names the building by its number: networks and the building register stand on
    one floor and know each other only by the municipality's own identifiers.
    """

    link = models.ForeignKey(
        WaterLink, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("main")
    )
    parcel = models.ForeignKey(
        "cadastre.Parcel", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("parcel")
    )
    building_code = models.CharField(_("building number"), max_length=40, blank=True)
    account_number = models.CharField(_("subscriber number"), max_length=20, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    diameter_mm = models.PositiveIntegerField(_("diameter"), default=25)
    geom = models.LineStringField(_("line"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("LineString")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("water_connection")


class WaterMeter(NetworkFeature):
    """A customer's meter on a service connection."""

    connection = models.ForeignKey(WaterConnection, on_delete=models.PROTECT, verbose_name=_("connection"))
    serial_number = models.CharField(_("serial number"), max_length=40)
    installed_on = models.DateField(_("installed on"), null=True, blank=True)

    class Meta(NetworkFeature.Meta):
        abstract = False
