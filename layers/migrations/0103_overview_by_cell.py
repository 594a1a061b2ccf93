"""Look overview rows up by their cell, and only wide features by their box."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "overview.sql"


class Migration(migrations.Migration):
    """Add `is_wide`; what was chosen before is chosen again at the next request."""

    dependencies = [("layers", "0102_rasters")]
    operations = [
        migrations.AddField("overview", "is_wide", models.BooleanField(db_default=True, default=True)),
        migrations.RunSQL(
            """
            DROP INDEX layers_overview_box;
            CREATE INDEX layers_overview_box ON layers_overview USING gist (box) WHERE is_wide;
            TRUNCATE layers_overview, layers_overviewstate;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
    ]
