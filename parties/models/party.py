"""The parties of the single record: who the municipality deals with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    """What a party is in law."""

    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")
    ESTATE = "estate", _("Estate of heirs")
    WAQF = "waqf", _("Waqf")
    STATE = "state", _("State body")


class Party(models.Model):
    """A person, organisation or estate (ISO 19152 LA_Party), with its approved name."""

    kind = models.CharField(_("kind"), max_length=8, choices=PartyKind, default=PartyKind.PERSON)
    approved_name = models.CharField(_("approved name"), max_length=200)
    id_number = models.CharField(_("ID number"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id_number"], condition=~models.Q(id_number=""), name="party_id_number"
            )
        ]

    def __str__(self) -> str:
        """Return the approved name."""
        return self.approved_name
