"""Rasters: orthophotos and terrain models that lie under or over the map."""

import math
import uuid
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.verbs import Sensitivity
from core.text3 import Text3
from layers.models.dataset import public
from layers.styling.ramps import RAMP_NAMES


class RasterKind(models.TextChoices):
    """What the cells of a raster are."""

    IMAGE = "image", _("Image")
    ELEVATION = "elevation", _("Elevation")
    MEASUREMENT = "measurement", _("Measured values")


class Drawing(models.TextChoices):
    """How cells become colours."""

    PICTURE = "picture", _("As a picture")
    RELIEF = "relief", _("Shaded relief")
    COLOURS = "colours", _("Colours by value")
    COLOURED_RELIEF = "coloured-relief", _("Shaded relief in colours")


class Raster(models.Model):
    """One dated raster: a cloud-optimised GeoTIFF among the instance's media.

    `bounds` are west, south, east, north in degrees (WGS 84). The file's name is the portal's own.
    Rasters with the same `mosaic` are the same picture at several dates (epochs). `low` and `high`
    are the values between which colours run; `facts` is what the import found out about the file.
    The attributes below make a raster something that `accounts.policy` can judge.
    """

    slug = models.SlugField(_("key"), max_length=63, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=RasterKind)
    file_id = models.UUIDField(_("file"), default=uuid.uuid4, unique=True, editable=False)
    title_ar = models.CharField(_("title in Arabic"), max_length=120, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=120, blank=True)
    taken_on = models.DateField(_("taken on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    license = models.CharField(_("licence"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    bounds = ArrayField(models.FloatField(), size=4, verbose_name=_("extent"))
    max_zoom = models.PositiveSmallIntegerField(_("largest zoom"), default=20)
    mosaic = models.SlugField(_("mosaic"), max_length=63, blank=True, db_index=False)
    drawing = models.CharField(_("drawn"), max_length=16, choices=Drawing, default=Drawing.PICTURE)
    ramp = models.CharField(_("colours"), max_length=20, choices=RAMP_NAMES, default="sand")
    low = models.FloatField(_("lowest value"), null=True, blank=True)
    high = models.FloatField(_("highest value"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    size_bytes = models.BigIntegerField(_("size"), default=0, editable=False)
    facts = models.JSONField(default=dict, blank=True, editable=False)
    roles = ArrayField(models.CharField(max_length=20), verbose_name=_("who may see it"), default=public)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["order", "-taken_on", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z][a-z0-9-]*$"), name="raster_slug_plain"),
            models.CheckConstraint(condition=Q(bounds__len=4), name="raster_has_bounds"),
            models.CheckConstraint(
                condition=~Q(kind=RasterKind.IMAGE) | Q(drawing=Drawing.PICTURE), name="raster_image_drawn"
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lt=models.F("high")),
                name="raster_low_below_high",
            ),
        ]

    def __str__(self) -> str:
        """Return the title in the active language."""
        return Text3(self.title_ar, self.title_en, self.title_fr).in_(get_language() or "ar") or self.slug

    @property
    def path(self) -> Path:
        """Return where the file is."""
        return Path(settings.MEDIA_ROOT) / "rasters" / f"{self.file_id}.tif"

    @property
    def map_address(self) -> str:
        """Return the address of the staff map over the raster, with the raster shown."""
        west, south, east, north = self.bounds
        zoom = max(6, min(18, int(math.log2(360 / max(east - west, 1e-4)) + 1)))
        middle = f"{(south + north) / 2:.6f}/{(west + east) / 2:.6f}"
        return f"/staff/#map={zoom}/{middle}&layers={self.id_for_policy}"

    @property
    def look(self) -> str:
        """Return a short word that changes when file or drawing do."""
        said = f"{self.file_id}/{self.drawing}/{self.ramp}/{self.low}/{self.high}"
        return blake2b(said.encode(), digest_size=6).hexdigest()

    @property
    def has_values(self) -> bool:
        """Say whether a cell is a number that means something: a height, a temperature."""
        return self.kind != RasterKind.IMAGE

    @property
    def id_for_policy(self) -> str:
        """Return the name under which access rules know the raster."""
        return f"raster-{self.slug}"


class GuardedRaster:
    """A raster as `accounts.policy` asks about it: no fields, no districts, nobody edits cells."""

    edit_roles: frozenset[str] = frozenset()
    sensitivities: dict[str, Sensitivity] = {}
    district_field = None

    def __init__(self, raster: Raster) -> None:
        self.id = raster.id_for_policy
        self.view_roles = frozenset(raster.roles)
