"""What each department has written down about a person, kept as it is written."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from parties.models.party import Party


class Department(models.TextChoices):
    """Departments that keep registers of persons."""

    WATER = "water", _("Water")
    TAX = "tax", _("Taxes")
    PROJECTS = "projects", _("Projects")
    HEALTH = "health", _("Health")


class DepartmentRecord(models.Model):
    """One department's record of a person: its own number, spelling and documents.

    `party` links it to the single record once a clerk has said so; the row itself is never merged.
    """

    department = models.CharField(_("department"), max_length=10, choices=Department)
    number = models.CharField(_("record number"), max_length=30)
    name = models.CharField(_("name as written"), max_length=200)
    id_number = models.CharField(_("ID number as written"), max_length=30, blank=True)
    phone = models.CharField(_("phone as written"), max_length=30, blank=True)
    parcel = models.CharField(_("parcel as written"), max_length=60, blank=True)
    party = models.ForeignKey(
        Party,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("party"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "number"], name="department_record_number")
        ]

    def __str__(self) -> str:
        """Return the department and the record's number there."""
        return f"{self.department} {self.number}"
