"""Assessment lists: the publication from which the time to object runs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AssessmentList(models.Model):
    """A levy's assessments as they were deposited for everybody to see, from one day to another."""

    levy = models.CharField(_("levy"), max_length=60)
    title = models.JSONField(_("title"), default=dict)
    published_on = models.DateField(_("published on"))
    closes_on = models.DateField(_("last day to object"))
    place = models.CharField(_("where it lies"), max_length=200)
    assessments = models.PositiveIntegerField(_("assessments"), default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gt=F("published_on")), name="assessment_list_window"
            )
        ]

    def __str__(self) -> str:
        """Return the levy and the day."""
        return f"{self.levy} {self.published_on:%Y-%m-%d}"
