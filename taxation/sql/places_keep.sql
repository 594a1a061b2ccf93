-- Write the places that have changed.
INSERT INTO taxation_taxplace AS kept
  (collection, feature_id, code, street_ar, street_en, street_fr, district_id, geom, status, units, owed, currency)
{places}
ON CONFLICT (collection, feature_id) DO UPDATE SET code = excluded.code, street_ar = excluded.street_ar,
  street_en = excluded.street_en, street_fr = excluded.street_fr, district_id = excluded.district_id, geom = excluded.geom,
  status = excluded.status, units = excluded.units, owed = excluded.owed, currency = excluded.currency
WHERE (kept.code, kept.street_ar, kept.street_en, kept.street_fr, kept.district_id, kept.status, kept.units, kept.owed, kept.currency)
  IS DISTINCT FROM (excluded.code, excluded.street_ar, excluded.street_en, excluded.street_fr, excluded.district_id,
  excluded.status, excluded.units, excluded.owed, excluded.currency) OR NOT ST_OrderingEquals(kept.geom, excluded.geom)
