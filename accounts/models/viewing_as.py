"""The record of administrators looking through the eyes of another role."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import PUBLIC, Role

VIEWABLE_ROLES = [
    (PUBLIC, _("Everybody")),
    *((role.value, role.label) for role in Role if role != Role.ADMIN),
]


class ViewingAs(models.Model):
    """From when to when an administrator looked at the portal as a role."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=VIEWABLE_ROLES)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("viewing as a role")
        verbose_name_plural = _("viewings as a role")
        ordering: ClassVar = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"
