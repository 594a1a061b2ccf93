"""Why the policy said yes or no, as a code for programs and a sentence for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import PUBLIC, Role
from accounts.verbs import Sensitivity, Verb

NOT_FOUND = _("There is nothing at this address, or you may not see it.")
FORBIDDEN = _("You may not do this.")
SIGN_IN = _("Sign in first.")
READING_TOKEN = _("This token was made for reading only.")
BAD_TOKEN = _("This token is unknown, revoked or expired.")


@dataclass(frozen=True)
class Reason:
    """A code and a translatable sentence with its values."""

    code: str
    sentence: Any
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Return the sentence in the active language."""
        return str(self.sentence) % {name: _shown(value) for name, value in self.values.items()}


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, list | tuple | frozenset):
        return gettext(", ").join(str(item) for item in value)
    return str(value)


def role_title(role: str) -> Any:
    """Return the role's name for people."""
    return _("Everybody") if role == PUBLIC else Role(role).label


def admin() -> Reason:
    """Explain an administrator's rights."""
    return Reason("admin", _("Administrators may do everything."))


def declared(role: str, verb: str) -> Reason:
    """Explain a right that the collection itself gives."""
    return Reason(
        "declared",
        _("The layer itself gives the right “%(verb)s” to: %(role)s."),
        {"verb": Verb(verb).label, "role": role_title(role)},
    )


def not_declared(verb: str, roles: Iterable[str]) -> Reason:
    """Explain a right that the collection gives to others only."""
    titles = [role_title(role) for role in sorted(roles)] or [Role.ADMIN.label]
    return Reason(
        "not-declared",
        _("The layer gives the right “%(verb)s” only to: %(roles)s."),
        {"verb": Verb(verb).label, "roles": titles},
    )


def by_rule(number: int, role: str, verb: str, *, allow: bool, made_on: date) -> Reason:
    """Explain an exception made by an administrator."""
    sentence = (
        _("Rule %(number)s of %(day)s gives the right “%(verb)s” to: %(role)s.")
        if allow
        else _("Rule %(number)s of %(day)s takes the right “%(verb)s” from: %(role)s.")
    )
    values = {"number": number, "day": made_on, "verb": Verb(verb).label, "role": role_title(role)}
    return Reason(f"rule-{number}", sentence, values)


def field_open(sensitivity: str, role: str) -> Reason:
    """Explain a field that a role may read by its kind."""
    return Reason(
        "sensitivity",
        _("The field holds data of the kind “%(kind)s”, which these may read: %(role)s."),
        {"kind": Sensitivity(sensitivity).label, "role": role_title(role)},
    )


def field_closed(sensitivity: str, roles: Iterable[str]) -> Reason:
    """Explain a field whose kind of data a role may not read."""
    return Reason(
        "sensitivity",
        _("The field holds data of the kind “%(kind)s”, which only these may read: %(roles)s."),
        {"kind": Sensitivity(sensitivity).label, "roles": [role_title(role) for role in sorted(roles)]},
    )


def unknown_field() -> Reason:
    """Explain a question about a field that does not exist."""
    return Reason("unknown-field", _("The layer has no such field."))


def other_district(role: str) -> Reason:
    """Explain a role that is limited to districts elsewhere."""
    return Reason(
        "district", _("The role %(role)s is held for other districts only."), {"role": role_title(role)}
    )


def without_districts(role: str) -> Reason:
    """Explain why a role limited to districts cannot change what lies in none."""
    return Reason(
        "district",
        _("The role %(role)s is held for some districts only, and this layer is not divided into districts."),
        {"role": role_title(role)},
    )


def outside_token(verb: str) -> Reason:
    """Explain a token that was made for less."""
    return Reason("token", _("This token was made without the right “%(verb)s”."), {"verb": Verb(verb).label})


def only_looking() -> Reason:
    """Explain why nothing can be changed while viewing as a role."""
    return Reason("viewing-as", _("While viewing as a role you can look, but not change anything."))
