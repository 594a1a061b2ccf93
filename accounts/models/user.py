"""A person who signs in."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A member of staff or a citizen, known by user name or e-mail address.

    What a user may do follows from memberships and `accounts.policy` alone, so Django's own
    groups and permissions are left out.
    """

    groups = None
    user_permissions = None

    preferred_language = models.CharField(
        _("preferred language"), max_length=2, choices=settings.LANGUAGES, blank=True, default=""
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar = ["username"]

    @property
    def pk_text(self) -> str:
        """Return the key as text, for templates that compose it."""
        return str(self.pk)

    @property
    def display_name(self) -> str:
        """Return the person's name, or the user name where none is known."""
        return self.get_full_name() or self.username
