"""Drafts: the operations of an open record, and the parcels that they propose.

Nothing here is in force. A row of `DraftParcel` belongs to the draft from operation `made_by` until
operation `ended_by`, so that undo and redo move a cursor and never touch a geometry.
"""

from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cadastre.models.parcel import LandUse, SourceClass
from core.postgis import IsValid, tile_geometry


class DraftOperation(models.Model):
    """One operation of a draft, as it was asked for."""

    record = models.ForeignKey("cadastre.Record", models.PROTECT, related_name="operations")
    seq = models.PositiveIntegerField()
    kind = models.CharField(_("operation"), max_length=20)
    arguments = models.JSONField(_("arguments"), default=dict)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drawn by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True, db_default=Now())

    class Meta:
        ordering = ["record", "seq"]
        constraints = [models.UniqueConstraint(fields=["record", "seq"], name="draft_operation_seq")]

    def __str__(self) -> str:
        """Return the place in the log and the kind."""
        return f"{self.seq} {self.kind}"


class Role(models.TextChoices):
    """What a proposed parcel is in its record."""

    CHILD = "child", _("New parcel")
    MERGED = "merged", _("Merged parcel")
    REST = "rest", _("Remaining parcel")
    STRIP = "strip", _("Road strip")
    NEW = "new", _("Newly entered parcel")
    MOVED = "moved", _("Changed boundary")
    NODED = "noded", _("Vertex added")
    RESTORED = "restored", _("Restored parcel")


class DraftParcelQuerySet(models.QuerySet["DraftParcel"]):
    """Verbs on proposed parcels."""

    def in_effect(self) -> Self:
        """Keep the rows that the operations up to the record's cursor leave standing."""
        return self.filter(
            Q(ended_by__isnull=True) | Q(ended_by__gt=F("record__cursor")), made_by__lte=F("record__cursor")
        )


class DraftParcel(models.Model):
    """A parcel as an open record proposes it.

    `base` is the parcel in force that it continues (same identity, other vertices), `parents` are all
    parcels in force that it comes from.
    """

    record = models.ForeignKey("cadastre.Record", models.PROTECT, related_name="draft_parcels")
    made_by = models.PositiveIntegerField()
    ended_by = models.PositiveIntegerField(null=True, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role)
    base = models.ForeignKey("cadastre.Parcel", models.PROTECT, null=True, blank=True, related_name="+")
    restores = models.ForeignKey("cadastre.Parcel", models.PROTECT, null=True, blank=True, related_name="+")
    parents = ArrayField(models.BigIntegerField(), default=list)
    basin = models.ForeignKey("cadastre.Basin", models.PROTECT, related_name="+", verbose_name=_("basin"))
    quarter = models.CharField(_("quarter"), max_length=40, blank=True)
    number = models.CharField(_("parcel number"), max_length=20)
    district_id = models.BigIntegerField(null=True, blank=True)
    street_id = models.BigIntegerField(null=True, blank=True)
    land_use = models.CharField(_("land use"), max_length=14, choices=LandUse, default=LandUse.VACANT)
    zone_code = models.CharField(_("zone"), max_length=12, blank=True)
    source_class = models.CharField(
        _("survey class"), max_length=10, choices=SourceClass, default=SourceClass.TRAVERSE
    )
    area_official_m2 = models.DecimalField(
        _("registered area"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    agreed_shares = models.JSONField(_("agreed shares"), default=list, blank=True)
    geom = models.MultiPolygonField(_("boundary"), srid=settings.GRID_SRID, spatial_index=False)
    geom_tile = tile_geometry("MultiPolygon")

    objects = DraftParcelQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            GistIndex(fields=["geom"], name="draft_parcel_geom"),
            GistIndex(fields=["geom_tile"], name="draft_parcel_tile"),
            models.Index(fields=["record", "made_by"], name="draft_parcel_made"),
        ]
        constraints = [
            models.CheckConstraint(condition=IsValid("geom"), name="draft_parcel_geom_valid"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ended_by__gt=F("made_by")), name="draft_parcel_order"
            ),
        ]

    def __str__(self) -> str:
        """Return the proposed number."""
        return self.number


class DraftClaim(models.Model):
    """That an open record works on a parcel in force; at most one open record does."""

    record = models.ForeignKey("cadastre.Record", models.PROTECT, related_name="claims")
    parcel = models.ForeignKey("cadastre.Parcel", models.PROTECT, related_name="claims")
    made_by = models.PositiveIntegerField()
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel"], condition=Q(is_live=True), name="parcel_one_draft"),
            models.UniqueConstraint(fields=["record", "parcel"], name="draft_claim_once"),
        ]

    def __str__(self) -> str:
        """Return the parcel claimed."""
        return str(self.parcel_id)
