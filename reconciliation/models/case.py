"""Cases: one difference each, from the day it was found until it is settled or gone."""

from typing import Any, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.postgis import tile_geometry
from reconciliation import registry


class CaseState(models.TextChoices):
    """What has become of a difference."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    GONE = "gone", _("No longer found")


class CaseQuerySet(models.QuerySet):
    """Verbs that cases understand."""

    def of(self, queue: str) -> Self:
        """Keep the cases of one queue."""
        return self.filter(queue=queue)

    def open(self) -> Self:
        """Keep the cases that somebody has to work on."""
        return self.filter(state=CaseState.OPEN)


class Case(models.Model):
    """One difference: its evidence, what it is worth, who works on it and what came of it.

    `basis` is what the last decision rested on; see `reconciliation.declaring.Queue`.
    """

    queue = models.CharField(_("queue"), max_length=55)
    subject = models.CharField(_("subject"), max_length=120)
    label = models.CharField(_("what"), max_length=160)
    collection = models.CharField(_("layer"), max_length=63, blank=True)
    feature = models.BigIntegerField(_("feature"), null=True, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict)
    basis = models.CharField(max_length=64, default="")
    district = models.ForeignKey(
        "municipality.District", models.SET_NULL, null=True, blank=True, verbose_name=_("district")
    )
    yearly_value = models.DecimalField(
        _("estimated yearly value"), max_digits=18, decimal_places=3, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    rank = models.FloatField(_("rank"), default=0.0)
    state = models.CharField(_("state"), max_length=8, choices=CaseState, default=CaseState.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("assigned to"),
    )  # fmt: skip
    result = models.CharField(_("result"), max_length=40, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("closed by"),
    )  # fmt: skip
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    first_found_on = models.DateField(_("first found"))
    version = models.PositiveIntegerField(_("version"), default=1)
    geom = models.GeometryField(
        _("place"), srid=settings.GRID_SRID, null=True, blank=True, spatial_index=False
    )
    geom_tile = tile_geometry("Geometry")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            GistIndex(fields=["geom"], name="case_geom"),
            GistIndex(fields=["geom_tile"], name="case_tile"),
            models.Index(fields=["queue", "state", "-rank", "id"], name="case_queue"),
            models.Index(
                fields=["assignee"], condition=Q(state="open", assignee__isnull=False), name="case_round"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["queue", "subject"], name="case_once"),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(result="") & ~Q(reason=""),
                name="case_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(yearly_value__isnull=True) | ~Q(currency=""), name="case_value_has_currency"
            ),
        ]

    def __str__(self) -> str:
        """Return what people call it."""
        return self.label

    @property
    def etag(self) -> str:
        """Return the entity tag of this version."""
        return f'"{self.pk}-{self.version}"'

    @property
    def result_title(self) -> Any:
        """Return the result in words."""
        return registry.find(self.queue).results.get(self.result, self.result)
