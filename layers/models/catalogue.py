"""What staff may change about a layer without a programmer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.text3 import Text3


class Group(models.Model):
    """A heading of the layer list."""

    slug = models.SlugField(_("key"), primary_key=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    title_ar = models.CharField(_("title in Arabic"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    title_fr = models.CharField(_("title in French"), max_length=120)

    class Meta:
        ordering = ["order", "slug"]

    @property
    def title(self) -> Text3:
        """Return the heading in three languages."""
        return Text3(self.title_ar, self.title_en, self.title_fr)

    def __str__(self) -> str:
        """Return the heading in the active language."""
        return self.title.in_(get_language() or "ar")


class CatalogueEntry(models.Model):
    """What differs from a collection's own description; an empty column keeps what was declared."""

    collection = models.SlugField(_("layer"), max_length=63, unique=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, verbose_name=_("group"))
    order = models.PositiveSmallIntegerField(_("order"), null=True, blank=True)
    title_ar = models.CharField(_("title in Arabic"), max_length=120, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=120, blank=True)
    description_ar = models.TextField(_("description in Arabic"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    description_fr = models.TextField(_("description in French"), blank=True)
    view_roles = ArrayField(
        models.CharField(max_length=20), verbose_name=_("who may see it"), null=True, blank=True
    )
    visible_by_default = models.BooleanField(_("shown at start"), null=True, blank=True)
    opacity = models.FloatField(_("opacity"), null=True, blank=True)
    min_zoom = models.PositiveSmallIntegerField(_("smallest zoom"), null=True, blank=True)
    max_zoom = models.PositiveSmallIntegerField(_("largest zoom"), null=True, blank=True)
    style = models.JSONField(_("style"), null=True, blank=True)
    license = models.CharField(_("licence"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_date = models.DateField(_("date of the data"), null=True, blank=True)
    is_hidden = models.BooleanField(_("taken out of the catalogue"), default=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        ordering = ["order", "collection"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opacity__isnull=True) | Q(opacity__gte=0, opacity__lte=1),
                name="entry_opacity_is_share",
            ),
            models.CheckConstraint(
                condition=Q(min_zoom__isnull=True)
                | Q(max_zoom__isnull=True)
                | Q(min_zoom__lte=models.F("max_zoom")),
                name="entry_zooms_ordered",
            ),
        ]

    def __str__(self) -> str:
        """Return the layer's key."""
        return self.collection
