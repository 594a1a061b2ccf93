"""Simulations: a draft pack against the one in force, over the whole roll, kept to compare."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import DECIMALS, MAX_DIGITS


class Simulation(models.Model):
    """The outcome of a comparison: totals, districts, winners and losers."""

    title = models.CharField(_("title"), max_length=120)
    draft = models.ForeignKey("taxation.RulePack", on_delete=models.PROTECT, related_name="+")
    present = models.ForeignKey("taxation.RulePack", on_delete=models.PROTECT, related_name="+")
    totals = models.JSONField(_("totals"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class SimulationRow(models.Model):
    """What one unit would pay before and after."""

    audit_exempt = "derived: computed from packs and facts, and can be computed again"

    simulation = models.ForeignKey("taxation.Simulation", on_delete=models.CASCADE, related_name="rows")
    unit = models.ForeignKey("taxation.TaxUnit", on_delete=models.CASCADE, related_name="+")
    before = models.DecimalField(_("before"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)
    after = models.DecimalField(_("after"), max_digits=MAX_DIGITS, decimal_places=DECIMALS)

    def __str__(self) -> str:
        """Return both amounts."""
        return f"{self.before} → {self.after}"
