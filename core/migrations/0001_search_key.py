"""The SQL twin of `core.text.search_key`, for indexes and searches inside the database."""

from django.db import migrations

from core.text import FOLD_FROM, FOLD_TO

# Frozen by its use in indexes: a change of the folding is a new migration that rebuilds them.
CREATE = f"""
CREATE FUNCTION core_search_key(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $function$
  SELECT btrim(regexp_replace(
    translate(lower(normalize(written, NFKC)), $fold${FOLD_FROM}$fold$, $fold${FOLD_TO}$fold$),
    '[^0-9a-z\u0620-\u064a\u066e-\u06d3/]+', ' ', 'g'))
$function$
"""


class Migration(migrations.Migration):
    """Add `core_search_key(text)`."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION core_search_key(text)")]
