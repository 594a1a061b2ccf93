"""Several towns at once: each is generated on its own, so the processors can share them."""

import multiprocessing
import os
from collections.abc import Callable

import shapely

from demo.town.layout import Land, Site
from demo.town.names import Name
from demo.town.tables import Table

Surveying = Callable[[Site, Name, Land, int, int], dict[str, Table]]
_shared: dict[str, tuple[Surveying, list[Site], list[Name], Land, int]] = {}


def survey_each(
    survey: Surveying,
    sites: list[Site],
    called: list[Name],
    land: Land,
    seed: int,
    say: Callable[[str], None],
) -> list[dict[str, Table]]:
    """Return each town's tables in the order of the sites, whatever the number of processors."""
    if len(sites) == 1:
        return [survey(sites[0], called[0], land, seed, 0)]
    workers = min(4, os.cpu_count() or 1, len(sites))
    # Forked workers share the hills; only a town's number goes in and its tables come out.
    _shared["work"] = (survey, sites, called, land, seed)
    parts = []
    try:
        with multiprocessing.get_context("fork").Pool(workers, maxtasksperchild=8) as pool:
            for done, packed in enumerate(pool.imap(_survey_packed, range(len(sites))), start=1):
                parts.append(_unpacked(packed))
                if done % 5 == 0 or done == len(sites):
                    say(f"{done} of {len(sites)} towns laid out")
    finally:
        _shared.clear()
    return parts


def _survey_packed(number: int) -> dict[str, Table]:
    survey, sites, called, land, seed = _shared["work"]
    tables = survey(sites[number], called[number], land, seed, number)
    for table in tables.values():
        if "geom" in table:
            table["geom"] = shapely.to_wkb(table["geom"])
    return tables


def _unpacked(tables: dict[str, Table]) -> dict[str, Table]:
    for table in tables.values():
        if "geom" in table:
            table["geom"] = shapely.from_wkb(table["geom"])
    return tables
