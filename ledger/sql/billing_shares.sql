-- What each party of each bill owes: shares rounded to the currency's unit by largest remainder
-- (`core.money.share_out`), exactly summing to the bill. Numerators share the bill's denominator.
INSERT INTO billing_share (bill_id, party_id, num, den, num_order, amount)
SELECT u.bill_id, p.party_id, p.num, p.den, p.num_order, u.amount
FROM billing_unit u JOIN billing_party p USING (key) WHERE p.num = p.den
UNION ALL
SELECT bill_id, party_id, num, den, num_order, (part + (place <= whole - sum_part)::int) * %(unit)s
FROM (SELECT *, sum(part) OVER (PARTITION BY bill_id) AS sum_part,
             row_number() OVER (PARTITION BY bill_id ORDER BY rest DESC, num_order) AS place
      FROM (SELECT u.bill_id, p.party_id, p.num, p.den, p.num_order, u.whole,
                   div(u.whole * p.num, p.den) AS part, mod(u.whole * p.num, p.den) AS rest
            FROM (SELECT bill_id, key, (amount / %(unit)s)::numeric(30, 0) AS whole FROM billing_unit) u
            JOIN billing_party p USING (key) WHERE p.num <> p.den) exact) ranked
