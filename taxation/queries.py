"""Reading SQL of taxation, each question a file."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

SQL = Path(__file__).parent / "sql"


@cache
def sql(name: str) -> str:
    """Return the text of `sql/<name>.sql`, with the file that a line `{other}` names in its place."""
    text = (SQL / f"{name}.sql").read_text()
    return re.sub(r"^\{(\w+)\}$", lambda found: sql(found[1]), text, flags=re.MULTILINE)


def rows(name: str, values: dict[str, Any], *, order: str = "") -> list[dict[str, Any]]:
    """Run `sql/<name>.sql` with bound values and return its rows by column name.

    `order` is a literal of the code, never of a user; it stands where the file says `{order}`.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql(name).replace("{order}", order), values)
        names = [column[0] for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in found:
        for key, value in row.items():
            if isinstance(value, str) and value[:1] in ("[", "{"):
                row[key] = json.loads(value)
    return found
