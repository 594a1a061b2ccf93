"""Forms of the municipality's own for the visits of a queue, version by version."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitForm(models.Model):
    """One version of a queue's form; the newest is asked, older ones stay for the visits made with them.

    `questions` is what `reconciliation.forms.questions` reads; empty where the queue went back to
    the questions that it declares itself.
    """

    queue = models.CharField(_("queue"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    questions = models.JSONField(_("questions"), default=list)
    xform = models.TextField(blank=True)
    file = models.FileField(_("file"), upload_to="forms/%Y", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("visit form")
        verbose_name_plural = _("visit forms")
        ordering = ["queue", "-version"]
        constraints = [models.UniqueConstraint(fields=["queue", "version"], name="one_form_version")]

    def __str__(self) -> str:
        """Return queue and version."""
        return f"{self.queue} {self.version}"
