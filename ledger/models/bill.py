"""Bills: what was asked of whom, for what and when, with the reasons frozen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES, DECIMALS, MAX_DIGITS


class RunState(models.TextChoices):
    """Where a billing run is."""

    RUNNING = "running", _("Running")
    POSTED = "posted", _("Posted, not yet published")
    PUBLISHED = "published", _("Published")
    ROLLED_BACK = "rolled_back", _("Rolled back")


LAST_KEY = 2**63 - 1


def one_stretch() -> list[list[int]]:
    """Return the whole of a run as one stretch of keys, of which nothing is done."""
    return [[0, LAST_KEY]]


class BillRun(models.Model):
    """One billing of one levy for one period; bills are payable once it is published.

    `terms` maps each kind of charge to its terms of payment (see `ledger.terms`) as they were. A run
    is worked on in stretches of its units' keys, each `[last key done, last key of all]`.
    """

    levy = models.SlugField(_("levy"), max_length=60)
    title = models.JSONField(_("title"), default=dict)
    period = models.CharField(_("period"), max_length=20)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    terms = models.JSONField(_("terms"), default=dict)
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=12, choices=RunState, default=RunState.RUNNING)
    stretches = models.JSONField(_("how far it is"), default=one_stretch)
    totals = models.JSONField(_("totals"), default=dict)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="run_period"),
        ]

    def __str__(self) -> str:
        """Return the levy and period."""
        return f"{self.levy} {self.period}"


class Bill(models.Model):
    """A charge on one thing for one period, frozen with its breakdown; only `cancelled_at` changes."""

    audit_exempt = "frozen; its one change is booked by an opposing posting"

    run = models.ForeignKey(
        "ledger.BillRun", on_delete=models.DO_NOTHING, db_constraint=False, related_name="bills"
    )
    levy = models.CharField(_("levy"), max_length=60)
    period = models.CharField(_("period"), max_length=20)
    collection = models.CharField(_("collection"), max_length=40)
    feature_id = models.BigIntegerField(_("feature"))
    label = models.CharField(_("what is charged for"), max_length=120, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    breakdown = models.JSONField(_("breakdown"), default=dict)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "feature_id", "levy", "period"],
                condition=Q(cancelled_at__isnull=True),
                name="bill_once",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_amount"),
        ]

    def __str__(self) -> str:
        """Return the bill's number."""
        return str(self.pk)


class BillShare(models.Model):
    """A party's exact share of a bill: `num`/`den` of it, `amount` after rounding."""

    audit_exempt = "append-only: shares are frozen with their bill"

    bill = models.ForeignKey(
        "ledger.Bill", on_delete=models.DO_NOTHING, db_constraint=False, related_name="shares"
    )
    party = models.ForeignKey(
        "parties.Party", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    num = models.BigIntegerField(_("numerator"))
    den = models.BigIntegerField(_("denominator"))
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(num__gt=0, den__gte=F("num")), name="share_fraction"),
        ]

    def __str__(self) -> str:
        """Return the fraction."""
        return f"{self.num}/{self.den}"
