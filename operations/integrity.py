"""What the database promises as a whole: every constraint holds, every index serves, every foreign key leads somewhere."""

from core.integrity import promise_by_sql

PROMISES = (
    promise_by_sql(
        "database.constraints-checked",
        "Every constraint of the schema was checked against the rows that were there before it.",
        "SELECT conrelid::regclass, conname FROM pg_constraint WHERE NOT convalidated",
    ),
    promise_by_sql(
        "database.indexes-valid",
        "Every index is complete, so that it serves and its uniqueness holds.",
        "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid",
    ),
    promise_by_sql(
        "database.web-role-narrow",
        "The web application's role is no superuser, makes no roles and owns no table.",
        """SELECT rolname, 'has too many rights' FROM pg_roles
            WHERE rolname = 'gisportal_web' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls)
           UNION ALL
           SELECT relname, 'belongs to gisportal_web' FROM pg_class
            WHERE relowner = to_regrole('gisportal_web')""",
    ),
    promise_by_sql(
        "database.geometry-in-one-grid",
        "Every geometry column states its reference system.",
        "SELECT f_table_schema, f_table_name, f_geometry_column FROM geometry_columns WHERE srid = 0",
    ),
)
