"""What the ledger promises: `manage.py check_integrity` looks whether it is so."""

from core.integrity import Promise, promise_by_sql

UNBALANCED = """
SELECT 'posting', e.posting_id, a.currency, sum(e.amount) FROM ledger_entry e
JOIN ledger_account a ON a.id = e.account_id GROUP BY e.posting_id, a.currency HAVING sum(e.amount) <> 0
"""
CHAIN = """
SELECT 'seal', s.seq, 'posting', s.posting_id FROM (
  SELECT *, lag(hash) OVER w AS link, lag(seq) OVER w AS before FROM ledger_seal WINDOW w AS (ORDER BY seq)) s
WHERE s.hash <> sha256(s.previous || coalesce(ledger_digest(s.posting_id), ''))
   OR s.previous <> coalesce(s.link, sha256('')) OR s.seq <> coalesce(s.before, 0) + 1
"""
HEAD = """
SELECT 'head', h.seq FROM ledger_chainhead h
WHERE h.seq <> (SELECT coalesce(max(seq), 0) FROM ledger_seal)
   OR h.hash <> coalesce((SELECT hash FROM ledger_seal ORDER BY seq DESC LIMIT 1), sha256(''))
"""
UNSEALED = """
SELECT 'posting', p.id FROM ledger_posting p LEFT JOIN ledger_seal s ON s.posting_id = p.id WHERE s.seq IS NULL
"""
STRAY = """
SELECT 'entry', e.id FROM ledger_entry e LEFT JOIN ledger_posting p ON p.id = e.posting_id
LEFT JOIN ledger_account a ON a.id = e.account_id LEFT JOIN ledger_bill b ON b.id = e.bill_id
WHERE p.id IS NULL OR a.id IS NULL OR (e.bill_id IS NOT NULL AND b.id IS NULL)
"""
GAPS = """
SELECT 'book', c.book_id, c.year, 'counter', c.last, 'receipts', count(r.id), 'from', min(r.number), 'to', max(r.number)
FROM ledger_receiptcounter c LEFT JOIN ledger_receipt r ON r.book_id = c.book_id AND r.year = c.year
GROUP BY c.id HAVING count(r.id) <> c.last OR (c.last > 0 AND (min(r.number) <> 1 OR max(r.number) <> c.last))
"""
RECEIPTS = """
SELECT 'receipt', r.id FROM ledger_receipt r
LEFT JOIN ledger_entry e ON e.posting_id = r.posting_id AND e.amount > 0
LEFT JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('cash', 'cheques', 'bank', 'custody', 'provider')
GROUP BY r.id HAVING coalesce(sum(e.amount) FILTER (WHERE a.id IS NOT NULL), 0) <> r.amount
"""
SHARES = """
SELECT 'bill', b.id, b.amount, sum(s.amount) FROM ledger_bill b JOIN ledger_billshare s ON s.bill_id = b.id
GROUP BY b.id HAVING sum(s.amount) <> b.amount OR sum(s.num) <> max(s.den) OR min(s.den) <> max(s.den)
"""
CHARGED = """
SELECT 'bill', b.id, b.amount, e.charged FROM ledger_bill b
LEFT JOIN (SELECT bill_id, sum(amount) AS charged FROM ledger_entry WHERE part = 'charge' GROUP BY bill_id) e ON e.bill_id = b.id
WHERE coalesce(e.charged, 0) <> CASE WHEN b.cancelled_at IS NULL THEN b.amount ELSE 0 END
"""
REVERSED = """
SELECT 'reversal', r.id FROM ledger_posting r
WHERE r.reverses_id IS NOT NULL AND EXISTS (
  (SELECT account_id, bill_id, part, -amount FROM ledger_entry WHERE posting_id = r.id)
  EXCEPT ALL (SELECT account_id, bill_id, part, amount FROM ledger_entry WHERE posting_id = r.reverses_id))
"""
ADVANCES = """
SELECT 'account', a.id, sum(e.amount) FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
WHERE a.kind = 'credit' GROUP BY a.id HAVING sum(e.amount) > 0
"""

PROMISES: tuple[Promise, ...] = (
    promise_by_sql("ledger.balanced", "Every posting sums to zero in each currency.", UNBALANCED),
    promise_by_sql("ledger.chain", "Every seal covers its posting and the seal before it.", CHAIN),
    promise_by_sql("ledger.head", "The head of the chain is its last seal.", HEAD),
    promise_by_sql("ledger.sealed", "Every posting is sealed.", UNSEALED),
    promise_by_sql("ledger.complete", "Every entry has its posting, account and bill.", STRAY),
    promise_by_sql("ledger.receipts-gapless", "Receipt numbers have no gap and no double.", GAPS),
    promise_by_sql("ledger.receipts-funded", "Every receipt's amount came into a money account.", RECEIPTS),
    promise_by_sql("ledger.shares", "The shares of a bill sum to it.", SHARES),
    promise_by_sql("ledger.charged", "What was charged for a bill is the bill's amount.", CHARGED),
    promise_by_sql("ledger.reversals", "A reversal is the exact opposite of what it reverses.", REVERSED),
    promise_by_sql("ledger.advances", "No advance is used beyond what was paid in.", ADVANCES),
)


def breaches() -> list[str]:
    """Return every breach of the ledger's promises, each a line."""
    return [f"{promise.name}: {line}" for promise in PROMISES for line in promise.breaches()]
