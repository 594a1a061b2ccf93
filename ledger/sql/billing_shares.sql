-- What each party of each bill owes: shares rounded to the currency's unit by largest remainder
-- (`core.money.share_out`), exactly summing to the bill. Numerators share the bill's denominator. A
-- party named twice gets its sum; a unit whose shares do not make a whole is kept without a party.
INSERT INTO billing_share (bill_id, key, collection, feature_id, label, unit_amount, components, is_first,
                           party_id, num, den, num_order, amount)
WITH line AS MATERIALIZED (
  SELECT l.*, first_value(id) OVER w AS bill_id, count(*) OVER w AS parties
  FROM (SELECT nextval('ledger_bill_id_seq') AS id, u.* FROM ({units}) AS u (
          key, collection, feature_id, label, unit_amount, components, party_id, num, den, num_order)) l
  WINDOW w AS (PARTITION BY key)),
owner AS MATERIALIZED (
  SELECT bill_id, key, party_id, sum(num)::bigint AS num, min(den) AS den, max(den) AS max_den,
         min(num_order) AS num_order, (min(unit_amount) / %(unit)s)::numeric(30, 0) AS whole
  FROM line WHERE parties > 1 GROUP BY bill_id, key, party_id),
shared AS MATERIALIZED (
  SELECT bill_id, party_id, num, den, num_order, (part + (place <= whole - sum_part)::int) * %(unit)s AS amount,
         row_number() OVER (PARTITION BY bill_id ORDER BY num_order) = 1 AS is_first
  FROM (SELECT *, sum(part) OVER (PARTITION BY bill_id) AS sum_part,
               row_number() OVER (PARTITION BY bill_id ORDER BY rest DESC, num_order) AS place
        FROM (SELECT *, div(whole * num, den) AS part, mod(whole * num, den) AS rest FROM owner WHERE bill_id IN (
                SELECT bill_id FROM owner GROUP BY bill_id
                HAVING sum(num) = max(max_den) AND min(den) = max(max_den))) exact) ranked)
SELECT bill_id, key, collection, feature_id, label, unit_amount, components, true,
       CASE WHEN num = den THEN party_id END, num, den, num_order, unit_amount
FROM line WHERE parties = 1
UNION ALL
SELECT l.bill_id, l.key, l.collection, l.feature_id, l.label, l.unit_amount, l.components, coalesce(s.is_first, true),
       s.party_id, s.num, s.den, s.num_order, s.amount
FROM (SELECT DISTINCT ON (bill_id) * FROM line WHERE parties > 1 ORDER BY bill_id) l LEFT JOIN shared s USING (bill_id)
