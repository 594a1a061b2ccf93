# ruff: noqa: E402 - Django is set up before what needs it is imported
"""An approval in a process of its own, to be killed: `python -m tests.cadastre.dying RECORD VERSION USER VICTIM`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")

import django

django.setup()

from django.db import connection

from accounts.models import User
from cadastre.actions.approve import approve_record


def main(record: str, version: str, user: str, victim: str) -> None:
    """Approve; the point in $GISPORTAL_DIE_AT kills this process or, as victim, its database backend."""
    if victim == "database":
        with connection.cursor() as cursor:
            # The test cluster may lose its last moments for speed; what is acknowledged here is kept.
            cursor.execute("SET synchronous_commit = on; SELECT pg_backend_pid()")
            os.environ["GISPORTAL_DIE_WHO"] = str(cursor.fetchone()[0])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    approve_record(record_id=int(record), version=int(version), by=User.objects.get(pk=user))


if __name__ == "__main__":
    main(*sys.argv[1:])
