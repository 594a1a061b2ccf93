-- What each party owes by kind of charge (`core.money.share_matrix`): all kinds but the last by
-- largest remainder, the last by what the party's total leaves, so that both sums are exact.
INSERT INTO billing_leg (bill_id, party_id, charge_type_id, collection, feature_id, amount)
WITH kinds AS MATERIALIZED (SELECT key AS code, value::bigint AS id FROM jsonb_each_text(%(kinds)s::jsonb)),
several AS MATERIALIZED (
  SELECT s.bill_id, s.party_id, s.num, s.den, s.num_order, s.amount AS share, u.collection, u.feature_id, k.id AS kind,
         max(k.id) OVER (PARTITION BY s.bill_id) AS last_kind,
         ((u.components ->> k.code)::numeric / %(unit)s)::numeric(30, 0) AS whole
  FROM billing_share s JOIN billing_unit u USING (bill_id) CROSS JOIN kinds k
  WHERE s.num <> s.den AND u.components ? k.code),
but_last AS MATERIALIZED (
  SELECT bill_id, party_id, kind, collection, feature_id, (part + (place <= whole - sum_part)::int) * %(unit)s AS amount
  FROM (SELECT *, sum(part) OVER (PARTITION BY bill_id, kind) AS sum_part,
               row_number() OVER (PARTITION BY bill_id, kind ORDER BY rest DESC, num_order) AS place
        FROM (SELECT *, div(whole * num, den) AS part, mod(whole * num, den) AS rest
              FROM several WHERE kind < last_kind) exact) ranked)
SELECT s.bill_id, s.party_id, k.id, u.collection, u.feature_id, (u.components ->> k.code)::numeric
FROM billing_share s JOIN billing_unit u USING (bill_id) CROSS JOIN kinds k
WHERE s.num = s.den AND u.components ? k.code
UNION ALL SELECT bill_id, party_id, kind, collection, feature_id, amount FROM but_last
UNION ALL
SELECT s.bill_id, s.party_id, s.kind, s.collection, s.feature_id, s.share - coalesce(b.amount, 0)
FROM several s LEFT JOIN (SELECT bill_id, party_id, sum(amount) AS amount FROM but_last GROUP BY 1, 2) b
  USING (bill_id, party_id)
WHERE s.kind = s.last_kind
