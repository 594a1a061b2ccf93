-- A weak link of which each end is explained otherwise is dropped: a house that has grown over its
-- neighbour's shed is not two houses.
CREATE TEMP TABLE kept ON COMMIT DROP AS
WITH weighed AS (
    SELECT *, max(likeness) OVER by_seen AS best_of_seen, count(*) OVER by_seen AS seen_links,
        max(likeness) OVER by_building AS best_of_building, count(*) OVER by_building AS building_links
    FROM link WINDOW by_seen AS (PARTITION BY seen), by_building AS (PARTITION BY building)
)
SELECT seen, building, seen_m2, building_m2, likeness,
    count(*) OVER (PARTITION BY seen) AS of_seen, count(*) OVER (PARTITION BY building) AS of_building
FROM weighed
WHERE likeness >= 0.7
   OR NOT (best_of_seen >= 0.7 AND building_links > 1 OR best_of_building >= 0.7 AND seen_links > 1)
