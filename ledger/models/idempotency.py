"""Answers already given, by the key that a program sent with its request."""

from django.db import models
from django.db.models.functions import Now


class IdempotentAnswer(models.Model):
    """What was answered to a key; written in the transaction that did the work."""

    audit_exempt = "append-only: a copy of an answer"

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key")]

    def __str__(self) -> str:
        """Return the key."""
        return self.key
