"""What taxation says no to."""

from core.errors import Conflict, Forbidden, NotFound, Unprocessable


class NoPack(Conflict):
    """No enacted rule pack is in force for this levy and day."""


class SharesIncomplete(Unprocessable):
    """The shares of the liable parties do not sum to the whole."""


class PackFrozen(Conflict):
    """An enacted pack is never changed; copy it."""


class OverlappingPeriod(Conflict):
    """Another enacted pack or run covers part of these days."""


class AlreadyBilled(Conflict):
    """A run has billed days that a pack would change."""


class SecondSignature(Forbidden):
    """Another person must approve."""


class UnitUnknown(NotFound):
    """No such taxed unit."""


class Late(Conflict):
    """The legal time for this is over."""
