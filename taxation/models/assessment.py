"""Assessments: what a levy comes to for a unit, with the reasons, proposed and approved."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES, DECIMALS, MAX_DIGITS


class AssessmentState(models.TextChoices):
    """Where an assessment is."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Superseded")


class Assessment(models.Model):
    """A computed charge per period for a unit; the figures never change once it is made.

    `components` maps codes of charge types to amounts; `breakdown` is what bills freeze: the steps,
    the facts and the pack.
    """

    unit = models.ForeignKey("taxation.TaxUnit", on_delete=models.PROTECT, related_name="assessments")
    levy = models.CharField(_("levy"), max_length=60)
    pack = models.ForeignKey("taxation.RulePack", on_delete=models.PROTECT, related_name="+")
    total = models.DecimalField(_("total"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    base = models.DecimalField(_("base"), max_digits=26, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    components = models.JSONField(_("components"))
    breakdown = models.JSONField(_("breakdown"))
    state = models.CharField(
        _("state"), max_length=10, choices=AssessmentState, default=AssessmentState.PROPOSED
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    listed_in = models.ForeignKey(
        "taxation.AssessmentList", on_delete=models.PROTECT, null=True, blank=True, related_name="listed"
    )
    served_on = models.DateField(_("notice served on"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "levy"],
                condition=Q(state="approved", valid_to__isnull=True),
                name="assessment_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["unit", "levy"], condition=Q(state="proposed"), name="assessment_one_proposed"
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="assessment_total"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="assessment_dates"
            ),
        ]
        indexes = [
            models.Index(fields=["levy", "id"], name="assessment_levy", condition=Q(state="approved")),
        ]

    def __str__(self) -> str:
        """Return the levy and total."""
        return f"{self.levy} {self.total}"
