"""The functions that choose which features stand for the others at small scales (ADR 0022)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "overview.sql"


class Migration(migrations.Migration):
    """Add `layers_overview_refresh` and what it needs."""

    dependencies = [("layers", "0004_overview")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX layers_overview_box ON layers_overview USING gist (collection, level, box)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
    ]
