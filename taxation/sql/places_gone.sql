-- Places whose building or taxed land is no longer there.
DELETE FROM taxation_taxplace p
WHERE p.collection = 'buildings' AND NOT EXISTS (
    SELECT FROM buildings_building b WHERE b.id = p.feature_id AND b.end_lifespan IS NULL)
  OR p.collection = 'parcels' AND NOT EXISTS (
    SELECT FROM taxation_taxunit u JOIN cadastre_parcel c ON c.id = u.parcel_id AND c.end_lifespan IS NULL
    WHERE u.retired_at IS NULL AND u.building_id IS NULL AND u.collection = 'parcels' AND u.feature_id = p.feature_id)
