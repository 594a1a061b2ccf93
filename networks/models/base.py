"""What the parts of every network have in common."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from layers.models.feature import Feature


class Material(models.TextChoices):
    """Pipe materials."""

    DUCTILE_IRON = "di", _("Ductile iron")
    STEEL = "steel", _("Steel")
    CAST_IRON = "ci", _("Cast iron")
    PE = "pe", _("Polyethylene")
    PVC = "pvc", _("PVC")
    ASBESTOS_CEMENT = "ac", _("Asbestos cement")
    CONCRETE = "concrete", _("Concrete")
    UNKNOWN = "unknown", _("Unknown")


class Status(models.TextChoices):
    """Whether a network part is in use."""

    IN_SERVICE = "in-service", _("In service")
    PLANNED = "planned", _("Planned")
    ABANDONED = "abandoned", _("Abandoned")


class NetworkFeature(Feature):
    """A network part: its asset number, state, year and the district it lies in."""

    code = models.CharField(_("asset number"), max_length=40)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.IN_SERVICE)
    year_installed = models.PositiveSmallIntegerField(_("year installed"), null=True, blank=True)
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("district")
    )

    class Meta(Feature.Meta):
        abstract = True
        constraints = [
            *Feature.Meta.constraints,
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(end_lifespan__isnull=True),
                name="%(app_label)s_%(class)s_code",
            ),
        ]

    def __str__(self) -> str:
        """Return the asset number."""
        return self.code
