"""The journal: postings and their entries, each posting sealed into a chain.

The database keeps the promises (migration 0002): rows are only ever added; a posting's entries sum
to zero in every currency at commit; no entry joins a posting that is sealed; every posting gets a
seal whose hash covers the seal before it.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import DECIMALS, MAX_DIGITS


class PostingKind(models.TextChoices):
    """Why something was posted."""

    BILLING = "billing", _("Billing")
    PAYMENT = "payment", _("Payment")
    REVERSAL = "reversal", _("Reversal")
    REFUND = "refund", _("Refund")
    WRITE_OFF = "write_off", _("Write-off")
    RELIEF = "relief", _("Relief")
    TRANSFER = "transfer", _("Transfer of money held")
    APPLY_CREDIT = "apply", _("Advance applied")


class Part(models.TextChoices):
    """What an entry on a party's account does to the charge it belongs to."""

    CHARGE = "charge", _("Charge")
    PAID = "paid", _("Paid")
    DISCOUNT = "discount", _("Discount")
    RELIEF = "relief", _("Relief")
    WRITTEN_OFF = "written_off", _("Written off")
    PENALTY = "penalty", _("Penalty")
    PENALTY_PAID = "penalty_paid", _("Penalty paid")
    PENALTY_WAIVED = "waived", _("Penalty waived")
    OTHER = "", _("Other")


# Entries of these parts sum to what is still open of the principal.
PRINCIPAL_PARTS = (Part.CHARGE, Part.PAID, Part.DISCOUNT, Part.RELIEF, Part.WRITTEN_OFF)
PENALTY_PARTS = (Part.PENALTY, Part.PENALTY_PAID, Part.PENALTY_WAIVED)


class Posting(models.Model):
    """One event of the journal on one business day; a mistake is undone by an opposing posting."""

    audit_exempt = "append-only and chained: the journal is its own log"

    kind = models.CharField(_("kind"), max_length=10, choices=PostingKind)
    business_on = models.DateField(_("business day"), db_index=True)
    posted_at = models.DateTimeField(_("posted at"), db_default=Now(), editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    run = models.ForeignKey(
        "ledger.BillRun", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="postings"
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")

    def __str__(self) -> str:
        """Return the kind and number."""
        return f"{self.kind} {self.pk}"


class Entry(models.Model):
    """One leg of a posting: debit above zero, credit below, in the account's currency."""

    audit_exempt = "append-only and chained: the journal is its own log"

    posting = models.ForeignKey(
        "ledger.Posting", on_delete=models.DO_NOTHING, db_constraint=False, related_name="entries"
    )
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.DO_NOTHING, db_constraint=False, related_name="entries"
    )
    bill = models.ForeignKey(
        "ledger.Bill",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="entries",
    )
    part = models.CharField(_("part"), max_length=12, choices=Part, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="entry_not_zero")]
        indexes = [
            models.Index(fields=["bill"], name="entry_bill", condition=models.Q(bill__isnull=False)),
        ]

    def __str__(self) -> str:
        """Return the amount and account."""
        return f"{self.amount} → {self.account_id}"


class Seal(models.Model):
    """A posting's place in the chain and its hash; written by the database alone."""

    audit_exempt = "written by the database alone"

    seq = models.BigIntegerField(primary_key=True)
    posting = models.OneToOneField("ledger.Posting", on_delete=models.DO_NOTHING, db_constraint=False)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        """Return the place in the chain."""
        return str(self.seq)


class ChainHead(models.Model):
    """The last link of the chain, held while a transaction commits."""

    audit_exempt = "written by the database alone"

    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        """Return the length of the chain."""
        return str(self.seq)
