"""Raise the policy epoch in the database, so that no process misses a change of rights."""

from django.db import migrations

WATCHED = [
    ("accounts_accessrule", "INSERT OR UPDATE OR DELETE OR TRUNCATE"),
    ("accounts_membership", "INSERT OR UPDATE OR DELETE OR TRUNCATE"),
    ("accounts_membership_districts", "INSERT OR UPDATE OR DELETE OR TRUNCATE"),
    ("accounts_apitoken", "UPDATE OF revoked_at, expires_at, verbs OR DELETE OR TRUNCATE"),
    ("accounts_user", "UPDATE OF is_active, password OR DELETE OR TRUNCATE"),
    ("municipality_district", "INSERT OR DELETE OR TRUNCATE"),
]

CREATE = """
CREATE SEQUENCE accounts_policy_epoch_seq;

CREATE FUNCTION accounts_raise_policy_epoch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.accounts_policyepoch AS e (id, epoch)
    VALUES (1, nextval('public.accounts_policy_epoch_seq'))
    ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch;
    RETURN NULL;
END $$;

INSERT INTO accounts_policyepoch (id, epoch) VALUES (1, nextval('accounts_policy_epoch_seq'));

DO $$
DECLARE app name;
BEGIN
    FOR app IN SELECT rolname FROM pg_roles WHERE rolname IN ('gisportal_web', 'gisportal_worker') LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON accounts_policyepoch FROM %I', app);
    END LOOP;
END $$;
"""
DROP = """
DROP FUNCTION accounts_raise_policy_epoch();
DROP SEQUENCE accounts_policy_epoch_seq;
DELETE FROM accounts_policyepoch;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_rules_tokens_districts"),
        ("municipality", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER policy_epoch AFTER {events} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION accounts_raise_policy_epoch()",
                f"DROP TRIGGER policy_epoch ON {table}",
            )
            for table, events in WATCHED
        ),
    ]
