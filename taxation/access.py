"""What the policy is told of assessing: who looks, who assesses, who approves, who bills."""

from django.http import HttpRequest

from accounts.access import Guarded
from accounts.policy import Sensitivity, subject_of, visible_fields
from ledger.access import MONEY_STAFF

ASSESSORS = frozenset({"assessor"})
UNITS = Guarded(
    "tax-units", MONEY_STAFF | {"approver"}, ASSESSORS,
    {"liable": Sensitivity.IDENTITY, "owed": Sensitivity.DEBT},
)  # fmt: skip
# The tax map and its collection are one thing to the policy.
MAP = Guarded("tax-places", MONEY_STAFF, frozenset(), {
    "code": Sensitivity.PUBLIC, "status": Sensitivity.DEBT, "units": Sensitivity.PUBLIC, "owed": Sensitivity.DEBT,
    "currency": Sensitivity.DEBT,
}, "district_id")  # fmt: skip
QUEUES = Guarded("tax-queues", MONEY_STAFF, ASSESSORS, {}, "district_id")
SIMULATION = Guarded(
    "tax-simulations",
    frozenset({"assessor", "treasurer", "auditor", "approver"}),
    frozenset({"assessor", "treasurer"}),
)
APPROVAL = Guarded("assessment-approval", MONEY_STAFF | {"approver"}, frozenset({"approver", "treasurer"}))
ROLL = Guarded("tax-roll", frozenset({"assessor", "treasurer", "auditor"}), frozenset({"treasurer"}))
PACKS = Guarded(
    "rule-packs", frozenset({"assessor", "treasurer", "auditor", "approver"}), frozenset({"treasurer"})
)


def sees_debt(request: HttpRequest) -> bool:
    """Say whether the asker may know what is owed."""
    return "owed" in visible_fields(subject_of(request), UNITS)
