"""Entrances: the doors of a building, each with its address."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry
from layers.models.feature import Feature, spatial_indexes


class Entrance(Feature):
    """A door with its number along a street; the main one gives the building its address."""

    building = models.ForeignKey(
        "buildings.Building", models.PROTECT, related_name="entrances", verbose_name=_("building")
    )
    street = models.ForeignKey(
        "cadastre.Street", models.SET_NULL, null=True, blank=True, verbose_name=_("street")
    )
    number = models.CharField(_("house number"), max_length=12)
    is_main = models.BooleanField(_("main entrance"), default=True)
    geom = models.PointField(_("place"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("Point")

    class Meta(Feature.Meta):
        verbose_name = _("entrance")
        verbose_name_plural = _("entrances")
        indexes = spatial_indexes("entrance")
        constraints = [
            *Feature.Meta.constraints,
            models.UniqueConstraint(
                fields=["street", "number"],
                condition=Q(end_lifespan__isnull=True),
                name="entrance_number_once",
                violation_error_code="number",
                violation_error_message=_("Another entrance on this street has this number."),
            ),
            models.UniqueConstraint(
                fields=["building"],
                condition=Q(end_lifespan__isnull=True, is_main=True),
                name="entrance_main_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return self.number
