"""Imported layers: real tables in the schema `imported`, and what is known about them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.verbs import Sensitivity
from core.text3 import Text3


class GeometryType(models.TextChoices):
    """The geometry types that an imported table can have."""

    POINT = "Point", _("Points")
    MULTI_POINT = "MultiPoint", _("Groups of points")
    LINE = "LineString", _("Lines")
    MULTI_LINE = "MultiLineString", _("Groups of lines")
    POLYGON = "Polygon", _("Areas")
    MULTI_POLYGON = "MultiPolygon", _("Groups of areas")
    MIXED = "Geometry", _("Mixed shapes")


def public() -> list[str]:
    """Return the audience of a new layer that is for everybody."""
    return ["public"]


class Dataset(models.Model):
    """An imported table: where it is, who may see and change it, and the file that it came from.

    The table has the key column `id`, `version`, `geom` in the national grid and `geom_tile` generated from
    it in Web Mercator, each with a GiST index, and one typed column for each `DatasetField`.
    """

    slug = models.SlugField(_("key"), max_length=63, unique=True)
    relation = models.CharField(_("table"), max_length=127, unique=True)
    geometry_type = models.CharField(_("kind of shapes"), max_length=16, choices=GeometryType)
    title_ar = models.CharField(_("title in Arabic"), max_length=120, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=120, blank=True)
    description_ar = models.TextField(_("description in Arabic"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    description_fr = models.TextField(_("description in French"), blank=True)
    view_roles = ArrayField(models.CharField(max_length=20), verbose_name=_("who may see it"), default=public)
    edit_roles = ArrayField(
        models.CharField(max_length=20), verbose_name=_("who may change it"), default=list
    )
    style = models.JSONField(_("style"), null=True, blank=True)
    license = models.CharField(_("licence"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_date = models.DateField(_("date of the data"), null=True, blank=True)
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    file_format = models.CharField(_("format"), max_length=40, blank=True)
    file_sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    file_crs = models.CharField(_("reference system of the file"), max_length=120, blank=True)
    encoding = models.CharField(_("encoding"), max_length=40, blank=True)
    transformation = models.CharField(_("transformation used"), max_length=255, blank=True)
    feature_count = models.PositiveIntegerField(_("features"), default=0)
    report = models.JSONField(_("import report"), default=dict, blank=True)
    imported_at = models.DateTimeField(_("imported"), auto_now=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imported by"),
    )

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z][a-z0-9-]*$"), name="dataset_slug_plain"),
            models.CheckConstraint(
                condition=Q(relation__regex=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$"),
                name="dataset_relation_plain",
            ),
        ]

    @property
    def title(self) -> Text3:
        """Return the title in three languages, or the key."""
        return Text3(
            self.title_ar or self.title_en or self.title_fr or self.slug, self.title_en, self.title_fr
        )

    @property
    def description(self) -> Text3:
        """Return the description in three languages."""
        return Text3(self.description_ar, self.description_en, self.description_fr)

    def __str__(self) -> str:
        """Return the title in the active language."""
        return self.title.in_(get_language() or "ar")


class DatasetField(models.Model):
    """One column of an imported table."""

    class Type(models.TextChoices):
        """The types of imported columns."""

        TEXT = "text", _("Text")
        INTEGER = "integer", _("Whole number")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("Yes or no")
        DATE = "date", _("Date")
        DATETIME = "datetime", _("Date and time")

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="fields", verbose_name=_("layer"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("column"), max_length=63)
    type = models.CharField(_("type"), max_length=8, choices=Type, default=Type.TEXT)
    title_ar = models.CharField(_("title in Arabic"), max_length=120, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    sensitivity = models.CharField(
        _("how private"), max_length=8, choices=Sensitivity, default=Sensitivity.PUBLIC
    )
    in_tile = models.BooleanField(_("in map tiles"), default=False)
    searchable = models.BooleanField(_("searchable"), default=False)
    is_label = models.BooleanField(_("names the feature"), default=False)
    is_required = models.BooleanField(_("must be filled"), default=False)
    is_unique = models.BooleanField(_("each value once"), default=False)
    # A list of {"value", "ar", "en", "fr"}; empty where any value of the type will do.
    choices = models.JSONField(_("values to choose from"), default=list, blank=True)
    default = models.JSONField(_("value of a new feature"), null=True, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "name"], name="dataset_field_once"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z_][a-z0-9_]*$"), name="dataset_field_plain"
            ),
        ]

    @property
    def title(self) -> Text3:
        """Return the label in three languages, or the column's name."""
        return Text3(
            self.title_ar or self.title_en or self.title_fr or self.name, self.title_en, self.title_fr
        )

    def __str__(self) -> str:
        """Return the column's name."""
        return self.name
