-- :n assessed units with one owner each (every 20th has two) of an invented town.
INSERT INTO parties_party (kind, approved_name, id_number, created_at)
SELECT 'person', 'مكلف ' || g, '', now() FROM generate_series(1, %(parties)s) g;
INSERT INTO taxation_taxunit (collection, feature_id, subject, label, area_m2, use, facts)
SELECT 'bench', g, 'building', g || '-1', 80 + g %% 100, 'residential', '{}' FROM generate_series(1, %(n)s) g;
INSERT INTO taxation_liability (unit_id, party_id, role, num, den, valid_from)
SELECT u.id, p.first + (u.feature_id %% %(parties)s), 'owner', CASE WHEN u.feature_id %% 20 = 0 THEN 1 ELSE 1 END,
       CASE WHEN u.feature_id %% 20 = 0 THEN 2 ELSE 1 END, '2020-01-01'
FROM taxation_taxunit u, (SELECT min(id) AS first FROM parties_party WHERE approved_name LIKE 'مكلف %%') p
WHERE u.collection = 'bench';
INSERT INTO taxation_liability (unit_id, party_id, role, num, den, valid_from)
SELECT u.id, p.first + ((u.feature_id + 1) %% %(parties)s), 'owner', 1, 2, '2020-01-01'
FROM taxation_taxunit u, (SELECT min(id) AS first FROM parties_party WHERE approved_name LIKE 'مكلف %%') p
WHERE u.collection = 'bench' AND u.feature_id %% 20 = 0;
INSERT INTO taxation_assessment (unit_id, levy, pack_id, total, base, currency, components, breakdown, state, valid_from, reason)
SELECT u.id, 'ps-building', %(pack)s, tax + edu, 1, 'JOD',
       jsonb_build_object('ps-building-property', tax::text, 'ps-building-education', edu::text), %(breakdown)s::jsonb,
       'approved', '2020-01-01', ''
FROM (SELECT id, (100 + feature_id %% 900)::numeric(20, 3) * 0.1 AS tax, (100 + feature_id %% 900)::numeric(20, 3) * 0.07 AS edu
      FROM taxation_taxunit WHERE collection = 'bench') u;
