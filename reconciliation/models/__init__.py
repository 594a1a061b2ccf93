"""Cases of the queues, when each queue was last filled, and the visits to cases."""

from reconciliation.models.case import Case, CaseQuerySet, CaseState
from reconciliation.models.form import VisitForm
from reconciliation.models.run import QueueRun
from reconciliation.models.visit import Visit, VisitPhoto

__all__ = ["Case", "CaseQuerySet", "CaseState", "QueueRun", "Visit", "VisitForm", "VisitPhoto"]
