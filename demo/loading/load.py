"""The whole town into an empty instance, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass

import shapely
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2.errors import LockNotAvailable

from audit.stamping import stamp_now
from buildings.footprints.comparing import compare
from buildings.queues import QUEUES
from core.errors import Conflict
from demo.loading import land, people, pipes
from demo.loading.copying import Columns, copy_rows, multi
from demo.loading.extras import FLOWN_ON, FOOTPRINTS, add_layers, add_rasters, state_licences, write_truth
from demo.town.tables import Table
from demo.town.town import Say, Town
from layers import registry
from reconciliation.actions.filling import fill

Rows = Callable[[dict[str, Table]], Columns]


@dataclass(frozen=True)
class Step:
    """One register: its table, what is written into it, and what to call it."""

    relation: str
    rows: Rows
    noun: str


STEPS = (
    Step("municipality_district", land.district_rows, "districts"),
    Step("cadastre_areaname", land.area_name_rows, "names of areas"),
    Step("cadastre_basin", land.basin_rows, "basins"),
    Step("cadastre_street", land.street_rows, "streets"),
    Step("planning_zoningdistrict", land.zone_rows, "zones"),
    Step("cadastre_parcel", land.parcel_rows, "parcels"),
    Step("buildings_building", land.building_rows, "buildings"),
    Step("cadastre_baunit", land.entry_rows, "registered units"),
    Step("buildings_unit", land.unit_rows, "units"),
    Step("buildings_permit", land.permit_rows, "building permits"),
    Step("cadastre_place", land.place_rows, "places"),
    Step("networks_pressurezone", pipes.zone_rows, "pressure zones"),
    Step("networks_waternode", pipes.water_node_rows, "water nodes"),
    Step("networks_waterlink", pipes.water_link_rows, "water mains"),
    Step("networks_watervalve", pipes.valve_rows, "valves"),
    Step("networks_waterconnection", pipes.connection_rows, "service connections"),
    Step("networks_watermeter", pipes.meter_rows, "meters"),
    Step("networks_sewernode", pipes.sewer_node_rows, "manholes"),
    Step("networks_sewerlink", pipes.sewer_link_rows, "sewers"),
    Step("networks_streetlight", pipes.light_rows, "street lights"),
    Step("parties_party", people.party_rows, "parties"),
    Step("parties_departmentrecord", people.record_rows, "departments' records"),
)
# What follows from other registers, written by the database itself.
FOLLOWING = {
    "floors": """
        INSERT INTO buildings_floor (building_id, level, use, covered_m2, begin_lifespan)
        SELECT u.building_id, u.floor, b.use, sum(u.area_m2), min(u.begin_lifespan)
        FROM buildings_unit u JOIN buildings_building b ON b.id = u.building_id GROUP BY 1, 2, 3""",
    "entrances": """
        INSERT INTO buildings_entrance (building_id, street_id, number, is_main, geom, begin_lifespan)
        SELECT DISTINCT ON (b.street_id, b.house_number) b.id, b.street_id, b.house_number, true,
            ST_ClosestPoint(ST_Boundary(b.geom), s.geom), b.begin_lifespan
        FROM buildings_building b JOIN cadastre_street s ON s.id = b.street_id
        WHERE b.house_number <> '' ORDER BY b.street_id, b.house_number, b.id""",
    # One owner, a couple, or heirs: a widow's eighth, a son's share and two daughters'.
    "rights": """
        WITH people AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number
            FROM parties_party)
        INSERT INTO cadastre_right (unit_id, kind, party_id, share_num, share_den, valid_from, note, begin_lifespan)
        SELECT u.ba_unit_id, 'ownership', p.id, s.num, s.den, date '2004-01-01' + (u.id * 53 % 4000)::int, '',
            u.begin_lifespan
        FROM buildings_unit u
        JOIN (VALUES ('one', 0, 1, 1), ('two', 0, 1, 2), ('two', 1, 1, 2), ('heirs', 0, 300, 2400),
            ('heirs', 1, 1050, 2400), ('heirs', 2, 525, 2400), ('heirs', 3, 525, 2400)) s (kind, place, num, den)
            ON s.kind = CASE WHEN u.id % 17 = 0 THEN 'heirs' WHEN u.id % 5 = 0 THEN 'two' ELSE 'one' END
        JOIN people p ON p.place = (u.id * 7 + s.place) % p.number
        ORDER BY u.id, s.place""",
    "occupancies": """
        WITH people AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number
            FROM parties_party)
        INSERT INTO buildings_occupancy (unit_id, kind, name, party_id, since)
        SELECT u.id, u.kind, '', CASE u.kind WHEN 'tenant' THEN p.id WHEN 'owner' THEN o.party_id END, u.since
        FROM (SELECT id, ba_unit_id, date '2015-01-01' + (id * 37 % 3900)::int AS since,
                CASE WHEN is_vacant THEN 'vacant' WHEN id % 3 = 0 THEN 'tenant' ELSE 'owner' END AS kind
            FROM buildings_unit WHERE use <> 'common') u
        JOIN people p ON p.place = (u.id * 11 + 5) % p.number
        LEFT JOIN LATERAL (SELECT party_id FROM cadastre_right r WHERE r.unit_id = u.ba_unit_id
            ORDER BY id LIMIT 1) o ON true""",
}
_FED = (
    "reconciliation_case",
    "reconciliation_queuerun",
    "buildings_footprintrun",
    "buildings_footprintsite",
    "cadastre_qualityfinding",
)
_LARGE = 20_000
# How often the registers are asked for, half a second each: sooner given up than the server looks for deadlocks.
PATIENCE = 60


def refuse_unless_empty(*, replace: bool) -> None:
    """Refuse an instance that holds anything already, unless it shall be replaced."""
    if replace:
        return
    with connection.cursor() as cursor:
        for relation in ("municipality_municipality", *(step.relation for step in STEPS)):
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {relation})")
            if cursor.fetchone()[0]:
                raise Conflict(
                    "This instance already holds a municipality. Nothing was changed; "
                    "--replace empties its registers and loads the demo instead."
                )


def load_town(town: Town, *, replace: bool, say: Say) -> dict[str, int]:
    """Write every register and return how many rows each got; all or nothing."""
    counts: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        stamp_now(connection)
        if replace:
            empty_registers(cursor)
        _municipality(cursor, town)
        for step in STEPS:
            counts[step.noun] = _fill(cursor, step, town.tables)
            say(f"{counts[step.noun]:>9,} {step.noun}")
        for noun, statement in FOLLOWING.items():
            cursor.execute(statement)
            counts[noun] = cursor.rowcount
            say(f"{counts[noun]:>9,} {noun}")
        for noun, count in add_layers(town).items():
            counts[noun] = count
            say(f"{count:>9,} {noun}")
        write_truth(town)
        add_rasters(town)
        state_licences()
        say("          orthophoto and terrain model")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    counts["differences"] = _compare_footprints()
    say(f"{counts['differences']:>9,} differences between register and survey")
    return counts


def empty_registers(cursor: CursorWrapper) -> None:
    """Empty every register; whoever is reading goes first, and who never ends is told of.

    The locks are taken one by one while a running portal takes its own, in another order: to wait
    for one with others in hand would end in a deadlock, of which the server breaks either side.
    """
    relations = ", ".join(["municipality_municipality", *(step.relation for step in STEPS), *_FED])
    for _time in range(PATIENCE):
        try:
            with transaction.atomic():
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                cursor.execute(f"TRUNCATE {relations} RESTART IDENTITY CASCADE")
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        except OperationalError as refusal:
            if not isinstance(refusal.__cause__, LockNotAvailable):
                raise
        else:
            return
    raise Conflict(
        "The registers are in use without end. Nothing was changed; stop the portal and try again."
    )


def _compare_footprints() -> int:
    """Fill the queues of the building register from the survey from the air."""
    layer = registry.find(FOOTPRINTS.slug)
    with transaction.atomic():
        stamp_now(connection)
        compare(layer=layer, on=FLOWN_ON, by=None)
        return sum(fill(queue=queue, on=FLOWN_ON, by=None).found for queue in QUEUES)


def _municipality(cursor: CursorWrapper, town: Town) -> None:
    towns = town.tables["towns"]
    boundary = shapely.union_all(towns["geom"], grid_size=0.001)
    copy_rows(cursor, "municipality_municipality", {
        "id": [1],
        "name_ar": [towns["name_ar"][0]], "name_en": [towns["name_en"][0]], "name_fr": [towns["name_fr"][0]],
        "country": ["PS"], "digits": ["latn"], "basemap": ["own"], "basemap_url": [""], "basemap_attribution": [""],
        "boundary": multi([boundary]),
    })  # fmt: skip


def _fill(cursor: CursorWrapper, step: Step, tables: dict[str, Table]) -> int:
    columns = step.rows(tables)
    count = len(columns["id"])
    if not count:
        return 0
    # Building an index once is far cheaper than keeping it through a million rows.
    kept = _drop_indexes(cursor, step.relation) if count > _LARGE else []
    copy_rows(cursor, step.relation, columns)
    if kept:
        # An index cannot be built while checks of the rows are still to come.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for definition in kept:
        cursor.execute(definition)
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [step.relation, count])
    return count


def _drop_indexes(cursor: CursorWrapper, relation: str) -> list[str]:
    """Drop the indexes that stand for no constraint and return how to make them again."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i "
        "WHERE indrelid = %s::regclass AND NOT indisunique "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [relation],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]
