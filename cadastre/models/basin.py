"""Basins (حوض): the registration and tax units of adjoining parcels."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.postgis import IsValid, tile_geometry
from core.text3 import Text3
from layers.models.feature import Feature, spatial_indexes


class Basin(Feature):
    """A registration block: the part of a locality within which parcel numbers are unique.

    Holds the parts of the national identifier above the parcel, each apart (governorate, locality,
    basin number), since every country composes them in its own way.
    """

    governorate = models.CharField(_("governorate"), max_length=40)
    locality = models.CharField(_("locality"), max_length=60)
    number = models.CharField(_("basin number"), max_length=20)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    is_settled = models.BooleanField(_("land settlement completed"), default=True)
    geom = models.MultiPolygonField(_("boundary"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta(Feature.Meta):
        indexes = spatial_indexes("basin")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(condition=IsValid("geom"), name="basin_geom_valid"),
            models.UniqueConstraint(
                fields=["governorate", "locality", "number"],
                condition=Q(end_lifespan__isnull=True),
                name="basin_identifier",
            ),
        ]

    def __str__(self) -> str:
        """Return the number and, where there is one, the name in the active language."""
        return f"{self.number} {Text3(self.name_ar, self.name_en, self.name_fr)}".strip()
