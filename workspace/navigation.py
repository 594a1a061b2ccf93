"""What the staff bar offers, by role."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from accounts.roles import STAFF_ROLES, Role

ADMIN = frozenset({Role.ADMIN.value})


@dataclass(frozen=True)
class Entry:
    """One page of the workspace: its address, icon, what one can do there and who goes there."""

    url: str
    icon: str
    title: Any
    purpose: Any
    roles: frozenset[str]


ENTRIES = (
    Entry(
        url="/staff/",
        icon="map",
        title=_("Map"),
        purpose=_("See the layers of your role, look things up, open their tables."),
        roles=STAFF_ROLES,
    ),
    Entry(
        url="/staff/parcels/",
        icon="land-plot",
        title=_("Parcels"),
        purpose=_("Split, merge and move boundaries in a draft, with every check at once."),
        roles=frozenset({Role.ADMIN.value, Role.ENGINEER.value, Role.SURVEYOR.value}),
    ),
    Entry(
        url="/staff/records/",
        icon="folder-pen",
        title=_("Records"),
        purpose=_("Cases in which land changes, from the document to the approval."),
        roles=frozenset(
            {
                Role.ADMIN.value,
                Role.ENGINEER.value,
                Role.SURVEYOR.value,
                Role.APPROVER.value,
                Role.AUDITOR.value,
            }
        ),
    ),
    Entry(
        url="/staff/buildings/",
        icon="building-2",
        title=_("Buildings"),
        purpose=_("The building register: list, floors and units, photographs, changes by table."),
        roles=STAFF_ROLES,
    ),
    Entry(
        url="/staff/queues/",
        icon="list-todo",
        title=_("Queues"),
        purpose=_("Buildings that no register knows, and whatever else differs, as rounds and cases."),
        roles=STAFF_ROLES,
    ),
    Entry(
        url="/staff/tax/",
        icon="landmark",
        title=_("Taxes"),
        purpose=_("Units by status, assessments, the roll and its rules."),
        roles=frozenset({Role.ASSESSOR, Role.APPROVER, Role.TREASURER, Role.CLERK, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/accounts/",
        icon="book-open",
        title=_("Accounts"),
        purpose=_("What a party owes, has paid, and its statement."),
        roles=frozenset({Role.ASSESSOR, Role.TREASURER, Role.CLERK, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/cashier/",
        icon="banknote",
        title=_("Cashier"),
        purpose=_("Open the drawer, take payments, give receipts."),
        roles=frozenset({Role.TREASURER, Role.CLERK, Role.ADMIN}),
    ),
    Entry(
        url="/staff/days/",
        icon="calendar-check",
        title=_("Day close"),
        purpose=_("What came in today; close drawers and days."),
        roles=frozenset({Role.TREASURER, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/reliefs/",
        icon="scale",
        title=_("Reliefs"),
        purpose=_("Instalment plans, exemptions and amnesties, and what became of them."),
        roles=frozenset({Role.TREASURER, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/online/",
        icon="wallet",
        title=_("Online payments"),
        purpose=_("What providers and the bank received, compared with the ledger."),
        roles=frozenset({Role.TREASURER, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/journal/",
        icon="shield-check",
        title=_("Journal"),
        purpose=_("Every posting with its seal; check the whole chain."),
        roles=frozenset({Role.TREASURER, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/meters/",
        icon="gauge",
        title=_("Meters"),
        purpose=_("What was read on each water meter; take in readings from a file."),
        roles=frozenset({Role.NETWORK, Role.ASSESSOR, Role.TREASURER, Role.AUDITOR, Role.ADMIN}),
    ),
    Entry(
        url="/staff/import/",
        icon="file-up",
        title=_("Import"),
        purpose=_("Bring a file in as a layer, checked before anything is saved."),
        roles=frozenset(
            {
                Role.ADMIN.value,
                Role.ENGINEER.value,
                Role.NETWORK.value,
                Role.SURVEYOR.value,
            }
        ),
    ),
    Entry(
        url="/staff/field/",
        icon="hard-drive-download",
        title=_("Fieldwork"),
        purpose=_("Take every layer along in one GeoPackage, and bring it back row by row."),
        roles=frozenset(
            {
                Role.ADMIN.value,
                Role.ENGINEER.value,
                Role.NETWORK.value,
                Role.SURVEYOR.value,
            }
        ),
    ),
    Entry(
        url="/staff/layers/",
        icon="layers",
        title=_("Layers"),
        purpose=_("Make layers, choose how they are drawn, open their tables."),
        roles=frozenset(
            {
                Role.ADMIN.value,
                Role.ENGINEER.value,
                Role.NETWORK.value,
                Role.SURVEYOR.value,
            }
        ),
    ),
    Entry(
        url="/staff/history/",
        icon="history",
        title=_("History"),
        purpose=_("Who changed which feature; layers as they were on a day; putting back."),
        roles=STAFF_ROLES,
    ),
    Entry(
        url="/staff/jobs/",
        icon="list-checks",
        title=_("Jobs"),
        purpose=_("What runs in the background, how far it is, and its result."),
        roles=STAFF_ROLES,
    ),
    Entry(
        url="/staff/municipality/",
        icon="building-2",
        title=_("Municipality"),
        purpose=_("Its names, digits, basemap and districts."),
        roles=ADMIN,
    ),
    Entry(
        url="/staff/users/",
        icon="users",
        title=_("Users"),
        purpose=_("Who works here and in which role."),
        roles=ADMIN,
    ),
    Entry(
        url="/staff/audit/",
        icon="history",
        title=_("Event log"),
        purpose=_("Who changed what, when and by which channel."),
        roles=frozenset({Role.ADMIN.value, Role.AUDITOR.value}),
    ),
    Entry(
        url="/staff/why/",
        icon="circle-question-mark",
        title=_("Why"),
        purpose=_("Why somebody may or may not see something."),
        roles=frozenset({Role.ADMIN.value, Role.AUDITOR.value}),
    ),
)


@cache
def _answers(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def entries_for(roles: Iterable[str]) -> list[Entry]:
    """Return the pages that somebody with these roles can use, in the order of the bar.

    A page whose app is not installed is not offered.
    """
    held = frozenset(roles)
    return [entry for entry in ENTRIES if entry.roles & held and _answers(entry.url)]
