-- What a full look depends on beyond the entries, in short: the runs, and the versions of the registers.
SELECT coalesce((SELECT max(id) FROM ledger_entry), 0) AS entry,
  concat_ws('|', (SELECT md5(coalesce(string_agg(id || state, ',' ORDER BY id), '')) FROM ledger_billrun),
    layers_relation_version('public.buildings_building'), layers_relation_version('public.cadastre_parcel'),
    (SELECT count(*) || ':' || coalesce(max(id), 0) FROM taxation_taxunit WHERE retired_at IS NULL)) AS sources
