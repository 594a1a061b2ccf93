-- Rows of a queue, those worth most first, with the place on the map.
SELECT d.id, d.queue, d.label, d.collection, d.feature_id, d.unit_id, d.evidence, d.revenue, d.currency, d.found_at::date AS found_on,
  d.state, d.reason, place.id AS place_id, place.street_ar, place.street_en, place.street_fr,
  count(*) OVER () AS found, sum(d.revenue) OVER () AS worth
FROM taxation_discrepancy d
LEFT JOIN taxation_taxplace place ON place.collection = CASE WHEN d.building_id IS NULL THEN 'parcels' ELSE 'buildings' END
  AND place.feature_id = coalesce(d.building_id, d.parcel_id)
WHERE d.queue = %(queue)s AND d.state = %(state)s AND (%(q)s = '' OR d.label ILIKE %(like)s)
  AND (%(box)s::text IS NULL OR place.geom && %(box)s::geometry)
  AND (%(districts)s::bigint[] IS NULL OR d.district_id = ANY(%(districts)s::bigint[]))
ORDER BY {order}, d.id LIMIT %(size)s OFFSET %(skip)s
