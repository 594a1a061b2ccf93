"""Rules of imported fields, and a version in every imported row."""

from django.db import migrations, models

# A constant default rewrites no row, whatever the size of the table.
ADD_VERSION = """
    DO $$
    DECLARE one text;
    BEGIN
      FOR one IN SELECT relation FROM layers_dataset WHERE to_regclass(relation) IS NOT NULL LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS version integer NOT NULL DEFAULT 1', one::regclass);
      END LOOP;
    END $$"""


class Migration(migrations.Migration):
    """Add what `layers.actions.features` asks of a field and of a row."""

    dependencies = [("layers", "0103_overview_by_cell")]
    operations = [
        migrations.AddField(
            "datasetfield", "is_required", models.BooleanField(default=False, verbose_name="must be filled")
        ),
        migrations.AddField(
            "datasetfield", "is_unique", models.BooleanField(default=False, verbose_name="each value once")
        ),
        migrations.AddField(
            "datasetfield",
            "choices",
            models.JSONField(blank=True, default=list, verbose_name="values to choose from"),
        ),
        migrations.AddField(
            "datasetfield",
            "default",
            models.JSONField(blank=True, null=True, verbose_name="value of a new feature"),
        ),
        migrations.RunSQL(ADD_VERSION, migrations.RunSQL.noop),
    ]
