-- A simulation in one line.
SELECT count(*) AS units, coalesce(sum(before), 0) AS before, coalesce(sum(after), 0) AS after,
  count(*) FILTER (WHERE after > before) AS losers, count(*) FILTER (WHERE after < before) AS winners,
  coalesce(max(after - before), 0) AS largest, coalesce(max((after - before) / nullif(before, 0)), 0)::numeric(12, 4) AS largest_part,
  coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY after - before), 0)::numeric(20, 3) AS middle
FROM taxation_simulationrow WHERE simulation_id = %(simulation)s
