"""What can be done with a collection, and how private its fields can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    """The rights that the policy knows; also the scopes of a token."""

    VIEW = "view", _("see")
    EDIT = "edit", _("change")
    APPROVE = "approve", _("approve")
    EXPORT = "export", _("export")
    MANAGE = "manage", _("manage")


class Sensitivity(models.TextChoices):
    """How private a field is: who may read it follows from the role."""

    PUBLIC = "public", _("public")
    STAFF = "staff", _("internal")
    IDENTITY = "identity", _("about persons")
    DEBT = "debt", _("about debts")


# Verbs that leave things as they are.
READING: frozenset[str] = frozenset({Verb.VIEW.value, Verb.EXPORT.value})
