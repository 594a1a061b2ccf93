"""Queues and cases as one subject may see them: the policy's answer, in the engine's terms."""

from dataclasses import dataclass

from accounts import policy
from accounts.policy import Subject, Verb
from layers.access import View, view
from layers.collections import Collection
from layers.registry import declared
from reconciliation import registry
from reconciliation.declaring import Queue
from reconciliation.models import Case, CaseQuerySet


@dataclass(frozen=True)
class Seen:
    """A queue with its layer as one subject may see it."""

    queue: Queue
    view: View
    may_work: bool

    @property
    def collection(self) -> Collection:
        """Return the layer that the policy is asked about."""
        return self.view.collection

    def sees(self, field: str) -> bool:
        """Say whether the subject may read this field wherever it sees a case."""
        return self.view.field(field) is not None

    def cases(self) -> CaseQuerySet:
        """Return the cases of the queue in the subject's districts."""
        rows = Case.objects.of(self.queue.key).exclude(state="gone")
        return rows if self.view.districts is None else rows.filter(district__in=self.view.districts)


def seen(subject: Subject, key: str) -> Seen:
    """Return a queue as the subject may see it; `NotFound` where that is nothing."""
    queue = registry.find(key)
    collection = declared()[queue.collection_id]
    if not policy.decide(subject, Verb.VIEW, collection):
        raise registry.unknown()
    return Seen(queue, view(subject, collection), bool(policy.decide(subject, Verb.EDIT, collection)))


def all_seen(subject: Subject) -> list[Seen]:
    """Return every queue that the subject may see."""
    found = []
    for queue in registry.queues().values():
        if policy.decide(subject, Verb.VIEW, declared()[queue.collection_id]):
            found.append(seen(subject, queue.key))
    return found
