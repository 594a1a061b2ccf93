"""Give the database in $DATABASE_URL the roles and extensions that the private cluster has."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg2

from core.instance import database

SQL = Path(__file__).parent / "launch" / "sql"
# To act as the portal's roles, whoever connects must be a member of them.
JOIN = "GRANT gisportal_owner, gisportal_worker, gisportal_web TO CURRENT_USER"


def main() -> None:
    """Run the preparation in one transaction, as the user that the address names."""
    url = database()
    connection = psycopg2.connect(
        dbname=url["NAME"],
        user=url["USER"],
        password=url.get("PASSWORD", ""),
        host=url["HOST"],
        port=url.get("PORT") or None,
    )
    with connection, connection.cursor() as cursor:
        for text in ((SQL / "roles.sql").read_text(), JOIN, (SQL / "database.sql").read_text()):
            cursor.execute(text)
    connection.close()


if __name__ == "__main__":
    main()
