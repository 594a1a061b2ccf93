"""Papers and sheets of accounts: statement, demand, receipt."""

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import desk
from core.errors import Conflict
from core.money import currency
from core.sheets import harmless
from core.text3 import Text3
from ledger import papers
from ledger.access import ACCOUNTS, CASHIER
from ledger.models import Receipt
from ledger.statement import demands, statement
from ledger.views.common import day_in, today
from parties.models import Party


@require_GET
@desk(ACCOUNTS)
def statement_paper(request: HttpRequest, party_id: int) -> HttpResponse:
    """Print a statement of account."""
    party, on = get_object_or_404(Party, pk=party_id), day_in(request.GET, "on", today())
    return papers.answer(
        "ledger/papers/statement.html", papers.of_account(party, on=on), name=f"statement-{party_id}"
    )


@require_GET
@desk(ACCOUNTS)
def demand_paper(request: HttpRequest, party_id: int) -> HttpResponse:
    """Print a demand for what is past its due date."""
    party, on = get_object_or_404(Party, pk=party_id), today()
    found = demands(party, on=on)
    if not found:
        raise Conflict(_("Nothing is past its due date; there is nothing to demand."))
    context = {"party": party, "on": on, "demands": found, "qr": papers.qr(f"party:{party_id}")}
    return papers.answer("ledger/papers/demand.html", context, name=f"demand-{party_id}")


@require_GET
@desk(CASHIER)
def receipt_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a receipt; a void one says so."""
    receipt = get_object_or_404(Receipt.objects.select_related("book", "party", "by", "posting"), pk=pk)
    return papers.answer("ledger/papers/receipt.html", papers.of_receipt(receipt), name=str(receipt))


@require_GET
@desk(ACCOUNTS)
def statement_csv(request: HttpRequest, party_id: int) -> HttpResponse:
    """Give a statement as CSV that Excel opens in Arabic: UTF-8 with its mark, no formulas."""
    party, on = get_object_or_404(Party, pk=party_id), day_in(request.GET, "on", today())
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statement-{party_id}.csv"'
    sheet = csv.writer(response)
    sheet.writerow(
        [
            _("Day"),
            _("What"),
            _("Charge"),
            _("Period"),
            _("Receipt"),
            _("Amount"),
            _("Balance"),
            _("Currency"),
        ]
    )
    for account in statement(party, on=on):
        for line in account.lines:
            title = f"{Text3.of(line.title or '')} {line.label}".strip()
            sheet.writerow(
                [
                    line.on,
                    line.kind,
                    harmless(title),
                    harmless(line.period),
                    line.receipt,
                    line.amount,
                    line.balance,
                    account.currency,
                ]
            )
    return response


@require_GET
@desk(ACCOUNTS)
def statement_xlsx(request: HttpRequest, party_id: int) -> HttpResponse:
    """Give a statement as a workbook, right to left in Arabic; amounts are numbers, texts never formulas."""
    # Loaded here: few requests write a workbook.
    from xlsxwriter import Workbook

    party, on = get_object_or_404(Party, pk=party_id), day_in(request.GET, "on", today())
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    for account in statement(party, on=on):
        sheet = book.add_worksheet(account.currency)
        if get_language_bidi():
            sheet.right_to_left()
        shown = book.add_format({"num_format": f"#,##0.{'0' * currency(account.currency).digits}"})
        titles = [_("Day"), _("What"), _("Charge"), _("Period"), _("Receipt"), _("Amount"), _("Balance")]
        sheet.write_row(0, 0, [str(title) for title in titles], head)
        sheet.set_column(0, 6, 18)
        for number, line in enumerate(account.lines, 1):
            title = f"{Text3.of(line.title or '')} {line.label}".strip()
            sheet.write_row(
                number, 0, [line.on.isoformat(), str(line.kind), title, line.period, line.receipt]
            )
            sheet.write_number(number, 5, line.amount, shown)
            sheet.write_number(number, 6, line.balance, shown)
    book.close()
    response = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="statement-{party_id}.xlsx"'
    return response
