"""Objections and appeals against assessments, with their clocks."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import DECIMALS, MAX_DIGITS


class ObjectionState(models.TextChoices):
    """Where an objection is."""

    FILED = "filed", _("Filed")
    HEARING = "hearing", _("Hearing set")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
    LATE = "late", _("Refused as late")


class Objection(models.Model):
    """A party's objection to an assessment; the clock starts with the notice."""

    assessment = models.ForeignKey("taxation.Assessment", on_delete=models.PROTECT, related_name="objections")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    appeal_of = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appeal",
        verbose_name=_("appeal of"),
    )
    deposit = models.CharField(_("receipt of the deposit"), max_length=60, blank=True)
    notified_on = models.DateField(_("notified on"))
    filed_on = models.DateField(_("filed on"))
    deadline_on = models.DateField(_("last day to object"))
    grounds = models.TextField(_("grounds"), max_length=4000)
    state = models.CharField(_("state"), max_length=10, choices=ObjectionState, default=ObjectionState.FILED)
    hearing_on = models.DateField(_("hearing on"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision = models.TextField(_("decision"), max_length=4000, blank=True)
    new_total = models.DecimalField(
        _("new total"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "party"],
                condition=models.Q(state__in=["filed", "hearing"]),
                name="objection_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(filed_on__gte=models.F("notified_on")), name="objection_dates"
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)
