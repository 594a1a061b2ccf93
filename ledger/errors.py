"""What the ledger says no to."""

from core.errors import Conflict, Forbidden, NotFound, Unprocessable


class DayClosed(Conflict):
    """The business day, or a later one, is closed."""


class AccountClosed(Conflict):
    """The account takes no more entries."""


class AlreadyReversed(Conflict):
    """What is to be undone has been undone before."""


class KeyReused(Unprocessable):
    """The idempotency key was used with another request."""


class KeyRunning(Conflict):
    """A request with this idempotency key is being worked on."""


class ShiftMissing(Conflict):
    """Money at the counter needs an open shift."""


class AmountRefused(Unprocessable):
    """The amount does not fit what is asked."""


class OwnSignature(Forbidden):
    """The second signature must be another person's."""


class PaymentUnknown(NotFound):
    """No such payment."""
