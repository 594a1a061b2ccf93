-- Entries join a posting of their own transaction and no closed account: one check per statement,
-- which asks the few closed accounts instead of every entry's.
CREATE INDEX account_closed ON ledger_account (id) WHERE closed_on IS NOT NULL;
CREATE OR REPLACE FUNCTION ledger_entries_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT posting_id FROM fresh) f
             LEFT JOIN ledger_posting p ON p.id = f.posting_id
             LEFT JOIN ledger_seal s ON s.posting_id = f.posting_id
             WHERE p.id IS NULL OR s.seq IS NOT NULL) THEN
    RAISE EXCEPTION 'entries join only a posting that is being made' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM ledger_account a WHERE a.closed_on IS NOT NULL) AND EXISTS (
      SELECT FROM ledger_account a WHERE a.closed_on IS NOT NULL AND a.id IN (SELECT account_id FROM fresh)) THEN
    RAISE EXCEPTION 'an account is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_open';
  END IF;
  RETURN NULL;
END $$;

-- At commit: every entry's account exists, the posting balances in every currency, then it is sealed.
CREATE OR REPLACE FUNCTION ledger_seal_posting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE head ledger_chainhead; sealed bytea; legs bigint; unbalanced text; strays bigint;
BEGIN
  SELECT sum(n), string_agg(currency || ' ' || total, ', ') FILTER (WHERE total <> 0 AND currency IS NOT NULL),
         sum(n) FILTER (WHERE currency IS NULL)
  INTO legs, unbalanced, strays
  -- OFFSET 0 keeps this one index probe per entry; a hash join would read all accounts for each posting.
  FROM (SELECT a.currency, count(*) AS n, sum(e.amount) AS total
        FROM ledger_entry e
        LEFT JOIN LATERAL (SELECT currency FROM ledger_account a WHERE a.id = e.account_id OFFSET 0) a ON true
        WHERE e.posting_id = NEW.id GROUP BY a.currency) sums;
  IF strays IS NOT NULL THEN
    RAISE EXCEPTION 'an account of posting % does not exist', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_open';
  END IF;
  IF legs IS NULL OR legs < 2 OR unbalanced IS NOT NULL THEN
    RAISE EXCEPTION 'posting % does not balance (%)', NEW.id, coalesce(unbalanced, 'no entries')
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
  END IF;
  INSERT INTO ledger_chainhead (id, seq, hash) VALUES (1, 0, sha256('')) ON CONFLICT (id) DO NOTHING;
  SELECT * INTO head FROM ledger_chainhead WHERE id = 1 FOR UPDATE;
  sealed := sha256(head.hash || ledger_digest(NEW.id));
  INSERT INTO ledger_seal (seq, posting_id, previous, hash) VALUES (head.seq + 1, NEW.id, head.hash, sealed);
  UPDATE ledger_chainhead SET seq = head.seq + 1, hash = sealed WHERE id = 1;
  RETURN NULL;
END $$;
