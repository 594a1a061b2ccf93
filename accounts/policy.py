"""The one answer, for every channel, to "may this person see or do this, here?".

A collection declares who may see and edit it and how private each field is; rows of
`accounts.AccessRule` make exceptions that hold from the next request on, in every process.
Roles add up: what one role gives, another does not take away. Callers obtain a `Subject` once per
request (`subject_of`, one read by key); everything below then answers from memory.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from accounts import grants, reasons
from accounts.authentication import subject_of
from accounts.grants import Grant, Ruling, Target
from accounts.reasons import Reason
from accounts.roles import PUBLIC, Role
from accounts.rulebook import EPOCH_SQL, Rulebook, epoch, rulebook
from accounts.subjects import ANYBODY, Districts, Subject, of_roles
from accounts.verbs import READING, Sensitivity, Verb
from core.errors import Forbidden, NotFound

__all__ = [
    "ANYBODY", "EPOCH_SQL", "PUBLIC", "READING", "Decision", "Districts", "Protected", "Role", "Sensitivity",
    "Subject", "Verb", "decide", "digest", "district_scope", "epoch", "field_districts", "of_roles", "require",
    "subject_of", "visible_fields",
]  # fmt: skip


class Protected(Protocol):
    """What a collection, or anything else that is guarded, tells the policy about itself.

    `view_roles` holds "public" where everybody may see it; `sensitivities` names every field;
    `district_field` is the column with the district's id, or None.
    """

    @property
    def id(self) -> str:
        """Return the name that access rules use."""

    @property
    def view_roles(self) -> frozenset[str]:
        """Return who may see it by declaration."""

    @property
    def edit_roles(self) -> frozenset[str]:
        """Return who may change it by declaration."""

    @property
    def sensitivities(self) -> Mapping[str, Sensitivity]:
        """Return how private each field is."""

    @property
    def district_field(self) -> str | None:
        """Return the column that holds a row's district."""


@dataclass(frozen=True)
class Decision:
    """An answer that explains itself; true when allowed."""

    allowed: bool
    reason: Reason

    @property
    def because(self) -> str:
        """Return the reason as a sentence in the active language."""
        return str(self.reason)

    @property
    def rule(self) -> str:
        """Return the reason's code, such as `declared` or `rule-17`."""
        return self.reason.code

    def __bool__(self) -> bool:
        return self.allowed


def decide(
    subject: Subject, verb: str, target: Protected, *, field: str | None = None, district: int | None = None
) -> Decision:
    """Answer for a whole collection, or one field of it; anywhere, or in one district."""
    book, what = rulebook(subject.epoch), _snapshot(target)
    if subject.verbs is not None and verb not in subject.verbs:
        return Decision(False, reasons.only_looking() if subject.acting_as else reasons.outside_token(verb))
    if subject.is_admin:
        return Decision(True, reasons.admin())
    ruling = Ruling(False, reasons.unknown_field())
    for step_verb, step_field in _steps(verb, field):
        candidates = _over_roles(subject.districts_by_role, step_verb, what, step_field, book)
        if step_field is not None and step_verb != Verb.VIEW:
            # A role that may not do it to the layer at all cannot lend its right on the field.
            whole = _over_roles(subject.districts_by_role, step_verb, what, None, book)
            candidates = [
                one
                for one, over in zip(candidates, whole, strict=True)
                if _best([over], district, book).allowed
            ]
        ruling = _best(candidates, district, book)
        if not ruling.allowed:
            break
    return Decision(ruling.allowed, ruling.reason)


def require(
    subject: Subject, verb: str, target: Protected, *, field: str | None = None, district: int | None = None
) -> None:
    """Raise `NotFound` for what the subject may not see, `Forbidden` for what it may not do."""
    if not decide(subject, Verb.VIEW, target, district=district):
        raise NotFound(reasons.NOT_FOUND)
    answer = decide(subject, verb, target, field=field, district=district)
    if not answer:
        raise Forbidden(reasons.FORBIDDEN, detail=answer.because)


def visible_fields(subject: Subject, target: Protected) -> frozenset[str]:
    """Return the fields that the subject may read in every row that it may see."""
    return _rights_of(subject, target).fields


def field_districts(subject: Subject, target: Protected) -> Mapping[str, frozenset[int]]:
    """Return the further fields that the subject may read, each with the districts where it may.

    These are not in `visible_fields`; a reader that shows them masks the value in other rows.
    """
    return dict(_rights_of(subject, target).partly)


