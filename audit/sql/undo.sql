DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgname, tgrelid::regclass AS watched FROM pg_trigger
        WHERE tgname IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.watched);
    END LOOP;
    FOR t IN SELECT p.oid::regprocedure AS written FROM pg_proc p WHERE p.proname LIKE 'audit\_of\_%' LOOP
        EXECUTE format('DROP FUNCTION %s', t.written);
    END LOOP;
END $$;
DROP FUNCTION audit_watched(regclass), audit_watch(regclass, text[], text[], bigint), audit_columns(oid, text[]);
DROP FUNCTION IF EXISTS audit_record(), audit_is_current(oid, text[], text[]), audit_write(oid, text[], text[]),
    audit_body(oid, text[], text[]), audit_shape(oid), audit_statement(oid, text, text[], text[], text[]);
DROP TABLE audit_loading, audit_event;
DROP FUNCTION audit_note_loading(), audit_refuse(), audit_refuse_direct();
