"""Tokens with which a program signs in for a person."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.verbs import Verb

PREFIX = "gp_"


class ApiToken(models.Model):
    """A token of one user: never more than that user's rights, and only the verbs chosen for it."""

    audit_hidden = ("digest",)
    audit_ignored = ("last_used_at",)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=80)
    # The token itself is shown once and never kept.
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    verbs = ArrayField(models.CharField(max_length=10, choices=Verb.choices), verbose_name=_("rights"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    @classmethod
    def issue(cls, *, user: Any, name: str, verbs: list[str], expires_at: datetime) -> tuple["ApiToken", str]:
        """Make a token and return it with its text, which cannot be read again."""
        text = PREFIX + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user, name=name, verbs=verbs, expires_at=expires_at, digest=digest_of(text), hint=text[-4:]
        )
        return token, text

    @property
    def verb_titles(self) -> str:
        """Return the token's rights for people."""
        return gettext(", ").join(str(Verb(verb).label) for verb in self.verbs)

    @property
    def is_usable(self) -> bool:
        """Say whether the token still signs in."""
        return self.revoked_at is None and self.expires_at > timezone.now()


def digest_of(text: str) -> str:
    """Return what is kept of a token (256 random bits, so one round of SHA-256 is enough)."""
    return hashlib.sha256(text.encode()).hexdigest()
