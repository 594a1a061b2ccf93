"""What the cadastre promises of its rows."""

from core.integrity import promise_by_sql

PROMISES = (
    promise_by_sql(
        "cadastre.lineage-acyclic",
        "No parcel descends from itself.",
        "SELECT id, parent_id, child_id FROM cadastre_lineage WHERE child_id <= parent_id",
    ),
    promise_by_sql(
        "cadastre.lineage-in-time",
        "A child begins when its parent ends.",
        """SELECT l.id FROM cadastre_lineage l JOIN cadastre_parcel p ON p.id = l.parent_id
           JOIN cadastre_parcel c ON c.id = l.child_id WHERE p.end_lifespan IS DISTINCT FROM c.begin_lifespan""",
    ),
    promise_by_sql(
        "cadastre.closed-by-approved",
        "Parcels are opened and closed by approved records only.",
        """SELECT p.id, r.number, r.state FROM cadastre_parcel p
           JOIN cadastre_record r ON r.id IN (p.opened_by_id, p.closed_by_id) WHERE r.state <> 'approved'""",
    ),
    promise_by_sql(
        "cadastre.claims-of-open-records",
        "Only open records hold parcels, and only parcels in force.",
        """SELECT c.parcel_id, r.number FROM cadastre_draftclaim c JOIN cadastre_record r ON r.id = c.record_id
           JOIN cadastre_parcel p ON p.id = c.parcel_id
           WHERE c.is_live AND (r.state NOT IN ('draft', 'submitted', 'returned') OR p.end_lifespan IS NOT NULL)""",
    ),
    promise_by_sql(
        "cadastre.records-whole",
        "What an approved record proposed is what it opened.",
        """SELECT r.number FROM cadastre_record r WHERE r.state = 'approved' AND
           (SELECT count(*) FROM cadastre_draftparcel d WHERE d.record_id = r.id AND d.made_by <= r.cursor
              AND (d.ended_by IS NULL OR d.ended_by > r.cursor))
           <> (SELECT count(*) FROM cadastre_parcel p WHERE p.opened_by_id = r.id)""",
    ),
)