def district_scope(subject: Subject, target: Protected) -> Districts:
    """Return the districts whose rows the subject may see: None all rows, an empty set none."""
    return _rights_of(subject, target).scope


def digest(subject: Subject, target: Protected) -> str:
    """Return a short hash of what the subject may see and do: part of each cache key and ETag.

    Equal for subjects with equal rights on this collection, whoever they are.
    """
    return _rights_of(subject, target).digest


@dataclass(frozen=True)
class _Rights:
    """Everything about one subject on one collection that readers ask for often."""

    scope: Districts
    fields: frozenset[str]
    partly: tuple[tuple[str, frozenset[int]], ...]
    digest: str


def _rights_of(subject: Subject, target: Protected) -> _Rights:
    return _rights(rulebook(subject.epoch), *subject.rights_key, _snapshot(target))


def _snapshot(target: Protected) -> Target:
    return Target(
        target.id,
        target.view_roles,
        target.edit_roles,
        target.district_field is not None,
        tuple(target.sensitivities.items()),
    )


def _steps(verb: str, field: str | None) -> Iterable[tuple[str, str | None]]:
    """Yield what must all be allowed, in turn: to do something one must see it; to touch a field, the whole."""
    yield Verb.VIEW, None
    if verb != Verb.VIEW:
        yield verb, None
    if field is not None:
        yield Verb.VIEW, field
        if verb != Verb.VIEW:
            yield verb, field


def _over_roles(
    limits: Mapping[str, Districts], verb: str, what: Target, field: str | None, book: Rulebook
) -> list[Grant]:
    if field is None:
        return [grants.of_role(role, limit, verb, what, book) for role, limit in limits.items()]
    return [grants.of_field(role, limit, verb, what, field, book) for role, limit in limits.items()]


def _best(candidates: list[Grant], district: int | None, book: Rulebook) -> Ruling:
    """Return the first yes, else the no that tells most: a rule, then a district, then the declaration."""
    rulings = [
        grant.anywhere(book.districts) if district is None else grant.within(district) for grant in candidates
    ]
    return next((ruling for ruling in rulings if ruling.allowed), None) or min(rulings, key=_telling)


def _telling(ruling: Ruling) -> int:
    code = ruling.reason.code
    return 0 if code.startswith("rule-") else 1 if code == "district" else 2


@lru_cache(maxsize=8192)
def _rights(book: Rulebook, limits: tuple, verbs: tuple | None, what: Target) -> _Rights:
    by_role = {role: None if ids == (-1,) else frozenset(ids) for role, ids in limits}
    scope: Districts = frozenset()
    by_field: dict[str, Districts]
    names = [name for name, _sensitivity in what.fields]
    if verbs is not None and Verb.VIEW not in verbs:
        by_field = {}
    elif "admin" in by_role:
        scope, by_field = None, dict.fromkeys(names)
    else:
        scope = _union(_over_roles(by_role, Verb.VIEW, what, None, book), book)
        by_field = {
            name: _meet(scope, _union(_over_roles(by_role, Verb.VIEW, what, name, book), book))
            for name in names
        }
    seen = frozenset(name for name, where in by_field.items() if where == scope and scope != frozenset())
    partly = tuple(
        (name, where)
        for name, where in sorted(by_field.items())
        if name not in seen and where is not None and where
    )
    does = [verb for verb in Verb.values if _does(by_role, verbs, verb, what, book)]
    return _Rights(scope, seen, partly, _hash(scope, seen, partly, does))


def _does(
    by_role: Mapping[str, Districts], verbs: tuple | None, verb: str, what: Target, book: Rulebook
) -> str:
    """Return where a verb is allowed, as text."""
    if verbs is not None and verb not in verbs:
        return ""
    if "admin" in by_role:
        return "all"
    where = _union(_over_roles(by_role, verb, what, None, book), book)
    return "all" if where is None else ",".join(map(str, sorted(where)))


def _union(candidates: list[Grant], book: Rulebook) -> Districts:
    scopes = [grant.scope(book.districts) for grant in candidates]
    return None if None in scopes else frozenset().union(*(scope for scope in scopes if scope is not None))


def _meet(one: Districts, other: Districts) -> Districts:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _hash(*parts: object) -> str:
    readable = repr([sorted(part) if isinstance(part, frozenset) else part for part in parts])
    return hashlib.blake2b(readable.encode(), digest_size=8).hexdigest()
