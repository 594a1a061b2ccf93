"""Photographs of buildings, as the portal has written them anew."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Photo(models.Model):
    """A photograph of a building or one of its units; the same picture is kept once for each building."""

    building = models.ForeignKey(
        "buildings.Building", models.PROTECT, related_name="photos", verbose_name=_("building")
    )
    file = models.FileField(_("file"), upload_to="buildings/photos/%Y")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    caption = models.CharField(_("caption"), max_length=160, blank=True)
    taken_on = models.DateField(_("taken on"))
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["-taken_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["building", "sha256"], name="building_photo_once")]

    def __str__(self) -> str:
        """Return the caption."""
        return self.caption
