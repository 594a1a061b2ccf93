"""Rules of imported fields, and a version in every imported row."""

from django.db import migrations, models

# A constant default rewrites no row, whatever the size of the table.
FUNCTIONS = """
    CREATE FUNCTION layers_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.version := OLD.version + 1;
      RETURN NEW;
    END $$;
    CREATE FUNCTION layers_count_versions(target regclass) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS version integer NOT NULL DEFAULT 1', target);
      EXECUTE format('CREATE OR REPLACE TRIGGER layers_version BEFORE UPDATE ON %s
        FOR EACH ROW EXECUTE FUNCTION layers_next_version()', target);
    END $$"""
EXISTING = """
    SELECT layers_count_versions(to_regclass(relation)) FROM layers_dataset
    WHERE to_regclass(relation) IS NOT NULL"""


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
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(EXISTING, migrations.RunSQL.noop),
    ]
