-- A simulation by district: who pays more, who less, and the district's shape for a small map.
SELECT d.id, d.name_ar, d.name_en, d.name_fr, s.* FROM (
  SELECT u.district_id, count(*) AS units, sum(r.before) AS before, sum(r.after) AS after, sum(r.after - r.before) AS change,
    count(*) FILTER (WHERE r.after > r.before) AS losers, count(*) FILTER (WHERE r.after < r.before) AS winners,
    max(r.after - r.before) AS largest
  FROM taxation_simulationrow r JOIN taxation_taxunit u ON u.id = r.unit_id
  WHERE r.simulation_id = %(simulation)s GROUP BY u.district_id) s
LEFT JOIN municipality_district d ON d.id = s.district_id ORDER BY s.change DESC
