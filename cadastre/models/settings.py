"""How this municipality numbers parcels and what it demands before land changes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Numbering(models.TextChoices):
    """The grammar of children's numbers."""

    NEXT_IN_BASIN = "next", _("Next free number in the basin")
    PARENT_SLASH = "slash", _("Parent's number, stroke, next part (546/1, 546/2)")
    PARENT_NESTED = "nested", _("Parent's number, stroke, part, also below parts (546/1/1)")


class IdentifierForm(models.TextChoices):
    """What the parts of the identifier are called and in which order they are written."""

    PALESTINE = "PS", _("Governorate, locality, basin, quarter, parcel")
    JORDAN = "JO", _("Directorate, village, basin, neighbourhood, parcel")
    LEBANON = "LB", _("District, cadastral zone, parcel, block, section")
    TUNISIA = "TN", _("Governorate, delegation, land title, lot")


class CadastreSettings(models.Model):
    """The one row of choices about land."""

    numbering = models.CharField(
        _("children's numbers"), max_length=8, choices=Numbering, default=Numbering.PARENT_SLASH
    )
    identifier = models.CharField(
        _("identifier"), max_length=2, choices=IdentifierForm, default=IdentifierForm.PALESTINE
    )
    demands_tax_clearance = models.BooleanField(_("taxes must be cleared first"), default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="cadastre_settings_one")]

    def __str__(self) -> str:
        """Return the numbering in words."""
        return self.get_numbering_display()

    @classmethod
    def current(cls) -> "CadastreSettings":
        """Return the choices made, or the defaults."""
        return cls.objects.first() or cls(pk=1)
