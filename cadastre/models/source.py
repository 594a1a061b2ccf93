"""Source documents: what every change of land rests on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SourceKind(models.TextChoices):
    """What a document is (ISO 19152 LA_AdministrativeSource and LA_SpatialSource)."""

    PLAN = "plan", _("Survey plan")
    DEED = "deed", _("Deed")
    DECISION = "decision", _("Committee decision")
    COURT_ORDER = "court", _("Court order")
    APPLICATION = "application", _("Application")
    AGREEMENT = "agreement", _("Agreement of the owners")
    OTHER = "other", _("Other document")


class Source(models.Model):
    """A document with its number, date and, where there is one, its scan."""

    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind)
    number = models.CharField(_("document number"), max_length=60)
    dated_on = models.DateField(_("document date"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    scan = models.FileField(_("scan"), upload_to="cadastre/sources/%Y", blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(number=""), name="source_has_number")]

    def __str__(self) -> str:
        """Return the kind and number."""
        return f"{self.get_kind_display()} {self.number}"
