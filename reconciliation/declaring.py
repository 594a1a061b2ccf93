"""What an app tells the engine about a queue: one declaration serves page, table, map, API and phone.

An app above lists `QUEUES`, and where it knows better `ESTIMATES`, in `<app>/queues.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.verbs import Sensitivity
from layers.collections import Field

# What a case can be closed with where its queue declares nothing of its own.
RESULTS: Mapping[str, Any] = {
    "corrected": _("The register was corrected"),
    "confirmed": _("Confirmed; the department concerned acts"),
    "no-difference": _("There is no such difference"),
    "not-a-case": _("Not a case for the municipality"),
}


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One kind of difference, and how to find every case of it.

    `title` and `question` (what whoever works on a case has to find out) answer `str()` in the
    active language. `evidence` describes the values that `sql` puts into its column `evidence`,
    each with title, type, unit, choices and sensitivity.

    `sql` is a literal of the code that selects one row for each difference, with the columns

    - `subject text`: what the difference is about; the same from one run to the next, once in a run;
    - `label text`: what people call it (a building's number);
    - `evidence jsonb`: an object with the names in `evidence`;
    - `geom geometry`: its place, in the national grid, of any type, or NULL;

    and, where there is something to say (a column left out is NULL),

    - `collection text, feature bigint`: the feature of a layer that it is about;
    - `district_id bigint`: decides who sees it; to be given wherever it is known;
    - `basis text`: what a decision rests on; by default the whole evidence. A case that was
      closed stays closed while its basis is the same, and opens again when it changes;
    - `yearly_value numeric, currency text`: what the municipality estimates to miss in a year;
    - `rank float8`: how much sooner it should be looked at, larger first; by default `yearly_value`.

    `prepare` is called with the day of the run before `sql` is asked, for what only Python can compute.
    `questions` are what a visit asks beside the result: each a field with title, type, unit, choices.
    `rechecked` are the results that say that the difference is gone: such a case opens again when
    it is still found. Values are bound by name: `%(on)s` is the day of the run; a literal per cent sign is doubled.
    """

    key: str
    title: Any
    question: Any
    sql: str
    evidence: tuple[Field, ...]
    view_roles: frozenset[str]
    work_roles: frozenset[str]
    results: Mapping[str, Any] = field(default_factory=lambda: RESULTS, hash=False)
    rechecked: frozenset[str] = frozenset({"corrected"})
    value_sensitivity: str = Sensitivity.STAFF
    questions: tuple[Field, ...] = ()
    prepare: Callable[[date], object] | None = field(default=None, hash=False, compare=False)
    order: int = 100

    @property
    def collection_id(self) -> str:
        """Return the id of the queue's layer, under which access rules name it too."""
        return f"queue-{self.key}"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What the cases of a queue of another app are worth, from an app that knows.

    `sql` is a literal that selects `subject text, yearly_value numeric, currency text` from the
    temporary table `found`, which has the columns of `Queue.sql`; `%(on)s` is the day of the run.
    """

    queue: str
    sql: str
