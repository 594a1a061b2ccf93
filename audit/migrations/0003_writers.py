"""A trigger function for each watched table, planned once a session (ADR 0085)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_model")]

    operations = [migrations.RunSQL((SQL / "writers.sql").read_text(), migrations.RunSQL.noop)]
