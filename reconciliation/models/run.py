"""When a queue was filled, and what that found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class QueueRun(models.Model):
    """One comparison: how many cases it found, opened, opened again, kept closed and saw gone."""

    queue = models.CharField(_("queue"), max_length=55)
    on = models.DateField(_("day"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    found = models.PositiveIntegerField(_("found"))
    opened = models.PositiveIntegerField(_("new"))
    reopened = models.PositiveIntegerField(_("opened again"))
    kept_closed = models.PositiveIntegerField(_("decided before"))
    gone = models.PositiveIntegerField(_("no longer found"))

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        indexes = [models.Index(fields=["queue", "-at"], name="queue_run_latest")]

    def __str__(self) -> str:
        """Return queue and day."""
        return f"{self.queue} {self.on}"
