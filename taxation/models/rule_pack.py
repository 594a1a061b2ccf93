"""Rule packs: a levy's figures as they are between two days, with their sources."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.money import DECIMALS, MAX_DIGITS
from core.text3 import Text3
from taxation.rules.packs import LEVIES
from taxation.rules.schema import Levy


class PackStatus(models.TextChoices):
    """How far a pack is."""

    DRAFT = "draft", _("Draft")
    ENACTED = "enacted", _("Enacted")
    RETIRED = "retired", _("Retired")


class RulePackQuerySet(models.QuerySet):
    """Verbs on packs."""

    def in_force(self, on: date) -> Self:
        """Keep the enacted packs of a day."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on), status=PackStatus.ENACTED, valid_from__lte=on
        )


class RulePack(models.Model):
    """A levy's figures for a time; two enacted packs of a levy never overlap."""

    levy = models.SlugField(_("levy"), max_length=60)
    title = models.JSONField(_("title"), default=dict)
    status = models.CharField(_("status"), max_length=8, choices=PackStatus, default=PackStatus.DRAFT)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    approval_above = models.DecimalField(
        _("second signature above"), max_digits=MAX_DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    reassess_years = models.PositiveSmallIntegerField(_("years between reassessments"), null=True, blank=True)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = RulePackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="enacted") | Q(valid_from__isnull=False), name="pack_enacted_has_dates"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="pack_dates_in_order",
            ),
            ExclusionConstraint(
                name="pack_no_overlap",
                expressions=[
                    (F("levy"), RangeOperators.EQUAL),
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status="enacted"),
            ),
        ]

    def __str__(self) -> str:
        """Return the title in the active language."""
        return str(Text3.of(self.title))

    @property
    def recipe(self) -> Levy:
        """Return the levy whose figures these are."""
        return LEVIES[self.levy]

    def values(self) -> dict[str, Any]:
        """Return the figures by key."""
        return {parameter.key: parameter.value for parameter in self.parameters.all()}

    def verified(self) -> dict[str, bool]:
        """Return, by key, whether each figure is confirmed."""
        return {parameter.key: parameter.verified for parameter in self.parameters.all()}

    def terms_by_charge(self) -> dict[str, Any]:
        """Return the terms of payment by code of charge type."""
        values, recipe = self.values(), self.recipe
        found = {}
        for component in recipe.components:
            key = recipe.terms.get(component.code, recipe.terms.get("", ""))
            found[charge_code(recipe.code, component.code)] = values.get(key, {})
        return found

    def charge_titles(self) -> dict[str, str]:
        """Return the titles of the components by code of charge type."""
        return {charge_code(self.recipe.code, each.code): str(each.title) for each in self.recipe.components}

    def needs_second_signature(self, total: Decimal) -> bool:
        """Say whether an assessment of this size must be signed by another person."""
        return self.approval_above is not None and total > self.approval_above


class RuleParameter(models.Model):
    """One figure of a pack, with its source and whether it was confirmed there."""

    pack = models.ForeignKey("taxation.RulePack", on_delete=models.CASCADE, related_name="parameters")
    key = models.CharField(_("key"), max_length=60)
    title = models.JSONField(_("title"), default=dict)
    kind = models.CharField(_("kind"), max_length=10)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pack", "key"], name="parameter_key")]

    def __str__(self) -> str:
        """Return the title in the active language."""
        return str(Text3.of(self.title))


def charge_code(levy: str, component: str) -> str:
    """Return the code of the charge type that a levy's component posts to."""
    return f"{levy}-{component}"
