-- What each co-owner owes: shares rounded to the currency's unit by largest remainder
-- (`core.money.share_out`), exactly summing to the bill. Numerators share the bill's denominator. A
-- party named twice gets its sum; a unit whose shares do not make a whole gets none.
INSERT INTO billing_share (bill_id, party_id, num, den, num_order, amount)
WITH owner AS MATERIALIZED (
  SELECT u.bill_id, p.party_id, sum(p.num)::bigint AS num, min(p.den) AS den, max(p.den) AS max_den,
         min(p.num_order) AS num_order, (min(u.amount) / %(unit)s)::numeric(30, 0) AS whole
  FROM billing_unit u JOIN ({parties}) p (key, party_id, num, den, num_order) USING (key)
  WHERE u.party_id IS NULL GROUP BY u.bill_id, p.party_id)
SELECT bill_id, party_id, num, den, num_order, (part + (place <= whole - sum_part)::int) * %(unit)s
FROM (SELECT *, sum(part) OVER (PARTITION BY bill_id) AS sum_part,
             row_number() OVER (PARTITION BY bill_id ORDER BY rest DESC, num_order) AS place
      FROM (SELECT *, div(whole * num, den) AS part, mod(whole * num, den) AS rest FROM owner WHERE bill_id IN (
              SELECT bill_id FROM owner GROUP BY bill_id
              HAVING sum(num) = max(max_den) AND min(den) = max(max_den))) exact) ranked
