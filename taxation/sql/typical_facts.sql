-- The middle value of a fact among the units that a levy taxes, by use; per square metre where it grows with the area.
SELECT u.use, percentile_cont(0.5) WITHIN GROUP (ORDER BY
    (u.facts ->> %(name)s)::numeric / CASE WHEN %(per_m2)s THEN u.area_m2 ELSE 1 END)::numeric(24, 6) AS middle, count(*) AS units
FROM taxation_taxunit u JOIN taxation_assessment a ON a.unit_id = u.id AND a.levy = %(levy)s AND a.state = 'approved' AND a.valid_to IS NULL
WHERE u.retired_at IS NULL AND u.facts ->> %(name)s ~ '^[0-9]+([.][0-9]+)?$'
GROUP BY u.use
