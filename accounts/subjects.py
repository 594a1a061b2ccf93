"""Who is asking: a person by session, a program by token, a job, or anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from accounts.roles import PUBLIC
from accounts.verbs import READING

Districts = frozenset[int] | None  # None means all of them
EVERYWHERE: Mapping[str, Districts] = MappingProxyType({PUBLIC: None})


@dataclass(frozen=True)
class Subject:
    """Somebody with roles; equal subjects may see and do equal things.

    `districts_by_role` limits a role to districts (None: all); it always holds `public`.
    `verbs` limits what a token, or somebody viewing as a role, can do at all (None: no limit).
    `epoch` is the policy epoch at which the subject was read; None means the present one.
    """

    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    districts_by_role: Mapping[str, Districts] = field(default_factory=lambda: EVERYWHERE, hash=False)
    channel: str = "web"
    acting_as: str | None = None
    verbs: frozenset[str] | None = None
    epoch: int | None = field(default=None, compare=False)

    @property
    def is_signed_in(self) -> bool:
        """Say whether this is a known person."""
        return self.user_id is not None

    @property
    def is_admin(self) -> bool:
        """Say whether everything is allowed (but what `verbs` leaves out)."""
        return "admin" in self.roles

    @property
    def is_staff(self) -> bool:
        """Say whether the subject works for the municipality."""
        return bool(self.roles - {"citizen"})

    @cached_property
    def districts(self) -> Districts:
        """Return the districts of all staff roles together; None where a role reaches everywhere."""
        limits = [limit for role, limit in self.districts_by_role.items() if role != PUBLIC]
        if not limits or None in limits:
            return None
        return frozenset().union(*(limit for limit in limits if limit is not None))

    @cached_property
    def rights_key(self) -> tuple[Any, ...]:
        """Return what decides the subject's rights, whoever it is: a key for remembered decisions."""
        limits = tuple(sorted((role, _sorted(limit)) for role, limit in self.districts_by_role.items()))
        return limits, None if self.verbs is None else tuple(sorted(self.verbs))

    def at(self, epoch: int) -> "Subject":
        """Return the same subject, to be judged by the rules of an epoch already read."""
        return replace(self, epoch=epoch)


ANYBODY = Subject()


def of_roles(
    roles: Iterable[str] | Mapping[str, Districts],
    *,
    user_id: int | None = None,
    channel: str = "web",
    verbs: Iterable[str] | None = None,
) -> Subject:
    """Return a subject with these roles, everywhere or in the districts given for each."""
    limits = dict(roles) if isinstance(roles, Mapping) else dict.fromkeys(roles)
    return Subject(
        user_id=user_id,
        roles=frozenset(limits) - {PUBLIC},
        districts_by_role=MappingProxyType({**limits, PUBLIC: None}),
        channel=channel,
        verbs=None if verbs is None else frozenset(verbs),
    )


def viewing_as(subject: Subject, role: str) -> Subject:
    """Return an administrator as somebody with one other role, who can look but not change."""
    seen = of_roles([role], user_id=subject.user_id, channel=subject.channel, verbs=READING)
    return replace(seen, acting_as=role, epoch=subject.epoch)


def _sorted(limit: Districts) -> tuple[int, ...]:
    return (-1,) if limit is None else tuple(sorted(limit))
