"""Somebody whom the administrator lets in reads a role's views with a program of their own, over TLS, and nothing else."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from scripts.launch.cluster import Cluster, cluster_of, make, prepare, use
from scripts.launch.places import Instance

ADDRESS = f"127.{os.getpid() >> 16 & 127}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
PASSWORD = "a long sentence of Amal's"
# As `manage.py direct_views` makes them.
VIEW = """
    SET ROLE gisportal_worker;
    CREATE TABLE imported.trees (id int, name text, keeper text, geom geometry(Point, 28191));
    INSERT INTO imported.trees VALUES (1, 'زيتون', 'سليم', ST_SetSRID(ST_MakePoint(170000, 130000), 28191));
    CREATE VIEW direct_engineer.trees AS SELECT id, name, geom FROM imported.trees;
    GRANT SELECT ON direct_engineer.trees TO gisportal_direct_engineer;"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Give a cluster of its own that listens on the network as the README says."""
    instance = Instance(tmp_path_factory.mktemp("town"))
    own = make(instance, durable=False)
    key, certificate = own.data / "town.key", own.data / "town.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=town"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    shutil.chown(key, own.data.owner(), own.data.group())
    (own.data / "local.conf").write_text(
        f"listen_addresses = '{ADDRESS}'\nssl = on\nssl_cert_file = 'town.pem'\nssl_key_file = 'town.key'\n"
    )
    (own.data / "pg_hba.local.conf").write_text("hostssl gisportal amal 127.0.0.0/8 scram-sha-256\n")
    for file in ("local.conf", "pg_hba.local.conf", "town.pem"):
        (own.data / file).chmod(0o644)
    with use(cluster_of(instance, durable=False)) as running:
        prepare(running)
        running.sql("gisportal", VIEW)
        running.sql(
            "gisportal", f"CREATE ROLE amal LOGIN PASSWORD $${PASSWORD}$$ IN ROLE gisportal_direct_engineer"
        )
        yield running
    shutil.rmtree(own.home, ignore_errors=True)


def ask(sql: str, user: str = "amal", password: str = PASSWORD, sslmode: str = "require") -> list[Any]:
    session = psycopg2.connect(
        host=ADDRESS, port=5432, dbname="gisportal", user=user, password=password, sslmode=sslmode
    )
    try:
        with session, session.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        session.close()


def test_a_program_reads_the_views_over_tls_and_nothing_else(cluster: Cluster) -> None:
    assert ask("SELECT id, name FROM direct_engineer.trees") == [(1, "زيتون")]
    for sql in ("SELECT keeper FROM imported.trees", "DELETE FROM direct_engineer.trees RETURNING id"):
        with pytest.raises(psycopg2.Error, match="permission denied"):
            ask(sql)


@pytest.mark.skipif(
    shutil.which("ogrinfo") is None, reason="ogrinfo is not installed: apt-get install gdal-bin"
)
def test_gdal_reads_shape_and_arabic_of_the_views(cluster: Cluster) -> None:
    source = f"PG:host={ADDRESS} dbname=gisportal user=amal sslmode=require schemas=direct_engineer"
    seen = subprocess.run(
        ["ogrinfo", "-ro", "-al", source],
        env={**os.environ, "PGPASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "POINT (170000 130000)" in seen
    assert "زيتون" in seen
    assert "سليم" not in seen


@pytest.mark.parametrize(
    "wrong",
    [{"password": "guessed"}, {"sslmode": "disable"}, {"user": "postgres"}, {"user": "gisportal_owner"}],
)
def test_nobody_else_comes_in(cluster: Cluster, wrong: dict[str, str]) -> None:
    with pytest.raises(psycopg2.OperationalError, match=r"authentication failed|no pg_hba\.conf entry"):
        ask("SELECT 1", **wrong)


def test_a_right_that_is_taken_away_is_gone(cluster: Cluster) -> None:
    cluster.sql("gisportal", "REVOKE gisportal_direct_engineer FROM amal")
    with pytest.raises(psycopg2.Error, match="permission denied"):
        ask("SELECT id FROM direct_engineer.trees")
    cluster.sql("gisportal", "GRANT gisportal_direct_engineer TO amal")
