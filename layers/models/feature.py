"""The base of every spatial register: rows with a lifespan, retired instead of deleted."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FeatureQuerySet(models.QuerySet):
    """Verbs that every register's rows understand."""

    def in_force(self, at: datetime | None = None) -> Self:
        """Keep the rows in force now, or at the given instant."""
        if at is None:
            return self.filter(end_lifespan__isnull=True)
        return self.filter(Q(end_lifespan__isnull=True) | Q(end_lifespan__gt=at), begin_lifespan__lte=at)


class Feature(models.Model):
    """A row with a lifespan (ISO 19152 VersionedObject) and a version for optimistic locking."""

    begin_lifespan = models.DateTimeField(_("in force since"), default=timezone.now, db_default=Now())
    end_lifespan = models.DateTimeField(_("in force until"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    objects = FeatureQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(end_lifespan__isnull=True) | Q(end_lifespan__gte=F("begin_lifespan")),
                name="%(app_label)s_%(class)s_lifespan",
            )
        ]


def spatial_indexes(table: str) -> list[GistIndex]:
    """Return a register's spatial indexes.

    The one on the survey geometry covers every row, since checks also ask for days past; of those on
    the tile geometry one covers the rows in force, which maps nearly always draw, the other those past.
    """
    return [
        GistIndex(fields=["geom"], name=f"{table}_geom"),
        GistIndex(fields=["geom_tile"], name=f"{table}_tile", condition=Q(end_lifespan__isnull=True)),
        GistIndex(fields=["geom_tile"], name=f"{table}_past", condition=Q(end_lifespan__isnull=False)),
    ]
