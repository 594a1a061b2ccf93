-- Taxed units with their status, owner and balance; and how many there are of each status.
SELECT u.id, u.label, u.use, u.area_m2, u.collection, u.feature_id, u.district_id, u.building_id, k.status, k.owed, k.currency,
  k.due_on, k.periods, place.id AS place_id, place.street_ar, place.street_en, place.street_fr,
  (SELECT p.approved_name || CASE WHEN count(*) OVER () > 1 THEN ' +' || (count(*) OVER () - 1) ELSE '' END
   FROM taxation_liability l JOIN parties_party p ON p.id = l.party_id
   WHERE l.unit_id = u.id AND l.valid_from <= %(on)s AND (l.valid_to IS NULL OR l.valid_to > %(on)s)
   ORDER BY l.num DESC, l.id LIMIT 1) AS liable,
  (SELECT jsonb_build_object('total', a.total::text, 'currency', a.currency, 'state', a.state)
   FROM taxation_assessment a WHERE a.unit_id = u.id AND a.state IN ('approved', 'proposed') AND a.valid_to IS NULL
   ORDER BY a.state, a.id DESC LIMIT 1) AS assessment,
  count(*) OVER () AS found
FROM taxation_taxunit u JOIN taxation_standing k ON k.unit_id = u.id
LEFT JOIN taxation_taxplace place ON place.collection = CASE WHEN u.building_id IS NULL THEN 'parcels' ELSE 'buildings' END
  AND place.feature_id = coalesce(u.building_id, u.parcel_id)
WHERE u.retired_at IS NULL AND (%(q)s = '' OR u.label LIKE %(like)s OR %(q)s = 'unit:' || u.id) AND (%(status)s = '' OR k.status = %(status)s)
  AND (%(box)s::text IS NULL OR place.geom && %(box)s::geometry)
  AND (%(districts)s::bigint[] IS NULL OR u.district_id = ANY(%(districts)s::bigint[]))
ORDER BY {order}, u.id LIMIT %(size)s OFFSET %(skip)s
