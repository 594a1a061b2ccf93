-- The units of a simulation, those that change most first.
SELECT u.id, u.label, u.use, u.area_m2, r.before, r.after, r.after - r.before AS change,
  ((r.after - r.before) / nullif(r.before, 0))::numeric(12, 4) AS part
FROM taxation_simulationrow r JOIN taxation_taxunit u ON u.id = r.unit_id
WHERE r.simulation_id = %(simulation)s AND (%(side)s = '' OR (%(side)s = 'losers' AND r.after > r.before)
  OR (%(side)s = 'winners' AND r.after < r.before))
ORDER BY abs(r.after - r.before) DESC, u.id LIMIT %(size)s OFFSET %(skip)s
