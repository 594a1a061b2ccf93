-- What each party owes by kind of charge (`core.money.share_matrix`): all kinds but the last by
-- largest remainder, the last by what the party's total leaves, so that both sums are exact. A leg
-- knows its account: the one that is there, or the number of the one that will be opened for it.
-- Ordered as the accounts' index is, so that a chunk touches each of its pages once.
INSERT INTO billing_leg (bill_id, party_id, charge_type_id, collection, feature_id, amount, account_id, is_new)
WITH kinds AS MATERIALIZED (SELECT * FROM unnest(%(codes)s::text[], %(kinds)s::bigint[]) k (code, id)),
-- OFFSET 0 asks the index once per unit, whatever the size of the table.
known AS MATERIALIZED (
  SELECT u.bill_id, a.* FROM billing_unit u CROSS JOIN LATERAL (
    SELECT id, party_id, charge_type_id FROM ledger_account a
    WHERE a.kind = 'receivable' AND a.collection = u.collection AND a.feature_id = u.feature_id OFFSET 0) a),
several AS MATERIALIZED (
  SELECT s.bill_id, s.party_id, s.num, s.den, s.num_order, s.amount AS share, u.collection, u.feature_id, k.id AS kind,
         max(k.id) OVER (PARTITION BY s.bill_id) AS last_kind,
         ((u.components ->> k.code)::numeric / %(unit)s)::numeric(30, 0) AS whole
  FROM (SELECT * FROM billing_unit WHERE party_id IS NULL OFFSET 0) u JOIN billing_share s USING (bill_id)
  CROSS JOIN kinds k WHERE u.components ? k.code),
but_last AS MATERIALIZED (
  SELECT bill_id, party_id, kind, collection, feature_id, (part + (place <= whole - sum_part)::int) * %(unit)s AS amount
  FROM (SELECT *, sum(part) OVER (PARTITION BY bill_id, kind) AS sum_part,
               row_number() OVER (PARTITION BY bill_id, kind ORDER BY rest DESC, num_order) AS place
        FROM (SELECT *, div(whole * num, den) AS part, mod(whole * num, den) AS rest
              FROM several WHERE kind < last_kind) exact) ranked)
SELECT l.bill_id, l.party_id, l.charge_type_id, l.collection, l.feature_id, l.amount,
       coalesce(a.id, nextval('ledger_account_id_seq')), a.id IS NULL
FROM (
  SELECT u.bill_id, u.party_id, k.id, u.collection, u.feature_id, k.amount FROM billing_unit u CROSS JOIN LATERAL (
    SELECT k.id, (u.components ->> k.code)::numeric AS amount FROM kinds k OFFSET 0) k
  WHERE u.party_id IS NOT NULL AND k.amount IS NOT NULL
  UNION ALL SELECT bill_id, party_id, kind, collection, feature_id, amount FROM but_last
  UNION ALL
  SELECT s.bill_id, s.party_id, s.kind, s.collection, s.feature_id, s.share - coalesce(b.amount, 0)
  FROM several s LEFT JOIN (SELECT bill_id, party_id, sum(amount) AS amount FROM but_last GROUP BY 1, 2) b
    USING (bill_id, party_id)
  WHERE s.kind = s.last_kind
) AS l (bill_id, party_id, charge_type_id, collection, feature_id, amount)
LEFT JOIN known a USING (bill_id, party_id, charge_type_id)
WHERE l.amount <> 0 ORDER BY l.party_id
