"""What the policy is told of assessing: who looks, who assesses, who approves, who bills."""

from accounts.policy import Sensitivity
from ledger.access import MONEY_STAFF, Guarded, desk, may

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

__all__ = ["APPROVAL", "MAP", "PACKS", "QUEUES", "ROLL", "SIMULATION", "UNITS", "desk", "may"]
