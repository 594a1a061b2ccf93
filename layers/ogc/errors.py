"""What the OGC addresses refuse beside what the engine does."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, PreconditionRequired


class NeedsIfMatch(PreconditionRequired):
    """An edit came without saying which version it is based on."""

    def __init__(self) -> None:
        super().__init__(_("Say in If-Match which version of the feature you changed."))


class WrongMediaType(DomainError):
    """The body is of no type that the address takes."""

    status = 415

    def __init__(self, wanted: str) -> None:
        super().__init__(_("Send a body of the type %(type)s.") % {"type": wanted})


class NotAllowed(DomainError):
    """The resource does not answer this method."""

    status = 405

    def __init__(self) -> None:
        super().__init__(_("This cannot be done here."))
