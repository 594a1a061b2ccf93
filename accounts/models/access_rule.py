"""Exceptions to what a collection declares about who may see and change it."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import PUBLIC, Role
from accounts.verbs import Verb

# An administrator's rights cannot be taken away by a rule, or nobody could take the rule back.
RULED_ROLES = [(PUBLIC, _("Everybody")), *((role.value, role.label) for role in Role if role != Role.ADMIN)]


class AccessRule(models.Model):
    """One exception: a role may, or may not, do something with a collection, a field of it, or a district.

    The narrowest rule decides (field and district, then field, then district, then collection);
    `accounts.policy` reads them, and a change holds from the next request of every process.
    """

    role = models.CharField(_("role"), max_length=20, choices=RULED_ROLES)
    collection = models.CharField(_("layer"), max_length=80)
    verb = models.CharField(_("right"), max_length=10, choices=Verb.choices)
    field = models.CharField(_("field"), max_length=80, blank=True, default="")
    district = models.ForeignKey(
        "municipality.District",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("district"),
    )
    allow = models.BooleanField(_("allows"), choices=[(True, _("allows")), (False, _("forbids"))])
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("access rule")
        verbose_name_plural = _("access rules")
        ordering: ClassVar = ["collection", "role", "verb", "field"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["role", "collection", "verb", "field", "district"],
                name="access_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(role=Role.ADMIN.value), name="access_rule_not_admin"),
            models.CheckConstraint(
                condition=Q(field="") | Q(verb__in=[Verb.VIEW.value, Verb.EDIT.value, Verb.EXPORT.value]),
                name="access_rule_field_verb",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.verb} {self.collection}"

    def clean(self) -> None:
        """Refuse a rule on a field for a right that only a whole layer has."""
        if self.field and self.verb in {Verb.APPROVE, Verb.MANAGE}:
            raise ValidationError({"verb": _("This right belongs to the whole layer, not to one field.")})
