"""The functions and triggers that version every collection (ADR 0021)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "versions.sql"


class Migration(migrations.Migration):
    """Add `layers_watch`, `layers_tile_version` and what they need."""

    dependencies = [("layers", "0002_groups")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
