"""What follows when land changes: each app declares what happens to its own rows.

An app writes a `Follower` in its `parcel_follow.py` and calls `register` there; this module finds those files
when the portal starts. The record engine shows what every follower foresees before approval, takes the
choices, and lets each carry out its part in the transaction of the approval. It names no app.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from shapely.geometry.base import BaseGeometry

from accounts.models import User


@dataclass(frozen=True)
class Predecessor:
    """A parcel in force that the record ends: its id, number, extent and registered area."""

    parcel_id: int
    number: str
    shape: BaseGeometry
    area_official_m2: Decimal | None


@dataclass(frozen=True)
class Successor:
    """A parcel that the record opens.

    `key` names it in choices, before and after approval; `parcel_id` is its row, None before approval.
    `continues` is the id of the parcel that it is in law, under another row (a vertex added or a
    boundary moved); `parents` are all parcels that it comes from.
    """

    key: str
    number: str
    shape: BaseGeometry
    land_use: str
    area_official_m2: Decimal | None
    parents: tuple[int, ...]
    continues: int | None = None
    restores: int | None = None
    agreed_shares: tuple[Mapping[str, int], ...] = field(default=(), hash=False)
    parcel_id: int | None = None


@dataclass(frozen=True)
class Succession:
    """Everything that a record changes, as followers see it."""

    record_id: int
    record_number: str
    record_kind: str
    effective_on: date
    ended: tuple[Predecessor, ...]
    opened: tuple[Successor, ...]

    @property
    def ended_ids(self) -> list[int]:
        """Return the ids of the parcels that end."""
        return [one.parcel_id for one in self.ended]

    def successors_of(self, parcel_id: int) -> list[Successor]:
        """Return what comes out of one parcel, the largest first."""
        found = [one for one in self.opened if parcel_id in one.parents]
        return sorted(found, key=lambda one: -one.shape.area)

    def by_key(self, key: str) -> Successor:
        """Return the successor that a choice names; KeyError where there is none."""
        return {one.key: one for one in self.opened}[key]


@dataclass(frozen=True)
class Option:
    """One way in which a row can follow: what is stored as the choice, and its words."""

    value: str
    title: Any


@dataclass(frozen=True)
class Consequence:
    """One row of the table shown before approval.

    `code` names the row within its follower ("building:17"). With `options`, somebody must choose one
    of them before the record goes on; `suggested` is the one that is offered first.
    """

    code: str
    subject: Any
    outcome: Any
    options: tuple[Option, ...] = ()
    suggested: str = ""

    def chosen(self, choices: Mapping[str, str]) -> str:
        """Return the option chosen for this row, nothing while none of the present ones is."""
        value = choices.get(self.code, "")
        return value if value in {option.value for option in self.options} else ""


class Follower(Protocol):
    """What an app registers: the name of its part, what it foresees and how it is carried out."""

    code: str
    title: Any

    def foresee(self, succession: Succession) -> Sequence[Consequence]:
        """List what will happen; read only, successors have no rows yet."""
        ...

    def carry_out(self, succession: Succession, choices: Mapping[str, str], *, by: User) -> None:
        """Do it, inside the transaction of the approval; every successor has its row."""
        ...


_followers: dict[str, Follower] = {}


def register(follower: Follower) -> Follower:
    """Add a follower; called from an app's `parcel_follow.py`."""
    if follower.code in _followers and type(_followers[follower.code]) is not type(follower):
        raise ValueError(f"two followers are called {follower.code}")
    _followers[follower.code] = follower
    return follower


def followers() -> list[Follower]:
    """Return all followers: rights first, the rest by name."""
    return sorted(_followers.values(), key=lambda one: (one.code != "rights", one.code))


@dataclass(frozen=True)
class Part:
    """What one follower foresees, with the choices made so far."""

    code: str
    title: Any
    consequences: tuple[Consequence, ...]


def foresee(succession: Succession) -> list[Part]:
    """Return the table of what follows, by part."""
    return [Part(one.code, one.title, tuple(one.foresee(succession))) for one in followers()]


def undecided(
    parts: Sequence[Part], choices: Mapping[str, Mapping[str, str]]
) -> list[tuple[Part, Consequence]]:
    """Return the rows for which somebody has still to choose."""
    return [
        (part, one)
        for part in parts
        for one in part.consequences
        if one.options and not one.chosen(choices.get(part.code, {}))
    ]


def carry_out(succession: Succession, choices: Mapping[str, Mapping[str, str]], *, by: User) -> None:
    """Let every part follow; an error in one leaves everything as it was."""
    for one in followers():
        one.carry_out(succession, choices.get(one.code, {}), by=by)
