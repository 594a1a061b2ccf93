"""Short-lived values that all processes share: what rate limits count."""

from django.db import models


class SharedCacheEntry(models.Model):
    """One value of `accounts.cache.SharedCache`, in an unlogged table."""

    audit_exempt = "counters of sign-in attempts that expire by themselves"

    key = models.TextField(primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.key
