"""Receipts: numbered without gaps by book and year; a void keeps its number and its reason."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES, DECIMALS, MAX_DIGITS


class Method(models.TextChoices):
    """How money came in."""

    CASH = "cash", _("Cash")
    CHEQUE = "cheque", _("Cheque")
    BANK = "bank", _("Bank transfer")
    COLLECTOR = "collector", _("Collector")
    ONLINE = "online", _("Online")


class ReceiptBook(models.Model):
    """A series of receipts."""

    code = models.SlugField(_("code"), max_length=12, unique=True)
    title = models.CharField(_("title"), max_length=80)

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class ReceiptCounter(models.Model):
    """The last number given in a book and year: locked by each payment until it is committed."""

    audit_exempt = "follows the receipts, which are append-only"

    book = models.ForeignKey("ledger.ReceiptBook", on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "year"], name="receipt_counter")]

    def __str__(self) -> str:
        """Return the book, year and number."""
        return f"{self.book_id}/{self.year}: {self.last}"


class Receipt(models.Model):
    """Proof of a payment, with how it was allocated, frozen."""

    audit_exempt = "append-only: says itself who gave it and when"

    book = models.ForeignKey("ledger.ReceiptBook", on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    posting = models.OneToOneField("ledger.Posting", on_delete=models.PROTECT, related_name="receipt")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    method = models.CharField(_("method"), max_length=10, choices=Method)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    lines = models.JSONField(_("what was paid"), default=list)
    shift = models.ForeignKey("ledger.Shift", on_delete=models.PROTECT, null=True, related_name="receipts")
    issued_at = models.DateTimeField(_("issued at"), db_default=Now(), editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "number"], name="receipt_number"),
            models.UniqueConstraint(
                fields=["reference"], condition=models.Q(method="online"), name="receipt_provider_reference"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="receipt_amount"),
        ]

    def __str__(self) -> str:
        """Return the number as it is printed."""
        return f"{self.book.code}-{self.year}-{self.number:06d}"


class ReceiptVoid(models.Model):
    """The cancelling of a receipt, which keeps its number."""

    audit_exempt = "append-only: says itself who voided it and when"

    receipt = models.OneToOneField("ledger.Receipt", on_delete=models.PROTECT, related_name="void")
    posting = models.OneToOneField("ledger.Posting", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(_("voided at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="void_has_reason")]

    def __str__(self) -> str:
        """Return the receipt's number."""
        return str(self.receipt)
