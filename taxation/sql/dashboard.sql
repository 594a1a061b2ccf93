-- Billed, collected, forgiven and open by levy and year; arrears by age; all by district: sums of entries.
WITH moves AS (
  SELECT b.levy, b.period, r.title, a.currency, r.due_on, u.district_id, e.part, e.amount
  FROM ledger_bill b JOIN ledger_billrun r ON r.id = b.run_id AND r.state = 'published'
  JOIN ledger_entry e ON e.bill_id = b.id JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'receivable'
  LEFT JOIN taxation_taxunit u ON u.collection = b.collection AND u.feature_id = b.feature_id AND u.retired_at IS NULL
  WHERE b.cancelled_at IS NULL),
sums AS (
  SELECT grouping(levy) AS by_district, levy, period, min(title::text) AS title, currency, district_id,
    sum(amount) FILTER (WHERE part = 'charge') AS billed,
    -sum(amount) FILTER (WHERE part IN ('paid', 'penalty_paid')) AS collected,
    -sum(amount) FILTER (WHERE part IN ('discount', 'relief', 'written_off', 'waived')) AS forgiven,
    sum(amount) FILTER (WHERE due_on < %(on)s) AS arrears,
    sum(amount) FILTER (WHERE due_on < %(on)s AND due_on >= %(on)s::date - 365) AS under_1,
    sum(amount) FILTER (WHERE due_on < %(on)s::date - 365 AND due_on >= %(on)s::date - 1095) AS under_3,
    sum(amount) FILTER (WHERE due_on < %(on)s::date - 1095) AS over_3
  FROM moves GROUP BY GROUPING SETS ((levy, period, currency), (district_id, currency)))
SELECT s.by_district, s.levy, s.period, s.title, s.currency, s.district_id, d.name_ar, d.name_en, d.name_fr,
  coalesce(billed, 0) AS billed, coalesce(collected, 0) AS collected, coalesce(forgiven, 0) AS forgiven,
  coalesce(arrears, 0) AS arrears, coalesce(under_1, 0) AS under_1, coalesce(under_3, 0) AS under_3,
  coalesce(over_3, 0) AS over_3
FROM sums s LEFT JOIN municipality_district d ON d.id = s.district_id
ORDER BY s.by_district, s.period DESC, s.levy, arrears DESC
