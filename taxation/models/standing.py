"""How each taxed unit stands, and what the tax map draws of it: kept from the registers and the ledger."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from core.money import DECIMALS, MAX_DIGITS
from core.postgis import tile_geometry


class TaxStatus(models.TextChoices):
    """Where a unit's tax is; the order is that of the legend."""

    PAID = "paid", _("Paid")
    DUE = "due", _("Due")
    LATE = "late", _("Late")
    UNASSESSED = "unassessed", _("Not assessed")
    UNBILLED = "unbilled", _("Not billed")
    OBJECTION = "objection", _("Under objection")
    EXEMPT = "exempt", _("Exempt")


# What may be said of a unit to those who may not see debts.
OPENLY = ("unassessed", "unbilled", "objection", "exempt")


class Standing(models.Model):
    """A unit's status and open balance on the day of the last look; `taxation.actions.standing` keeps it."""

    audit_exempt = "derived: computed from assessments and the ledger, and can be computed again"

    unit = models.OneToOneField(
        "taxation.TaxUnit", on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    status = models.CharField(_("status"), max_length=10, choices=TaxStatus)
    total = models.DecimalField(
        _("assessed"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    owed = models.DecimalField(
        _("balance"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    periods = models.CharField(_("years"), max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["status", "-owed", "unit"], name="standing_status")]

    def __str__(self) -> str:
        """Return the status."""
        return self.status


class TaxPlace(models.Model):
    """A building, or a taxed piece of land, in the colour of the worst status among its units."""

    audit_exempt = "derived: computed from the registers and the standings, and can be computed again"

    collection = models.CharField(_("collection"), max_length=40)
    feature_id = models.BigIntegerField(_("feature"))
    code = models.CharField(_("number"), max_length=40)
    street_ar = models.CharField(max_length=120, blank=True)
    street_en = models.CharField(max_length=120, blank=True)
    street_fr = models.CharField(max_length=120, blank=True)
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("status"), max_length=10, choices=TaxStatus)
    units = models.PositiveIntegerField(_("taxed units"), default=0)
    owed = models.DecimalField(
        _("balance"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    geom = models.MultiPolygonField(_("outline"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "feature_id"], name="tax_place_once")]
        indexes = [
            GistIndex(fields=["geom"], name="tax_place_geom"),
            GistIndex(fields=["geom_tile"], name="tax_place_tile"),
        ]

    def __str__(self) -> str:
        """Return the building's or parcel's number."""
        return self.code


class StandingMark(models.Model):
    """Up to where the standings have followed the ledger and the registers; one row."""

    audit_exempt = "derived: says how fresh derived rows are"

    on = models.DateField(_("day"))
    entry = models.BigIntegerField(_("last entry"), default=0)
    sources = models.TextField(_("state of the sources"), default="")

    def __str__(self) -> str:
        """Return the day."""
        return self.on.isoformat()
