"""Exemptions and reliefs that a decision grants for some time, and where they were used."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Exemption(models.Model):
    """A part of the charges on a party, a thing, or a party for a thing, taken off between two days.

    It holds for bills whose period begins within its days. It is not changed; to end it early,
    `valid_to` is set to an earlier day.
    """

    party = models.ForeignKey(
        "parties.Party", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    collection = models.CharField(_("collection"), max_length=40, blank=True)
    feature_id = models.BigIntegerField(_("feature"), null=True, blank=True)
    charge_types = models.ManyToManyField("ledger.ChargeType", blank=True, related_name="+")
    fraction = models.DecimalField(_("part taken off"), max_digits=5, decimal_places=4)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"))
    source = models.CharField(_("source"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(_("granted at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="exemption_period"),
            models.CheckConstraint(condition=Q(fraction__gt=0, fraction__lte=1), name="exemption_fraction"),
            models.CheckConstraint(condition=~Q(source=""), name="exemption_source"),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | Q(feature_id__isnull=False), name="exemption_of_something"
            ),
        ]

    def __str__(self) -> str:
        """Return the source."""
        return self.source


class ExemptionUse(models.Model):
    """An exemption applied to a party's share of a bill, once."""

    audit_exempt = "append-only: names the posting, which says who and when"

    exemption = models.ForeignKey("ledger.Exemption", on_delete=models.PROTECT, related_name="uses")
    bill = models.ForeignKey("ledger.Bill", on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    posting = models.OneToOneField("ledger.Posting", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exemption", "bill", "party"], name="exemption_used_once")
        ]

    def __str__(self) -> str:
        """Return the bill."""
        return f"{self.exemption_id}: {self.bill_id}"
