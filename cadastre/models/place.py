"""Places that people name when they say where something is."""

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry
from layers.models.feature import Feature, spatial_indexes


class PlaceKind(models.TextChoices):
    """What kind of place it is; it decides the symbol."""

    MUNICIPALITY = "municipality", _("Municipality")
    SCHOOL = "school", _("School")
    MOSQUE = "mosque", _("Mosque")
    CHURCH = "church", _("Church")
    CLINIC = "clinic", _("Clinic")
    HOSPITAL = "hospital", _("Hospital")
    MARKET = "market", _("Market")
    PARK = "park", _("Park")
    CEMETERY = "cemetery", _("Cemetery")
    SPRING = "spring", _("Spring")
    SQUARE = "square", _("Square")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    FACTORY = "factory", _("Factory")


class Place(Feature):
    """A landmark or neighbourhood with its name in three languages."""

    kind = models.CharField(_("kind"), max_length=14, choices=PlaceKind)
    name_ar = models.CharField(_("name in Arabic"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    geom = models.PointField(_("position"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("Point")

    class Meta(Feature.Meta):
        indexes = spatial_indexes("place")

    def __str__(self) -> str:
        """Return the Arabic name."""
        return self.name_ar
