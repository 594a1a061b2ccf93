-- What a party has open, one row per bill and account, from the entries up to and on a day.
SELECT e.bill_id, e.account_id, t.code AS charge_type, t."order", a.currency, b.levy, b.period, b.label,
       b.collection, b.feature_id, r.title, r.terms, r.due_on,
       coalesce(sum(e.amount) FILTER (WHERE e.part IN ('charge', 'paid', 'discount', 'relief', 'written_off')), 0) AS principal,
       coalesce(sum(e.amount) FILTER (WHERE e.part = 'charge'), 0) AS charged,
       coalesce(sum(e.amount) FILTER (WHERE e.part = 'penalty'), 0) AS penalty_posted,
       coalesce(sum(e.amount) FILTER (WHERE e.part IN ('penalty', 'penalty_paid', 'waived')), 0) AS penalty_open,
       coalesce(jsonb_agg(jsonb_build_array(coalesce(o.business_on, p.business_on), (-e.amount)::text))
                FILTER (WHERE e.part IN ('paid', 'discount')), '[]') AS settled,
       (SELECT max(pl.agreed_on) FROM ledger_plan pl JOIN ledger_planbill pb ON pb.plan_id = pl.id
        WHERE pl.party_id = a.party_id AND pb.bill_id = e.bill_id AND pl.freezes_penalty AND pl.agreed_on <= %(on)s
          AND (pl.broken_on IS NULL OR pl.broken_on > %(on)s)) AS frozen_on
FROM ledger_account a
JOIN ledger_chargetype t ON t.id = a.charge_type_id
JOIN ledger_entry e ON e.account_id = a.id
JOIN ledger_posting p ON p.id = e.posting_id
LEFT JOIN ledger_posting o ON o.id = p.reverses_id
JOIN ledger_bill b ON b.id = e.bill_id
JOIN ledger_billrun r ON r.id = b.run_id
WHERE a.kind = 'receivable' AND a.party_id = %(party)s AND r.state = 'published' AND p.business_on <= %(on)s
GROUP BY e.bill_id, e.account_id, a.party_id, t.code, t."order", a.currency, b.levy, b.period, b.label, b.collection,
         b.feature_id, r.title, r.terms, r.due_on
ORDER BY r.due_on, e.bill_id, e.account_id
