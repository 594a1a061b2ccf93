DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgname, tgrelid::regclass AS watched FROM pg_trigger
        WHERE tgfoid = 'audit_record'::regproc
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.watched);
    END LOOP;
END $$;
DROP FUNCTION audit_watched(regclass), audit_watch(regclass, text[], text[], bigint), audit_record(),
    audit_columns(oid, text[]);
DROP TABLE audit_loading, audit_event;
DROP FUNCTION audit_note_loading(), audit_refuse(), audit_refuse_direct();
