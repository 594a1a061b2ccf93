"""Measurements for Prometheus: requests as they are served, the rest when it is asked for."""

import os
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REQUESTS = Counter("gisportal_requests", "Requests served", ["method", "route", "status"])
SECONDS = Histogram(
    "gisportal_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class _Instance(Collector):
    """What only a look at database and disk can tell."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield size and sessions of the database, and the room left on the disk."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_database_size(current_database()), "
                "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())"
            )
            size, sessions = cursor.fetchone()
        free = shutil.disk_usage(settings.DATA_DIR).free
        yield GaugeMetricFamily("gisportal_database_bytes", "Size of the database", value=size)
        yield GaugeMetricFamily("gisportal_database_sessions", "Sessions on the database", value=sessions)
        yield GaugeMetricFamily("gisportal_disk_free_bytes", "Room left for the instance", value=free)


def exposition() -> bytes:
    """Return all measurements in Prometheus' text format, those of every web process added up."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_Requests())
    registry.register(_Instance())
    return generate_latest(registry)


class _Requests(Collector):
    """This process' own counts, where there is only one process."""

    def collect(self) -> Iterator[Metric]:
        """Yield the request counters."""
        yield from REQUESTS.collect()
        yield from SECONDS.collect()
