"""The roles that a person can hold (contract.md names them; each demo account holds one)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does for the municipality; rights hang on roles, never on persons."""

    ADMIN = "admin", _("Administrator")
    ENGINEER = "engineer", _("Engineer")
    APPROVER = "approver", _("Approver")
    ASSESSOR = "assessor", _("Assessor")
    TREASURER = "treasurer", _("Treasurer")
    CLERK = "clerk", _("Clerk")
    NETWORK = "network", _("Network operator")
    SURVEYOR = "surveyor", _("Surveyor")
    AUDITOR = "auditor", _("Auditor")
    CITIZEN = "citizen", _("Citizen")


# Everybody, signed in or not; never stored as a membership.
PUBLIC = "public"
STAFF_ROLES: frozenset[str] = frozenset(Role.values) - {Role.CITIZEN.value}
EVERY_ROLE: frozenset[str] = frozenset(Role.values)
