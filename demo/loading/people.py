"""The people as rows: the departments' records as they were written, and the single records begun."""

from demo.loading.copying import Columns
from demo.loading.land import keys, reference
from demo.town.tables import Table, objects, size

CREATED_AT = "2026-01-04 08:00+02"


def party_rows(tables: dict[str, Table]) -> Columns:
    """Return the parties."""
    table = tables["parties"]
    return {
        "id": keys(table),
        "kind": objects(["person"] * size(table)),
        "approved_name": table["approved_name"],
        "id_number": table["id_number"],
        "created_at": objects([CREATED_AT] * size(table)),
    }


def record_rows(tables: dict[str, Table]) -> Columns:
    """Return the departments' records."""
    table = tables["department_records"]
    names = ("department", "number", "name", "id_number", "phone", "parcel")
    return {"id": keys(table), **{n: table[n] for n in names}, "party_id": reference(table["party"])}
