-- What each party owes by kind of charge (`core.money.share_matrix`): all kinds but the last by
-- largest remainder, the last by what the party's total leaves, so that both sums are exact.
INSERT INTO billing_leg (bill_id, party_id, charge_type_id, collection, feature_id, amount)
WITH kinds AS (SELECT key AS code, value::bigint AS id FROM jsonb_each_text(%(kinds)s::jsonb)),
several AS (
  SELECT s.bill_id, s.party_id, s.num, s.den, s.amount AS share, u.collection, u.feature_id, k.id AS kind,
         p.num_order, ((u.components ->> k.code)::numeric / %(unit)s)::numeric(30, 0) AS whole
  FROM billing_share s JOIN billing_unit u USING (bill_id) JOIN billing_party p ON p.key = u.key AND p.party_id = s.party_id
  CROSS JOIN kinds k WHERE s.num <> s.den AND u.components ? k.code),
but_last AS (
  SELECT bill_id, party_id, kind, collection, feature_id, (part + (place <= whole - sum_part)::int) * %(unit)s AS amount
  FROM (SELECT *, sum(part) OVER (PARTITION BY bill_id, kind) AS sum_part,
               row_number() OVER (PARTITION BY bill_id, kind ORDER BY rest DESC, num_order) AS place
        FROM (SELECT *, div(whole * num, den) AS part, mod(whole * num, den) AS rest
              FROM several s WHERE kind < (SELECT max(o.kind) FROM several o WHERE o.bill_id = s.bill_id)) exact) ranked),
last AS (
  SELECT s.bill_id, s.party_id, s.kind, s.collection, s.feature_id,
         s.share - coalesce((SELECT sum(b.amount) FROM but_last b WHERE b.bill_id = s.bill_id AND b.party_id = s.party_id), 0) AS amount
  FROM several s WHERE kind = (SELECT max(o.kind) FROM several o WHERE o.bill_id = s.bill_id))
SELECT s.bill_id, s.party_id, k.id, u.collection, u.feature_id, (u.components ->> k.code)::numeric
FROM billing_share s JOIN billing_unit u USING (bill_id) CROSS JOIN kinds k
WHERE s.num = s.den AND u.components ? k.code
UNION ALL SELECT bill_id, party_id, kind, collection, feature_id, amount FROM but_last
UNION ALL SELECT bill_id, party_id, kind, collection, feature_id, amount FROM last
