"""Ask the closed accounts instead of every entry's, and look for accounts once, at commit."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "set_based.sql").read_text()


class Migration(migrations.Migration):

    dependencies = [("ledger", "0002_protect")]

    operations = [migrations.RunSQL(SQL, "DROP INDEX account_closed")]
