"""Rows of the ledger."""

from ledger.models.account import Account, AccountKind
from ledger.models.bill import Bill, BillRun, BillShare, RunState
from ledger.models.charge_type import ChargeType
from ledger.models.counter import DayClose, Shift
from ledger.models.exemption import Exemption, ExemptionUse
from ledger.models.idempotency import IdempotentAnswer
from ledger.models.journal import ChainHead, Entry, Part, Posting, PostingKind, Seal
from ledger.models.online import OnlinePayment, OnlineState
from ledger.models.provider import TestPayment
from ledger.models.receipt import Method, Receipt, ReceiptBook, ReceiptCounter, ReceiptVoid
from ledger.models.relief import Amnesty, Instalment, Plan, PlanBill, WriteOff

__all__ = [
    "Account", "AccountKind", "Amnesty", "Bill", "BillRun", "BillShare", "ChainHead", "ChargeType", "DayClose",
    "Entry", "Exemption", "ExemptionUse", "IdempotentAnswer", "Instalment", "Method", "OnlinePayment", "OnlineState", "Part", "Plan", "PlanBill",
    "Posting", "PostingKind", "Receipt", "ReceiptBook", "ReceiptCounter", "ReceiptVoid", "RunState", "Seal", "Shift",
    "TestPayment", "WriteOff",
]  # fmt: skip
