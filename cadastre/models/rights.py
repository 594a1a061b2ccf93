"""Rights, restrictions and responsibilities on registered units (ISO 19152 LA_RRR, LA_BAUnit)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from layers.models.feature import Feature


class RightKind(models.TextChoices):
    """What a party holds."""

    OWNERSHIP = "ownership", _("Ownership")
    USUFRUCT = "usufruct", _("Usufruct")
    LEASE = "lease", _("Lease")
    WAQF = "waqf", _("Waqf")
    POSSESSION = "possession", _("Possession")


class RestrictionKind(models.TextChoices):
    """What limits the holders."""

    MORTGAGE = "mortgage", _("Mortgage")
    EASEMENT = "easement", _("Easement")
    SEIZURE = "seizure", _("Seizure")
    PROHIBITION = "prohibition", _("Prohibition of sale")
    HERITAGE = "heritage", _("Heritage protection")


class ResponsibilityKind(models.TextChoices):
    """What the holders must do."""

    UPKEEP = "upkeep", _("Upkeep")
    ACCESS = "access", _("Keeping access open")
    TAX = "tax", _("Tax liability")


class BAUnit(Feature):
    """A registered unit: parcels under the same rights throughout, with its entry in the register."""

    number = models.CharField(_("register number"), max_length=60, blank=True)
    parcels = models.ManyToManyField("cadastre.Parcel", related_name="ba_units", verbose_name=_("parcels"))
    record = models.ForeignKey(
        "cadastre.Record",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("opened by"),
    )
    replaces = models.ManyToManyField("self", symmetrical=False, related_name="replaced_by")

    class Meta(Feature.Meta):
        verbose_name = _("registered unit")

    def __str__(self) -> str:
        """Return the register number, else the row's."""
        return self.number or str(self.pk)


class Shared(Feature):
    """What a right and a restriction have in common: the unit, its source and its days."""

    unit = models.ForeignKey(
        BAUnit, models.PROTECT, related_name="%(class)ss", verbose_name=_("registered unit")
    )
    source = models.ForeignKey(
        "cadastre.Source", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Feature.Meta):
        abstract = True


class Right(Shared):
    """A party's share in a unit: an exact fraction, since heirs hold 525 of 2,400 and not 0.21875."""

    kind = models.CharField(_("kind"), max_length=12, choices=RightKind, default=RightKind.OWNERSHIP)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="rights", verbose_name=_("holder")
    )
    share_num = models.BigIntegerField(_("share"), default=1)
    share_den = models.BigIntegerField(_("of"), default=1)

    class Meta(Shared.Meta):
        constraints = [
            *Shared.Meta.constraints,
            models.CheckConstraint(
                condition=Q(share_num__gt=0, share_den__gt=0, share_num__lte=F("share_den")),
                name="right_share_is_fraction",
            ),
        ]

    def __str__(self) -> str:
        """Return the share as written."""
        return f"{self.share_num}/{self.share_den}"


class Restriction(Shared):
    """A mortgage, easement or other limit on a unit."""

    kind = models.CharField(_("kind"), max_length=12, choices=RestrictionKind)
    holder = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("in favour of"),
    )

    def __str__(self) -> str:
        """Return the kind."""
        return self.get_kind_display()


class Responsibility(Shared):
    """A duty that comes with a unit."""

    kind = models.CharField(_("kind"), max_length=12, choices=ResponsibilityKind)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party")
    )

    def __str__(self) -> str:
        """Return the kind."""
        return self.get_kind_display()
