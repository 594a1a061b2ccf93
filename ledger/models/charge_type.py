"""Kinds of charge: each has its currency, its accounts and its order of allocation."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES


class Order(models.TextChoices):
    """What a part payment settles first within one charge."""

    PENALTY_FIRST = "penalty_first", _("Penalty first")
    PRINCIPAL_FIRST = "principal_first", _("Principal first")


class ChargeType(models.Model):
    """A kind of charge, such as a tax, a fee or a levy; the ledger does not know which."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title_ar = models.CharField(_("title in Arabic"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    title_fr = models.CharField(_("title in French"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    order = models.CharField(
        _("order of allocation"), max_length=16, choices=Order, default=Order.PENALTY_FIRST
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__in=[code for code, _title in CURRENCY_CHOICES]),
                name="charge_type_currency",
            )
        ]

    def __str__(self) -> str:
        """Return the title in the active language."""
        return str(getattr(self, f"title_{(get_language() or 'ar')[:2]}", self.title_ar))
