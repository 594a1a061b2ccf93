"""Tile geometry of imported tables: written while loading, kept by a trigger from then on."""

from django.db import migrations

FUNCTIONS = """
    CREATE FUNCTION layers_tile_of_geometry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.geom_tile := ST_Transform(ST_ForcePolygonCW(NEW.geom), 3857);
      RETURN NEW;
    END $$;
    CREATE FUNCTION layers_follow_geometry(target regclass) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      EXECUTE format('CREATE TRIGGER layers_tile BEFORE INSERT OR UPDATE OF geom, geom_tile ON %s
        FOR EACH ROW EXECUTE FUNCTION layers_tile_of_geometry()', target);
    END $$"""


class Migration(migrations.Migration):
    """Add `layers_follow_geometry`; tables that generate their tile geometry stay as they are."""

    dependencies = [("layers", "0107_fieldwork")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION layers_follow_geometry(regclass); DROP FUNCTION layers_tile_of_geometry()",
        )
    ]
