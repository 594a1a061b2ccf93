-- The journal's promises, kept by the database itself.

-- 1. What is written stays written. Grants refuse the application's roles; triggers refuse everybody
--    who has not first taken the trigger away. TRUNCATE stays open to the owner alone, who may drop
--    the table anyway and needs it to empty a test database.
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_user = (SELECT relowner::regrole::text FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'rows of % are only ever added (% refused)', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
DECLARE t text; r text;
BEGIN
  FOREACH t IN ARRAY ARRAY['ledger_posting', 'ledger_entry', 'ledger_seal', 'ledger_receipt', 'ledger_receiptvoid',
                           'ledger_billshare', 'ledger_idempotentanswer', 'ledger_dayclose'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', t);
    FOREACH r IN ARRAY ARRAY['gisportal_web', 'gisportal_worker'] LOOP
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, r);
      END IF;
    END LOOP;
  END LOOP;
  FOREACH t IN ARRAY ARRAY['ledger_account', 'ledger_bill', 'ledger_receiptcounter', 'ledger_chainhead'] LOOP
    EXECUTE format('CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', t);
    FOREACH r IN ARRAY ARRAY['gisportal_web', 'gisportal_worker'] LOOP
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, r);
      END IF;
    END LOOP;
  END LOOP;
  FOREACH r IN ARRAY ARRAY['gisportal_web', 'gisportal_worker'] LOOP
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
      -- The one column of each that may change; it is also what lets a row be locked.
      EXECUTE format('GRANT UPDATE (closed_on) ON ledger_account TO %I', r);
      EXECUTE format('GRANT UPDATE (cancelled_at) ON ledger_bill TO %I', r);
      EXECUTE format('GRANT UPDATE (last) ON ledger_receiptcounter TO %I', r);
      EXECUTE format('REVOKE INSERT ON ledger_seal, ledger_chainhead FROM %I', r);
    END IF;
  END LOOP;
END $$;

-- Accounts and bills keep what they are; only the one column moves, for the owner too.
CREATE FUNCTION ledger_keep_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(OLD) - TG_ARGV[0]) IS DISTINCT FROM (to_jsonb(NEW) - TG_ARGV[0]) THEN
    RAISE EXCEPTION 'only % of % may change', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_identity BEFORE UPDATE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_keep_identity('closed_on');
CREATE TRIGGER keep_identity BEFORE UPDATE ON ledger_bill FOR EACH ROW EXECUTE FUNCTION ledger_keep_identity('cancelled_at');

-- 2. Receipt numbers have no gap: a counter moves by one, starts at zero, and only the number it has
--    just reached is given to a receipt.
CREATE FUNCTION ledger_counter_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.last <> 0 OR TG_OP = 'UPDATE' AND (NEW.last <> OLD.last + 1
     OR NEW.book_id <> OLD.book_id OR NEW.year <> OLD.year) THEN
    RAISE EXCEPTION 'a receipt counter moves by one' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER counter_step BEFORE INSERT OR UPDATE ON ledger_receiptcounter
  FOR EACH ROW EXECUTE FUNCTION ledger_counter_step();
CREATE FUNCTION ledger_receipt_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_receiptcounter c
                 WHERE c.book_id = NEW.book_id AND c.year = NEW.year AND c.last = NEW.number) THEN
    RAISE EXCEPTION 'receipt number % is not the counter''s', NEW.number USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER receipt_number BEFORE INSERT ON ledger_receipt FOR EACH ROW EXECUTE FUNCTION ledger_receipt_number();
-- A counter that moved must have its receipt by the time of commit.
CREATE FUNCTION ledger_counter_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last > 0 AND NOT EXISTS (SELECT FROM ledger_receipt r
      WHERE r.book_id = NEW.book_id AND r.year = NEW.year AND r.number = NEW.last) THEN
    RAISE EXCEPTION 'receipt number % was taken and not used', NEW.last USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER counter_used AFTER UPDATE ON ledger_receiptcounter DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_counter_used();

-- 3. A closed day takes nothing more.
CREATE FUNCTION ledger_day_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.posted_at := clock_timestamp();
  -- Shared with all postings; closing a day takes it alone, so none slips in behind its back.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('ledger.day', 0));
  IF EXISTS (SELECT FROM ledger_dayclose d WHERE d."on" >= NEW.business_on) THEN
    RAISE EXCEPTION 'the day % is closed', NEW.business_on USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_day_open';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER day_open BEFORE INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_day_open();

-- 4. Entries join a posting of their own transaction and an open account (set-based: one check per
--    statement, however many rows).
CREATE FUNCTION ledger_entries_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT posting_id FROM fresh) f
             LEFT JOIN ledger_posting p ON p.id = f.posting_id
             LEFT JOIN ledger_seal s ON s.posting_id = f.posting_id
             WHERE p.id IS NULL OR s.seq IS NOT NULL) THEN
    RAISE EXCEPTION 'entries join only a posting that is being made' USING ERRCODE = 'check_violation';
  END IF;
  -- OFFSET 0 keeps this one index probe per row; a hash join would read all accounts for each chunk.
  IF EXISTS (SELECT FROM fresh f
             LEFT JOIN LATERAL (SELECT id, closed_on FROM ledger_account a WHERE a.id = f.account_id OFFSET 0) a ON true
             WHERE a.id IS NULL OR a.closed_on IS NOT NULL) THEN
    RAISE EXCEPTION 'an account is closed or does not exist'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_open';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entries_fit AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_fit();

-- 5. At commit: balanced in every currency, then sealed. The head of the chain is locked only from
--    here to the end of the commit.
CREATE FUNCTION ledger_digest(which bigint) RETURNS bytea LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT sha256(convert_to(
    concat_ws('|', p.id, p.kind, to_char(p.business_on, 'YYYY-MM-DD'),
              to_char(p.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
              coalesce(p.by_id::text, '-'), p.reason, coalesce(p.reverses_id::text, '-'))
    || E'\n' || coalesce((SELECT string_agg(concat_ws('|', e.id, e.account_id, coalesce(e.bill_id::text, '-'), e.part, e.amount),
                                            E'\n' ORDER BY e.id) FROM ledger_entry e WHERE e.posting_id = p.id), ''), 'UTF8'))
  FROM ledger_posting p WHERE p.id = which
$$;
CREATE FUNCTION ledger_seal_posting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE head ledger_chainhead; sealed bytea; legs bigint; unbalanced text;
BEGIN
  SELECT sum(n), string_agg(currency || ' ' || total, ', ') FILTER (WHERE total <> 0) INTO legs, unbalanced
  FROM (SELECT a.currency, count(*) AS n, sum(e.amount) AS total
        FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        WHERE e.posting_id = NEW.id GROUP BY a.currency) sums;
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
CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_seal_posting();

-- Fingers off: nobody needs these but the triggers.
REVOKE EXECUTE ON FUNCTION ledger_seal_posting() FROM PUBLIC;
