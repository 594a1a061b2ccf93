"""What one subject may see of one collection: the policy's answer in the engine's terms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accounts import policy
from accounts.policy import Subject, Verb
from layers import moments, registry
from layers.collections import Collection, Field


@dataclass(frozen=True)
class View:
    """A collection as one subject may see it; every channel builds its queries from this alone.

    `fields` are readable in some row at least; `partly` names those readable in certain districts
    only; `districts` are the districts whose rows are visible (None: all rows). `at` is the instant
    whose rows are shown (None: those in force now).
    """

    collection: Collection
    fields: tuple[Field, ...]
    partly: Mapping[str, frozenset[int]]
    districts: frozenset[int] | None
    digest: str
    at: datetime | None = None

    def field(self, name: str) -> Field | None:
        """Return a field that the subject may read and ask for, in every visible row."""
        found = next((one for one in self.fields if one.name == name), None)
        return None if found is None or found.name in self.partly else found

    def as_of(self, at: datetime | None) -> "View":
        """Return the same of the rows in force at an instant, by their lifespan or by the event log.

        Refused where neither says, and for instants from before an editable layer was last loaded.
        """
        one = self.collection
        if at is not None and not one.has_lifespan:
            if not one.writable:
                raise moments.without_history()
            since = moments.known_since(one.relation)
            if since is not None and at < since:
                raise moments.before_the_log(since)
        return replace(self, at=at)


def view(subject: Subject, collection: Collection) -> View:
    """Return what the subject may see; `NotFound` where that is nothing."""
    if not policy.decide(subject, Verb.VIEW, collection):
        raise registry.unknown()
    whole = policy.visible_fields(subject, collection)
    partly = policy.field_districts(subject, collection)
    return View(
        collection=collection,
        fields=tuple(one for one in collection.fields if one.name in whole or one.name in partly),
        partly=partly,
        districts=policy.district_scope(subject, collection),
        digest=policy.digest(subject, collection),
    )
