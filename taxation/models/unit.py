"""What is taxed, and who is liable for it in which share."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LiableRole(models.TextChoices):
    """In which quality a party is liable."""

    OWNER = "owner", _("Owner")
    OCCUPANT = "occupant", _("Occupant")


class TaxUnitQuerySet(models.QuerySet):
    """Verbs on taxed units."""

    def on_land(self, parcels: Iterable[int]) -> Self:
        """Keep the accounts in use of what lies on some parcels."""
        return self.filter(parcel__in=list(parcels), retired_at__isnull=True)


class TaxUnit(models.Model):
    """A taxed thing: a unit of a building, a building as a whole, or a parcel of land.

    `collection` and `feature_id` name it in its register; `facts` hold what the levies need to know
    (rent, value, zone…) beyond what the register says.
    """

    collection = models.CharField(_("collection"), max_length=40)
    feature_id = models.BigIntegerField(_("feature"))
    subject = models.CharField(_("subject"), max_length=10)
    label = models.CharField(_("label"), max_length=120, blank=True)
    parcel = models.ForeignKey(
        "cadastre.Parcel", on_delete=models.SET_NULL, null=True, blank=True, related_name="tax_units"
    )
    building = models.ForeignKey(
        "buildings.Building", on_delete=models.SET_NULL, null=True, blank=True, related_name="tax_units"
    )
    district = models.ForeignKey(
        "municipality.District", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    area_m2 = models.DecimalField(_("area"), max_digits=12, decimal_places=2)
    use = models.CharField(_("use"), max_length=16, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = TaxUnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "feature_id"],
                condition=Q(retired_at__isnull=True),
                name="tax_unit_once",
            ),
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="tax_unit_area"),
            models.CheckConstraint(condition=Q(subject__in=["building", "land"]), name="tax_unit_subject"),
        ]

    def __str__(self) -> str:
        """Return the label."""
        return self.label

    @property
    def is_land(self) -> bool:
        """Say whether the account is the land's own, rather than of a building on it."""
        return self.collection == "parcels"


class LiabilityQuerySet(models.QuerySet):
    """Verbs on liabilities."""

    def on(self, day: date) -> Self:
        """Keep those that hold on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Liability(models.Model):
    """A party's exact share of what a unit owes, from a day to before another."""

    unit = models.ForeignKey("taxation.TaxUnit", on_delete=models.PROTECT, related_name="liabilities")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="liabilities")
    role = models.CharField(_("quality"), max_length=8, choices=LiableRole, default=LiableRole.OWNER)
    num = models.BigIntegerField(_("share"), default=1)
    den = models.BigIntegerField(_("of"), default=1)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    objects = LiabilityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(num__gt=0, den__gte=F("num")), name="liability_fraction"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="liability_dates"
            ),
            models.UniqueConstraint(
                fields=["unit", "party", "role"], condition=Q(valid_to__isnull=True), name="liability_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the share as it is written."""
        return f"{self.num}/{self.den}"
