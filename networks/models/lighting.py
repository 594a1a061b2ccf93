"""Street lighting."""

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry
from layers.models.feature import spatial_indexes
from networks.models.base import NetworkFeature


class Lamp(models.TextChoices):
    """Kinds of lamp."""

    LED = "led", _("LED")
    SODIUM = "sodium", _("Sodium")
    MERCURY = "mercury", _("Mercury")


class StreetLight(NetworkFeature):
    """A lamp post."""

    lamp = models.CharField(_("lamp"), max_length=8, choices=Lamp, default=Lamp.LED)
    power_w = models.PositiveIntegerField(_("power"), null=True, blank=True)
    street = models.ForeignKey(
        "cadastre.Street", on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("street")
    )
    is_working = models.BooleanField(_("working"), default=True)
    geom = models.PointField(_("position"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("Point")

    class Meta(NetworkFeature.Meta):
        abstract = False
        indexes = spatial_indexes("street_light")
