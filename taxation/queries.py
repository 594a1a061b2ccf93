"""Reading SQL of taxation, each question a file."""

import json
from pathlib import Path
from typing import Any

from django.db import connection

SQL = Path(__file__).parent / "sql"


def sql(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return (SQL / f"{name}.sql").read_text()


def rows(name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Run `sql/<name>.sql` with bound values and return its rows by column name."""
    with connection.cursor() as cursor:
        cursor.execute(sql(name), values)
        names = [column[0] for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in found:
        for key, value in row.items():
            if isinstance(value, str) and value[:1] in "[{":
                row[key] = json.loads(value)
    return found
