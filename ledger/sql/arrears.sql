-- Who owes what is past its due day, by party and currency, without penalties that grow with the day: a page of it.
SELECT a.party_id, p.approved_name AS name, p.id_number, a.currency, sum(e.amount) AS owed, min(r.due_on) AS since,
       count(DISTINCT e.bill_id) AS bills, count(*) OVER () AS found
FROM ledger_billrun r
JOIN ledger_bill b ON b.run_id = r.id AND b.cancelled_at IS NULL
JOIN ledger_entry e ON e.bill_id = b.id AND e.part IN ('charge', 'paid', 'discount', 'relief', 'written_off')
JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'receivable'
JOIN parties_party p ON p.id = a.party_id
WHERE r.state = 'published' AND r.due_on < %(on)s
GROUP BY a.party_id, p.approved_name, p.id_number, a.currency HAVING sum(e.amount) > 0
ORDER BY CASE WHEN %(sort)s = 'name' THEN p.approved_name END, CASE WHEN %(sort)s = 'since' THEN min(r.due_on) END,
         sum(e.amount) DESC, a.party_id
LIMIT %(size)s OFFSET %(skip)s
