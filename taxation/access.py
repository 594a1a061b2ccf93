"""What the policy is told of assessing: who looks, who assesses, who approves, who bills."""

from accounts.policy import Sensitivity
from ledger.access import MONEY_STAFF, Guarded, desk, may

ASSESSORS = frozenset({"assessor"})
UNITS = Guarded(
    "tax-units", MONEY_STAFF | {"approver"}, ASSESSORS,
    {"liable": Sensitivity.IDENTITY, "owed": Sensitivity.DEBT},
)  # fmt: skip
APPROVAL = Guarded("assessment-approval", MONEY_STAFF | {"approver"}, frozenset({"approver", "treasurer"}))
ROLL = Guarded("tax-roll", frozenset({"assessor", "treasurer", "auditor"}), frozenset({"treasurer"}))
PACKS = Guarded(
    "rule-packs", frozenset({"assessor", "treasurer", "auditor", "approver"}), frozenset({"treasurer"})
)

__all__ = ["APPROVAL", "PACKS", "ROLL", "UNITS", "desk", "may"]
