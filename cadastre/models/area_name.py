"""What the governorates and localities of the basins are called in each language."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text3 import Text3


class AreaName(models.Model):
    """A governorate's or locality's name in three languages, found by its name as the basins have it."""

    written = models.CharField(_("name in the basins"), max_length=60, unique=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    name_fr = models.CharField(_("name in French"), max_length=120, blank=True)

    class Meta:
        ordering = ["written"]

    def __str__(self) -> str:
        """Return the name in the active language, else as it is written."""
        return str(self.text) or self.written

    @property
    def text(self) -> Text3:
        """Return the name in each language in which it is known."""
        return Text3(self.name_ar, self.name_en, self.name_fr)
