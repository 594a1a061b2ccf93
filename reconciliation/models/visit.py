"""Visits: what somebody saw at the place of a case, and the photographs taken there."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Visit(models.Model):
    """One visit; its id is made on the phone, so that sending it twice makes one.

    `digest` stands for what was sent. `replaced` holds what the visit overruled, by field, where
    somebody else had decided meanwhile and the visitor, having seen it, kept to the visit.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey(
        "reconciliation.Case", models.PROTECT, related_name="visits", verbose_name=_("case")
    )
    result = models.CharField(_("result"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    form = models.ForeignKey(
        "reconciliation.VisitForm",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("form"),
    )
    answers = models.JSONField(_("answers"), default=dict)
    visited_at = models.DateTimeField(_("visited at"))
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    digest = models.CharField(max_length=64)
    replaced = models.JSONField(_("overruled"), null=True, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-visited_at"]

    def __str__(self) -> str:
        """Return the day and the id."""
        return f"{self.visited_at:%Y-%m-%d} {self.pk}"


class VisitPhoto(models.Model):
    """A photograph of a visit; its id is made on the phone too."""

    id = models.UUIDField(primary_key=True, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos", verbose_name=_("visit"))
    file = models.FileField(_("file"), upload_to="visits/%Y")
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["received_at"]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)
