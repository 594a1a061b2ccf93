"""The books of the local test provider, which stands outside the ledger like a bank's."""

from django.db import models
from django.db.models.functions import Now

from core.money import DECIMALS, MAX_DIGITS


class TestPayment(models.Model):
    """A payment as the test provider sees it."""

    __test__ = False  # not a test class, whatever its name starts with

    reference = models.CharField(max_length=64, unique=True)
    amount = models.DecimalField(max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="created")
    refunded = models.DecimalField(max_digits=MAX_DIGITS, decimal_places=DECIMALS, default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        """Return the reference."""
        return self.reference
