"""Make the journal append-only, balanced, gapless and chained in the database itself (ADR 0070)."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "protect.sql").read_text()
UNDO = """
DROP TRIGGER seal ON ledger_posting; DROP TRIGGER entries_fit ON ledger_entry; DROP TRIGGER day_open ON ledger_posting;
DROP FUNCTION ledger_seal_posting(), ledger_digest(bigint), ledger_entries_fit(), ledger_day_open(),
  ledger_counter_used(), ledger_receipt_number(), ledger_counter_step(), ledger_keep_identity(),
  ledger_refuse_change() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(SQL, UNDO)]
