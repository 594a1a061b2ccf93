"""What the policy is told of money: who may look, who may take it, who decides on it."""

from accounts.access import Guarded
from accounts.policy import Sensitivity

MONEY_STAFF = frozenset({"assessor", "treasurer", "clerk", "auditor"})
TILL = frozenset({"clerk", "treasurer"})

ACCOUNTS = Guarded(
    "accounts",
    MONEY_STAFF,
    frozenset({"treasurer"}),
    {"balance": Sensitivity.DEBT, "party": Sensitivity.IDENTITY},
)
CASHIER = Guarded("cashier", TILL, TILL)
TREASURY = Guarded("treasury", frozenset({"treasurer", "auditor"}), frozenset({"treasurer"}))
JOURNAL = Guarded("journal", frozenset({"auditor", "treasurer"}), frozenset())
