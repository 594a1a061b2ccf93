"""What one role gives on one collection, and where: the declared right, then the rules about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts import reasons
from accounts.reasons import Reason
from accounts.roles import PUBLIC
from accounts.rulebook import Rule, Rulebook
from accounts.subjects import Districts
from accounts.verbs import READING, Sensitivity, Verb

_EVERYBODY = frozenset({Sensitivity.PUBLIC.value})
_STAFF = _EVERYBODY | {Sensitivity.STAFF.value}
_PERSONS = _STAFF | {Sensitivity.IDENTITY.value}
_DEBTS = _PERSONS | {Sensitivity.DEBT.value}
READS: Mapping[str, frozenset[str]] = {
    PUBLIC: _EVERYBODY,
    "citizen": _EVERYBODY,
    "engineer": _PERSONS,
    "approver": _PERSONS,
    "assessor": _DEBTS,
    "treasurer": _DEBTS,
    "clerk": _DEBTS,
    "network": _STAFF,
    "surveyor": _STAFF,
    "auditor": _DEBTS,
    "admin": frozenset(Sensitivity.values),
}
APPROVERS = frozenset({"approver"})
MANAGERS = frozenset({"engineer"})


@dataclass(frozen=True)
class Target:
    """A hashable copy of what a collection declares."""

    id: str
    view_roles: frozenset[str]
    edit_roles: frozenset[str]
    has_districts: bool
    fields: tuple[tuple[str, str], ...]

    def holders(self, verb: str) -> frozenset[str]:
        """Return the roles to which the collection itself gives a right."""
        if verb in READING:
            return self.view_roles
        return {Verb.EDIT: self.edit_roles, Verb.APPROVE: APPROVERS, Verb.MANAGE: MANAGERS}[Verb(verb)]


@dataclass(frozen=True)
class Ruling:
    """Yes or no, and why."""

    allowed: bool
    reason: Reason


@dataclass(frozen=True)
class Grant:
    """One role's answer: in general, the exceptions by district, and the districts the role is held for."""

    role: str
    general: Ruling
    exceptions: Mapping[int, Ruling]
    limit: Districts

    def scope(self, every: frozenset[int]) -> Districts:
        """Return where the answer is yes: None everywhere, an empty set nowhere."""
        inside = frozenset(district for district, ruling in self.exceptions.items() if ruling.allowed)
        if not self.general.allowed:
            return inside if self.limit is None else inside & self.limit
        outside = frozenset(self.exceptions) - inside
        if self.limit is not None:
            return self.limit - outside
        return None if not outside else every - outside

    def within(self, district: int) -> Ruling:
        """Answer for one district."""
        if self.limit is not None and district not in self.limit:
            return Ruling(False, reasons.other_district(self.role))
        return self.exceptions.get(district, self.general)

    def anywhere(self, every: frozenset[int]) -> Ruling:
        """Answer whether there is any place where it is yes."""
        scope = self.scope(every)
        if scope is None or (scope and self.general.allowed):
            return self.general
        if scope:
            return self.exceptions[min(scope)]
        return Ruling(False, reasons.other_district(self.role)) if self.general.allowed else self.general


def of_role(role: str, limit: Districts, verb: str, target: Target, book: Rulebook) -> Grant:
    """Return what the role gives on the whole collection."""
    relevant = [rule for rule in book.on(target.id) if (rule.role, rule.verb, rule.field) == (role, verb, "")]
    default = _declared(role, verb, target)
    if limit is not None and not target.has_districts:
        if verb not in READING:
            default = Ruling(False, reasons.without_districts(role))
            relevant = []
        limit = None
    return _grant(role, default, relevant, limit, target)


def of_field(role: str, limit: Districts, verb: str, target: Target, name: str, book: Rulebook) -> Grant:
    """Return what the role gives on one field of a collection that may be seen."""
    relevant = [
        rule for rule in book.on(target.id) if (rule.role, rule.verb, rule.field) == (role, verb, name)
    ]
    default = _by_sensitivity(role, dict(target.fields).get(name))
    return _grant(role, default, relevant, limit if target.has_districts else None, target)


def _grant(role: str, default: Ruling, rules: list[Rule], limit: Districts, target: Target) -> Grant:
    general, exceptions = default, {}
    for rule in rules:
        ruling = Ruling(
            rule.allow, reasons.by_rule(rule.id, role, rule.verb, allow=rule.allow, made_on=rule.made_on)
        )
        if rule.district is None:
            general = ruling
        elif target.has_districts:
            exceptions[rule.district] = ruling
    return Grant(role, general, exceptions, limit)


def _declared(role: str, verb: str, target: Target) -> Ruling:
    holders = target.holders(verb)
    if role in holders:
        return Ruling(True, reasons.declared(role, verb))
    if PUBLIC in holders:
        return Ruling(True, reasons.declared(PUBLIC, verb))
    return Ruling(False, reasons.not_declared(verb, holders))


def _by_sensitivity(role: str, sensitivity: str | None) -> Ruling:
    if sensitivity is None:
        return Ruling(False, reasons.unknown_field())
    if sensitivity in READS[role]:
        return Ruling(True, reasons.field_open(sensitivity, role))
    readers = (reader for reader, kinds in READS.items() if sensitivity in kinds)
    return Ruling(False, reasons.field_closed(sensitivity, readers))
