"""PostgreSQL's own programs, spoken to as the database's owner."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2.extensions import connection as Connection
from psycopg2.sql import SQL, Identifier


def server_major() -> int:
    """Return the server's major version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def program(name: str) -> str:
    """Return the path of the client program of the server's own version, else of the newest there is."""
    own = Path(f"/usr/lib/postgresql/{server_major()}/bin") / name
    return str(own) if own.exists() else name


def run(name: str, *arguments: str) -> str:
    """Run a client program on the instance's database server; return what it prints, raise on failure."""
    database = settings.DATABASES["default"]
    env = {**os.environ, "PGHOST": database["HOST"], "PGUSER": database["USER"]}
    env["PGPORT"] = str(database.get("PORT") or "")
    env["PGPASSWORD"] = database.get("PASSWORD") or ""
    env = {key: value for key, value in env.items() if value}
    ran = subprocess.run([program(name), *arguments], env=env, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise subprocess.CalledProcessError(ran.returncode, name, stderr=ran.stderr.strip()[-1500:])
    return ran.stdout


@contextmanager
def maintenance(database: str = "postgres") -> Iterator[Connection]:
    """Connect to another database, by default the one from where others are made and dropped."""
    parameters = {**connection.get_connection_params(), "dbname": database}
    with closing(psycopg2.connect(**parameters)) as session:
        session.autocommit = True
        yield session


def create_database(session: Connection, name: str, template: str) -> None:
    """Make a database from the template that has the extensions."""
    say(session, "CREATE DATABASE {} OWNER gisportal_owner TEMPLATE {}", name, template)


def drop_database(session: Connection, name: str) -> None:
    """Drop a database if it is there."""
    say(session, "DROP DATABASE IF EXISTS {}", name)


def rename_database(session: Connection, name: str, to: str) -> None:
    """Give a database another name."""
    say(session, "ALTER DATABASE {} RENAME TO {}", name, to)


def say(session: Connection, statement: str, *names: str) -> None:
    """Run a statement, with names of databases in its places."""
    with session.cursor() as cursor:
        cursor.execute(SQL(statement).format(*map(Identifier, names)))
