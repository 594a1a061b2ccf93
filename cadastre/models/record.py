"""Records (معاملة): the cases under which land changes."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RecordKind(models.TextChoices):
    """What a record does to land."""

    SUBDIVISION = "subdivision", _("Subdivision")
    CONSOLIDATION = "consolidation", _("Consolidation")
    CORRECTION = "correction", _("Boundary or area correction")
    WIDENING = "widening", _("Road widening or expropriation")
    REGISTRATION = "registration", _("New registration")
    REVERSAL = "reversal", _("Reversal of a record")


class RecordState(models.TextChoices):
    """Where a record stands."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (RecordState.DRAFT, RecordState.SUBMITTED, RecordState.RETURNED)
EDITABLE = (RecordState.DRAFT, RecordState.RETURNED)


class RecordQuerySet(models.QuerySet["Record"]):
    """Verbs on records."""

    def open(self) -> Self:
        """Keep records that are neither approved nor withdrawn."""
        return self.filter(state__in=OPEN)

    def awaiting_approval(self) -> Self:
        """Keep records that an approver must decide."""
        return self.filter(state=RecordState.SUBMITTED)


class Record(models.Model):
    """A case: its papers, its draft as a log of operations, and its decision.

    `cursor` is the number of the last operation in effect; undo moves it back, redo forward. `version`
    grows with every change and is the record's entity tag.
    """

    kind = models.CharField(_("kind"), max_length=14, choices=RecordKind)
    number = models.CharField(_("record number"), max_length=30, unique=True)
    dated_on = models.DateField(_("date"))
    effective_on = models.DateField(_("effective date"))
    applicant = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applicant")
    )
    applicant_name = models.CharField(_("applicant's name"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    sources = models.ManyToManyField("cadastre.Source", related_name="records", verbose_name=_("documents"))
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("reverses")
    )
    state = models.CharField(_("state"), max_length=10, choices=RecordState, default=RecordState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    created_at = models.DateTimeField(_("opened"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    choices = models.JSONField(_("choices on approval"), default=dict, blank=True)
    cursor = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = RecordQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="record_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=RecordState.APPROVED) | Q(decided_by__isnull=False),
                name="record_approved_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(undoes__isnull=False) & ~Q(state=RecordState.WITHDRAWN),
                name="record_undone_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the record number."""
        return self.number

    @property
    def is_open(self) -> bool:
        """Say whether the record can still change land."""
        return self.state in OPEN

    @property
    def is_editable(self) -> bool:
        """Say whether its draft can be drawn on."""
        return self.state in EDITABLE


class RecordEvent(models.Model):
    """One step in a record's life: who moved it to which state, when, and with what words."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="events")
    state = models.CharField(_("state"), max_length=10, choices=RecordState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        """Return the state."""
        return self.get_state_display()


class Presence(models.Model):
    """That somebody has a record open; a row is refreshed while the page is there."""

    audit_exempt = "a heartbeat, refreshed every few seconds"

    record = models.ForeignKey(Record, models.CASCADE, related_name="present")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "user"], name="presence_once")]

    def __str__(self) -> str:
        """Return who is where."""
        return f"{self.user_id} @ {self.record_id}"
