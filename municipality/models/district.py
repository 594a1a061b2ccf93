"""Districts: parts of the municipality that staff rights and reports follow."""

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry


class District(models.Model):
    """A ward or neighbourhood."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    geom = models.MultiPolygonField(_("boundary"), srid=settings.GRID_SRID)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        """Return the name in the active language."""
        return str(getattr(self, f"name_{(get_language() or 'ar')[:2]}", self.name_ar))
