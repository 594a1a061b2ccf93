"""The municipality that this instance serves, and its choices."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Country(models.TextChoices):
    """Countries whose calendars, units and number forms are known."""

    PALESTINE = "PS", _("Palestine")
    JORDAN = "JO", _("Jordan")
    LEBANON = "LB", _("Lebanon")
    TUNISIA = "TN", _("Tunisia")


class Digits(models.TextChoices):
    """How digits are written in Arabic."""

    LATIN = "latn", "0123456789"
    ARABIC_INDIC = "arab", "٠١٢٣٤٥٦٧٨٩"


class Basemap(models.TextChoices):
    """What lies under the portal's own layers."""

    OWN = "own", _("Own layers only")
    OSM = "osm", _("OpenStreetMap tiles")
    PMTILES = "pmtiles", _("A PMTiles archive of this instance")


class Municipality(models.Model):
    """The one row that names the municipality and holds its settings."""

    name_ar = models.CharField(_("name in Arabic"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_fr = models.CharField(_("name in French"), max_length=120)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    digits = models.CharField(_("digits"), max_length=4, choices=Digits, default=Digits.LATIN)
    basemap = models.CharField(_("basemap"), max_length=8, choices=Basemap, default=Basemap.OWN)
    basemap_url = models.CharField(_("basemap address"), max_length=400, blank=True)
    basemap_attribution = models.CharField(_("basemap attribution"), max_length=200, blank=True)
    boundary = models.MultiPolygonField(_("boundary"), srid=settings.GRID_SRID, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="municipality_only_one"),
        ]

    def __str__(self) -> str:
        """Return the name in the active language."""
        return str(getattr(self, f"name_{(get_language() or 'ar')[:2]}", self.name_ar))
