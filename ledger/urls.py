"""Addresses of the ledger."""

from django.urls import path

from ledger.views import accounts, bank, counter, journal, papers, public, reliefs

urlpatterns = [
    path("staff/accounts/", accounts.index, name="accounts"),
    path("staff/accounts/<int:party_id>/", accounts.account, name="account"),
    path("staff/accounts/<int:party_id>/pay/", counter.pay, name="account-pay"),
    path("staff/accounts/<int:party_id>/advance/", accounts.use_advance, name="account-advance"),
    path("staff/accounts/<int:party_id>/pay-back/", accounts.pay_back, name="account-pay-back"),
    path("staff/accounts/<int:party_id>/write-off/", accounts.give_up, name="account-write-off"),
    path("staff/accounts/<int:party_id>/statement.pdf", papers.statement_paper, name="statement-paper"),
    path("staff/accounts/<int:party_id>/demand.pdf", papers.demand_paper, name="demand-paper"),
    path("staff/accounts/<int:party_id>/statement.csv", papers.statement_csv, name="statement-csv"),
    path("staff/accounts/<int:party_id>/statement.xlsx", papers.statement_xlsx, name="statement-xlsx"),
    path("staff/accounts/<int:party_id>/plan/", reliefs.agree, name="account-plan"),
    path("staff/reliefs/", reliefs.index, name="reliefs"),
    path("staff/reliefs/amnesty/", reliefs.declare_amnesty, name="amnesty-declare"),
    path("staff/reliefs/exemption/", reliefs.grant, name="exemption-grant"),
    path("staff/reliefs/exemption/<int:pk>/end/", reliefs.end, name="exemption-end"),
    path("staff/online/", bank.payments, name="online"),
    path("staff/online/payments.csv", bank.payments_csv, name="online-csv"),
    path("staff/online/<slug:via>/<str:reference>/", bank.act, name="online-act"),
    path("staff/bank/", bank.bank, name="bank-file"),
    path("staff/collectors/<int:collector_id>/hand-in/", bank.collect, name="collector-hand-in"),
    path("staff/write-offs/<int:pk>/sign/", accounts.sign_write_off, name="write-off-sign"),
    path("staff/cashier/", counter.cashier, name="cashier"),
    path("staff/cashier/open/", counter.open_drawer, name="drawer-open"),
    path("staff/cashier/<int:pk>/close/", counter.close_drawer, name="drawer-close"),
    path("staff/receipts/<int:pk>/", counter.receipt, name="receipt"),
    path("staff/receipts/<int:pk>/void/", counter.void, name="receipt-void"),
    path("staff/receipts/<int:pk>/receipt.pdf", papers.receipt_paper, name="receipt-paper"),
    path("staff/days/", counter.days, name="days"),
    path("staff/days/close/", counter.shut_day, name="day-close"),
    path("staff/journal/", journal.journal, name="journal"),
    path("staff/journal/export.csv", journal.export, name="journal-export"),
    path("staff/journal/verify/", journal.verify, name="journal-verify"),
    path("staff/journal/<int:pk>/", journal.posting, name="posting"),
    path("pay/<slug:via>/return/<str:reference>/", public.returned, name="pay-return"),
    path("pay/<slug:via>/callback/", public.callback, name="pay-callback"),
    path("pay/test/<str:reference>/", public.test_provider, name="pay-test"),
]
