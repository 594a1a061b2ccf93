"""What the cadastre refuses, beside what geometry does not allow."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Forbidden, PreconditionFailed, PreconditionRequired, Unprocessable
from core.text import listed


class ParcelHeld(Conflict):
    """Another open record works on the parcel; the refusal names it and who opened it."""

    def __init__(self, *, parcel: str, record: str, holder: str) -> None:
        super().__init__(
            _("Another open record works on this parcel."),
            detail=_("Parcel %(parcel)s is in record %(record)s of %(holder)s.")
            % {"parcel": parcel, "record": record, "holder": holder},
        )


class StaleRecord(PreconditionFailed):
    """The record changed since it was read; `current` is what it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(
            _("The record has changed since you opened it."),
            detail=_("It is now at version %(version)d.") % {"version": current.version},
        )
        self.current = current


class NeedsIfMatch(PreconditionRequired):
    """An edit came without saying which version it is based on."""

    def __init__(self) -> None:
        super().__init__(_("Say in If-Match which version of the record you changed."))


class NotEditable(Conflict):
    """The record's state does not allow drawing."""

    def __init__(self, state: str) -> None:
        super().__init__(
            _("This record cannot be changed now."), detail=_("Its state is: %(state)s.") % {"state": state}
        )


class WrongState(Conflict):
    """The record is not in the state from which this step leads."""

    def __init__(self, state: str) -> None:
        super().__init__(
            _("This step is not possible now."),
            detail=_("The record's state is: %(state)s.") % {"state": state},
        )


class OwnApproval(Forbidden):
    """Who drew a record may not approve it."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else must decide this record."), detail=_("You opened it or drew in it yourself.")
        )


class ChecksFailed(Unprocessable):
    """Findings stand in the way; they are listed by rule."""

    def __init__(self, findings: list[Any]) -> None:
        super().__init__(
            _("The checks found what must be settled first."),
            detail=" ".join(str(finding.message) for finding in findings[:5]),
            fields={finding.rule: finding.message for finding in findings},
        )
        self.findings = findings


class LaterRecords(Conflict):
    """Later records stand on what this one made."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(
            _("Later records stand on this one."),
            detail=_("Reverse first: %(numbers)s.") % {"numbers": listed(numbers)},
        )


class NoLongerInForce(Conflict):
    """A parcel that the draft builds on is no longer in force."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(
            _("The land has changed since this draft was drawn."),
            detail=_("No longer in force: %(numbers)s.") % {"numbers": listed(numbers)},
        )
