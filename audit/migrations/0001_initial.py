"""The event log, its triggers, and who may read it."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL((SQL / "audit.sql").read_text(), (SQL / "undo.sql").read_text()),
    ]
