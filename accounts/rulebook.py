"""The access rules and the epoch that says whether a remembered copy of them still holds."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

# One row by primary key. Anything that reads more in the same statement may embed it.
EPOCH_SQL = "SELECT epoch FROM accounts_policyepoch WHERE id = 1"


@dataclass(frozen=True)
class Rule:
    """A row of `accounts.AccessRule` as the policy uses it."""

    id: int
    role: str
    collection: str
    verb: str
    field: str
    district: int | None
    allow: bool
    made_on: date

    @property
    def narrowness(self) -> int:
        """Rank the rule: field and district, then field, then district, then the whole collection."""
        return 2 * bool(self.field) + (self.district is not None)


@dataclass(frozen=True, eq=False)
class Rulebook:
    """All rules at one epoch, by collection, narrowest first."""

    epoch: int
    rules: Mapping[str, tuple[Rule, ...]]
    districts: frozenset[int]

    def on(self, collection: str) -> tuple[Rule, ...]:
        """Return the rules about one collection."""
        return self.rules.get(collection, ())


_lock = threading.Lock()
_latest = Rulebook(-1, {}, frozenset())


def epoch() -> int:
    """Return the present policy epoch; costs one read of one row by its key."""
    with connection.cursor() as cursor:
        cursor.execute(EPOCH_SQL)
        row = cursor.fetchone()
    return row[0] if row else 0


def rulebook(at: int | None = None) -> Rulebook:
    """Return the rules of an epoch (by default the present one), read again only when it changed."""
    global _latest
    wanted = epoch() if at is None else at
    if _latest.epoch != wanted:
        fresh = _read(wanted)
        with _lock:
            _latest = fresh
        return fresh
    return _latest


def _read(at: int) -> Rulebook:
    """Read the rules after the epoch, so that they can only be newer than it says, never older."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, role, collection, verb, field, district_id, allow, made_at::date FROM accounts_accessrule"
        )
        rules = sorted((Rule(*row) for row in cursor.fetchall()), key=lambda rule: -rule.narrowness)
        cursor.execute("SELECT id FROM municipality_district")
        districts = frozenset(row[0] for row in cursor.fetchall())
    by_collection: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        by_collection[rule.collection] = (*by_collection.get(rule.collection, ()), rule)
    return Rulebook(at, by_collection, districts)
