"""The counter that says whether remembered decisions still hold."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class PolicyEpoch(models.Model):
    """One row; database triggers raise it whenever rules, roles, tokens or sign-in rights change."""

    audit_exempt = "a counter, raised by every change that is itself recorded"

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.BigIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="policy_epoch_single")]

    def __str__(self) -> str:
        return str(self.epoch)
