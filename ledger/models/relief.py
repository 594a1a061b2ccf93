"""What lightens a debt by decision: instalment plans, amnesties, write-offs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES, DECIMALS, MAX_DIGITS


class Plan(models.Model):
    """An instalment plan over some bills of a party; while it is kept, lateness stops counting."""

    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    agreed_on = models.DateField(_("agreed on"))
    freezes_penalty = models.BooleanField(_("freezes the penalty"), default=True)
    broken_on = models.DateField(_("broken on"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        """Return the party and day."""
        return f"{self.party_id} {self.agreed_on}"


class PlanBill(models.Model):
    """A bill that a plan covers; at most one plan that is kept covers a bill of a party."""

    plan = models.ForeignKey("ledger.Plan", on_delete=models.PROTECT, related_name="covered")
    bill = models.ForeignKey("ledger.Bill", on_delete=models.PROTECT, related_name="plans")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "bill"], name="plan_bill")]

    def __str__(self) -> str:
        """Return the plan and bill."""
        return f"{self.plan_id}: {self.bill_id}"


class Instalment(models.Model):
    """One instalment: what must have been paid in all by a day."""

    plan = models.ForeignKey("ledger.Plan", on_delete=models.PROTECT, related_name="instalments")
    due_on = models.DateField(_("due on"))
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount"),
            models.UniqueConstraint(fields=["plan", "due_on"], name="instalment_day"),
        ]

    def __str__(self) -> str:
        """Return the day and amount."""
        return f"{self.due_on} {self.amount}"


class Amnesty(models.Model):
    """A dated decision that takes off part of principal and penalty for those who pay all arrears."""

    title_ar = models.CharField(_("title in Arabic"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    title_fr = models.CharField(_("title in French"), max_length=120)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"))
    due_before = models.DateField(_("for charges due before"))
    charge_types = models.ManyToManyField("ledger.ChargeType", blank=True, related_name="+")
    principal_fraction = models.DecimalField(
        _("off the principal"), max_digits=5, decimal_places=4, default=0
    )
    penalty_fraction = models.DecimalField(_("off the penalty"), max_digits=5, decimal_places=4, default=1)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="amnesty_period"),
            models.CheckConstraint(
                condition=Q(principal_fraction__range=(0, 1), penalty_fraction__range=(0, 1)),
                name="amnesty_fractions",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="amnesty_source"),
        ]

    @property
    def title(self) -> str:
        """Return the title in the active language."""
        return str(getattr(self, f"title_{(get_language() or 'ar')[:2]}", self.title_ar))

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class WriteOff(models.Model):
    """A debt that the municipality gives up: one person proposes, another signs."""

    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey("ledger.Bill", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    posting = models.OneToOneField("ledger.Posting", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="write_off_reason"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="write_off_two_signatures",
            ),
            models.CheckConstraint(
                condition=Q(posting__isnull=True, approved_by__isnull=True)
                | Q(posting__isnull=False, approved_by__isnull=False),
                name="write_off_posted_when_signed",
            ),
            models.UniqueConstraint(
                fields=["party", "bill"], condition=Q(posting__isnull=True), name="write_off_one_open"
            ),
        ]

    def __str__(self) -> str:
        """Return the bill."""
        return f"{self.bill_id}: {self.reason}"
