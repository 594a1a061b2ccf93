"""How this municipality numbers its buildings and houses, and lists that people have kept."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# What a building number may be made of.
PARTS = frozenset({"basin", "parcel", "building", "street", "house", "district"})
_PLACE = re.compile(r"\{([^{}]*)\}")


class HouseNumbering(models.TextChoices):
    """How houses are numbered along a street."""

    DISTANCE = "distance", _("By distance from the street's start, odd on the left")
    SEQUENCE = "sequence", _("One after another, odd on the left")


def check_grammar(grammar: str) -> None:
    """Refuse a grammar with unknown parts, or one that would give two buildings one number."""
    found = _PLACE.findall(grammar)
    unknown = sorted(set(found) - PARTS)
    if unknown:
        raise ValidationError(_("There is no part called %(name)s."), params={"name": unknown[0]})
    if "building" not in found or _PLACE.sub("", grammar).count("{"):
        raise ValidationError(_("A building number needs the part {building}."))


class BuildingSettings(models.Model):
    """The one row of choices about buildings.

    `grammar` makes the building number out of parts: Hebron writes parcel, building and street.
    `number_step_m` is the width of a house number where numbers follow the distance. What was built
    before `permits_since` needed no permit (in Palestine until Law 79 of 1966).
    """

    grammar = models.CharField(
        _("grammar of building numbers"), max_length=80, default="{basin}-{parcel}-{building}",
        validators=[check_grammar],
    )  # fmt: skip
    numbering = models.CharField(
        _("house numbers"), max_length=8, choices=HouseNumbering, default=HouseNumbering.DISTANCE
    )
    number_step_m = models.PositiveSmallIntegerField(_("metres for each number"), default=5)

    permits_since = models.PositiveSmallIntegerField(
        _("permits needed since the year"), default=1966, db_default=1966
    )

    class Meta:
        verbose_name = _("choices about buildings")
        verbose_name_plural = _("choices about buildings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="building_settings_one"),
            models.CheckConstraint(condition=Q(number_step_m__gte=1), name="building_settings_step"),
        ]

    def __str__(self) -> str:
        """Return the grammar."""
        return self.grammar

    @classmethod
    def current(cls) -> "BuildingSettings":
        """Return the choices made, or the defaults."""
        return cls.objects.first() or cls(pk=1)


class SavedView(models.Model):
    """A list of the register that somebody has kept under a name: its filters and order."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=600)
    is_shared = models.BooleanField(_("for all staff"), default=False)

    class Meta:
        verbose_name = _("kept list")
        verbose_name_plural = _("kept lists")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
