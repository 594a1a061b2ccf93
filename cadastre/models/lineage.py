"""Lineage: which parcel comes from which, by which record."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Lineage(models.Model):
    """A step from a retired parcel to one that an approved record opened.

    A child's row is always younger than its parent's, which the database insists on: so no parcel can
    descend from itself. `continues` says that both are the same parcel in law.
    """

    record = models.ForeignKey(
        "cadastre.Record", models.PROTECT, related_name="lineage", verbose_name=_("record")
    )
    parent = models.ForeignKey(
        "cadastre.Parcel", models.PROTECT, related_name="child_links", verbose_name=_("parent")
    )
    child = models.ForeignKey(
        "cadastre.Parcel", models.PROTECT, related_name="parent_links", verbose_name=_("child")
    )
    continues = models.BooleanField(_("same parcel"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "child"], name="lineage_once"),
            models.CheckConstraint(condition=Q(child_id__gt=F("parent_id")), name="lineage_child_is_younger"),
        ]

    def __str__(self) -> str:
        """Return the step."""
        return f"{self.parent_id} → {self.child_id}"
