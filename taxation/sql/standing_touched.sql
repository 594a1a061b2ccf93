-- Units whose bills have entries after a mark.
SELECT DISTINCT u.id FROM ledger_entry e JOIN ledger_bill b ON b.id = e.bill_id
JOIN taxation_taxunit u ON u.collection = b.collection AND u.feature_id = b.feature_id AND u.retired_at IS NULL
WHERE e.id > %(entry)s
