"""What taxation promises: `manage.py check_integrity` looks whether it is so."""

from core.integrity import Promise, promise_by_sql

COMPONENTS = """
SELECT 'assessment', a.id, a.total FROM taxation_assessment a
CROSS JOIN LATERAL (SELECT coalesce(sum(value::numeric), 0) AS summed FROM jsonb_each_text(a.components)) c
WHERE c.summed <> a.total
"""
TWICE = """
SELECT 'unit', unit_id, levy FROM taxation_assessment WHERE state = 'approved'
GROUP BY unit_id, levy HAVING count(*) FILTER (WHERE valid_to IS NULL) > 1
"""
SIGNATURES = """
SELECT 'assessment', a.id FROM taxation_assessment a JOIN taxation_rulepack p ON p.id = a.pack_id
WHERE a.state = 'approved' AND p.approval_above IS NOT NULL AND a.total > p.approval_above
  AND a.approved_by_id = a.proposed_by_id
"""
BREAKDOWNS = """
SELECT 'bill', b.id FROM ledger_bill b
WHERE b.breakdown ? 'steps' AND (b.breakdown -> 'steps' -> -1 ->> 'result')::numeric <> b.amount
"""

PROMISES: tuple[Promise, ...] = (
    promise_by_sql("taxation.components", "An assessment's components sum to its total.", COMPONENTS),
    promise_by_sql("taxation.one-in-force", "A unit has one assessment in force for a levy.", TWICE),
    promise_by_sql("taxation.signatures", "Above the threshold another person approved.", SIGNATURES),
    promise_by_sql("taxation.breakdowns", "A bill's amount is what its steps come to.", BREAKDOWNS),
)
