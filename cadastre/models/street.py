"""Streets, with their names in three languages."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry
from layers.models.feature import Feature, spatial_indexes


class StreetClass(models.TextChoices):
    """The rank of a street, from through road to stairs."""

    MAIN = "main", _("Main street")
    COLLECTOR = "collector", _("Collector street")
    LOCAL = "local", _("Local street")
    LANE = "lane", _("Lane")
    STEPS = "steps", _("Steps")
    TRACK = "track", _("Farm track")


class Surface(models.TextChoices):
    """What a street is paved with."""

    ASPHALT = "asphalt", _("Asphalt")
    PAVED = "paved", _("Paving stones")
    CONCRETE = "concrete", _("Concrete")
    GRAVEL = "gravel", _("Gravel")
    EARTH = "earth", _("Earth")


class Street(Feature):
    """A street as its centre line, digitised in the direction in which houses are numbered."""

    code = models.CharField(_("street number"), max_length=20)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)
    street_class = models.CharField(_("class"), max_length=10, choices=StreetClass, default=StreetClass.LOCAL)
    surface = models.CharField(_("surface"), max_length=10, choices=Surface, default=Surface.ASPHALT)
    width_m = models.DecimalField(_("width"), max_digits=5, decimal_places=2, null=True, blank=True)
    has_sidewalk = models.BooleanField(_("sidewalk"), default=False)
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("district")
    )
    geom = models.MultiLineStringField(_("centre line"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiLineString")

    class Meta(Feature.Meta):
        indexes = spatial_indexes("street")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(
                condition=Q(width_m__isnull=True) | Q(width_m__gt=0), name="street_width_positive"
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(end_lifespan__isnull=True), name="street_code"
            ),
        ]

    def __str__(self) -> str:
        """Return the name in the active language, else the Arabic one, or the number of a nameless street."""
        return str(getattr(self, f"name_{(get_language() or 'ar')[:2]}", "") or self.name_ar or self.code)
