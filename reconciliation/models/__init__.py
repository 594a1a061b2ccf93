"""Cases of the queues, and when each queue was last filled."""

from reconciliation.models.case import Case, CaseQuerySet, CaseState
from reconciliation.models.run import QueueRun

__all__ = ["Case", "CaseQuerySet", "CaseState", "QueueRun"]
