"""Accounts: where amounts are kept apart."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES


class AccountKind(models.TextChoices):
    """What an account keeps."""

    RECEIVABLE = "receivable", _("Owed by a party")
    CREDIT = "credit", _("Paid in advance by a party")
    REVENUE = "revenue", _("Revenue")
    PENALTY = "penalty", _("Penalties")
    DISCOUNT = "discount", _("Discounts given")
    RELIEF = "relief", _("Reliefs given")
    WRITE_OFF = "write_off", _("Written off")
    CASH = "cash", _("Cash drawer")
    CUSTODY = "custody", _("Collector’s custody")
    CHEQUES = "cheques", _("Cheques in hand")
    BANK = "bank", _("Bank")
    PROVIDER = "provider", _("Payment provider")
    OVER_SHORT = "over_short", _("Cash over and short")
    BENEFICIARY = "beneficiary", _("Owed to a beneficiary")
    TRANSFER = "transfer", _("Share passed on")


class Account(models.Model):
    """One account in one currency.

    What a party owes is kept apart by party, kind of charge and the thing charged for, which is
    named by its collection and id. All other accounts are named by `name` (a cashier's id, a
    provider, a beneficiary). Only `closed_on` ever changes; the database refuses the rest.
    """

    audit_exempt = "its identity is frozen; opened by the posting that needs it"

    kind = models.CharField(_("kind"), max_length=12, choices=AccountKind)
    name = models.CharField(_("name"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    party = models.ForeignKey(
        "parties.Party",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    charge_type = models.ForeignKey(
        "ledger.ChargeType",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    collection = models.CharField(_("collection"), max_length=40, blank=True)
    feature_id = models.BigIntegerField(_("feature"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "charge_type", "collection", "feature_id"],
                condition=Q(kind="receivable"),
                name="account_receivable",
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "currency"], condition=~Q(kind="receivable"), name="account_named"
            ),
            models.CheckConstraint(
                condition=~Q(kind="receivable")
                | Q(party__isnull=False, charge_type__isnull=False, feature_id__isnull=False),
                name="account_receivable_complete",
            ),
        ]
        indexes = [
            models.Index(
                fields=["collection", "feature_id"], name="account_feature", condition=Q(kind="receivable")
            )
        ]

    def __str__(self) -> str:
        """Return what distinguishes the account."""
        return f"{self.kind} {self.name or self.party_id} {self.currency}"
