"""How the suite is dealt out to the processes that `./test` starts (ADR 0134)."""

from collections.abc import Iterable
from itertools import groupby

from xdist.scheduler import LoadScopeScheduling

# These share a town and one Chromium, and on a small machine one browser at a time is enough.
BROWSER = "tests/browser/"


def shares(nodeids: Iterable[str]) -> dict[str, str]:
    """Return the share of each test: those of a file that follow each other, and all of the browser's.

    pytest-django puts the tests that empty the database behind those that need it as migrated, which
    may part the tests of a file; each process must meet them in this order.
    """
    found: dict[str, str] = {}
    for _room, members in groupby(nodeids, _room_of):
        together = list(members)
        found |= dict.fromkeys(together, together[0])
    return found


def _room_of(nodeid: str) -> str:
    return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


class Shares(LoadScopeScheduling):
    """Gives each process the next share as soon as it has done its own."""

    def schedule(self) -> None:
        """Find the shares of what was collected, then start."""
        self._shares = shares(next(iter(self.registered_collections.values())))
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self._shares[nodeid]
