-- Each watched table gets a trigger function of its own, written from its columns, so that the
-- database plans its statements once a session and not once a change (ADR 0085).

-- The INSERT that logs one kind of change. `names` are what it calls the relation, actor, channel,
-- record and request: variables of a written function, or $1 to $5.
CREATE FUNCTION audit_statement(watched oid, event text, hidden text[], ignored text[], names text[])
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    columns text := audit_columns(watched, hidden);
    key_text text;
BEGIN
    SELECT string_agg(format('(%%1$s.doc->>%L)', a.attname), ' || '','' || '
                      ORDER BY array_position(i.indkey::int[], a.attnum::int)) INTO key_text
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = watched AND i.indisprimary;
    IF event = 'UPDATE' THEN
        RETURN format($sql$
            INSERT INTO public.audit_event
                (relation, row_id, action, actor_id, channel, record, request, before, after)
            SELECT %5$s, coalesce(%3$s, %4$s), 'update', %6$s, %7$s, %8$s, %9$s, o.doc - %10$L::text[],
                CASE WHEN o.doc IS NULL THEN n.doc - %10$L::text[] ELSE (
                    SELECT jsonb_object_agg(pair.key, pair.value) FROM jsonb_each(n.doc - %10$L::text[]) pair
                    WHERE o.doc->pair.key IS DISTINCT FROM pair.value
                ) END
            FROM (SELECT to_jsonb(x) doc FROM (SELECT %1$s FROM old_rows r) x) o
            FULL JOIN (SELECT to_jsonb(x) doc FROM (SELECT %1$s FROM new_rows r) x) n ON %2$s
            WHERE o.doc IS NULL OR n.doc IS NULL OR o.doc - %10$L::text[] <> n.doc - %10$L::text[]
        $sql$, columns,
            coalesce(format(key_text, 'o') || ' = ' || format(key_text, 'n'), 'false'),
            coalesce(format(key_text, 'n'), 'NULL'), coalesce(format(key_text, 'o'), 'NULL'),
            names[1], names[2], names[3], names[4], names[5], ignored);
    END IF;
    RETURN format($sql$
            INSERT INTO public.audit_event
                (relation, row_id, action, actor_id, channel, record, request, %3$I)
            SELECT %5$s, %2$s, %10$L, %6$s, %7$s, %8$s, %9$s, d.doc
            FROM (SELECT to_jsonb(x) doc FROM (SELECT %1$s FROM %4$I r) x) d
        $sql$, columns, coalesce(format(key_text, 'd'), 'NULL'),
        CASE event WHEN 'INSERT' THEN 'after' ELSE 'before' END,
        CASE event WHEN 'INSERT' THEN 'new_rows' ELSE 'old_rows' END,
        names[1], names[2], names[3], names[4], names[5], lower(event));
END $$;

-- A table's columns as it was when its function was written: another list sends each change the long way.
CREATE FUNCTION audit_shape(watched oid) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = watched AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- The body of a table's function.
CREATE FUNCTION audit_body(watched oid, hidden text[], ignored text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    names CONSTANT text[] := '{relation_name,actor,via,legal,request_name}';
BEGIN
    RETURN format($body$
DECLARE
    summary_above CONSTANT bigint := 10000;
    counted bigint;
    is_as_written boolean;
    relation_name text := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
    actor bigint := nullif(current_setting('gisportal.actor', true), '')::bigint;
    via text := coalesce(nullif(current_setting('gisportal.channel', true), ''), 'sql');
    legal text := nullif(current_setting('gisportal.record', true), '');
    request_name text := nullif(current_setting('gisportal.request', true), '');
BEGIN
    IF TG_TABLE_SCHEMA LIKE 'pg\_temp%%' THEN
        RAISE EXCEPTION 'a temporary table is not logged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO public.audit_event (relation, action, actor_id, channel, record, request, row_count)
        VALUES (relation_name, 'truncate', actor, via, legal, request_name, 0);
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO counted FROM new_rows;
        IF counted > summary_above THEN
            INSERT INTO public.audit_event (relation, action, actor_id, channel, record, request, row_count)
            VALUES (relation_name, 'insert', actor, via, legal, request_name, counted);
            RETURN NULL;
        ELSIF counted = 0 THEN
            RETURN NULL;
        END IF;
    ELSIF NOT EXISTS (SELECT FROM old_rows) THEN
        RETURN NULL;
    END IF;
    SELECT string_agg(a.attname, ',' ORDER BY a.attnum) = %1$L INTO is_as_written FROM pg_attribute a
    WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped;
    IF NOT is_as_written THEN
        EXECUTE public.audit_statement(TG_RELID, TG_OP, %2$L, %3$L, '{$1,$2,$3,$4,$5}')
        USING relation_name, actor, via, legal, request_name;
    ELSIF TG_OP = 'INSERT' THEN %4$s;
    ELSIF TG_OP = 'UPDATE' THEN %5$s;
    ELSE %6$s;
    END IF;
    RETURN NULL;
END $body$, audit_shape(watched), hidden, ignored,
        audit_statement(watched, 'INSERT', hidden, ignored, names),
        audit_statement(watched, 'UPDATE', hidden, ignored, names),
        audit_statement(watched, 'DELETE', hidden, ignored, names));
END $$;

-- Write a table's function and return its name; functions that no trigger calls any more are dropped.
-- It runs as the owner, who alone may write the log; what the function does follows from the table alone.
CREATE FUNCTION audit_write(watched oid, hidden text[], ignored text[]) RETURNS name
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made name := 'audit_of_' || replace(gen_random_uuid()::text, '-', '');
    unused record;
BEGIN
    FOR unused IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p
        WHERE p.proname LIKE 'audit\_of\_%' AND p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)
    LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s', unused.signature);
    END LOOP;
    EXECUTE format(
        'CREATE FUNCTION public.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
        'SET search_path = pg_catalog, public, pg_temp AS %L', made, audit_body(watched, hidden, ignored));
    EXECUTE format('REVOKE ALL ON FUNCTION public.%I() FROM PUBLIC', made);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'gisportal_worker') THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION public.%I() TO gisportal_worker', made);
    END IF;
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION audit_watch(
    watched regclass, hidden text[] DEFAULT '{}', ignored text[] DEFAULT '{}', loaded bigint DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    keys text;
    arguments text;
    event text;
    writer name := audit_write(watched, hidden, ignored);
BEGIN
    SELECT string_agg(a.attname, ',' ORDER BY array_position(i.indkey::int[], a.attnum::int)) INTO keys
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = watched AND i.indisprimary;
    arguments := format(
        '%L, %L, %L', coalesce(keys, ''), array_to_string(hidden, ','), array_to_string(ignored, ','));
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', 'audit_' || lower(event), watched);
        EXECUTE format(
            'CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION public.%I(%s)',
            'audit_' || lower(event), event, watched,
            CASE event
                WHEN 'INSERT' THEN 'REFERENCING NEW TABLE AS new_rows'
                WHEN 'UPDATE' THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                WHEN 'DELETE' THEN 'REFERENCING OLD TABLE AS old_rows'
                ELSE ''
            END, writer, arguments);
    END LOOP;
    IF loaded IS NOT NULL THEN
        INSERT INTO audit_loading (relation, row_count) VALUES (watched, loaded);
    END IF;
END $$;

-- Whether a watched table's function is what would be written for it now.
CREATE FUNCTION audit_is_current(watched oid, hidden text[], ignored text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(bool_and(p.prosrc = audit_body(watched, hidden, ignored)), false)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = watched AND t.tgname IN ('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')
$$;

DO $$
DECLARE t record;
BEGIN
    REVOKE ALL ON FUNCTION audit_write(oid, text[], text[]) FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'gisportal_worker') THEN
        GRANT EXECUTE ON FUNCTION audit_write(oid, text[], text[]) TO gisportal_worker;
    END IF;
    FOR t IN
        SELECT c.oid AS watched, string_to_array(a[2], ',') AS hidden, string_to_array(a[3], ',') AS ignored
        FROM pg_class c CROSS JOIN LATERAL string_to_array(audit_watched(c.oid), '|') a
        WHERE c.relkind = 'r' AND audit_watched(c.oid) IS NOT NULL
    LOOP
        PERFORM audit_watch(t.watched::regclass, t.hidden, t.ignored);
    END LOOP;
END $$;
DROP FUNCTION audit_record();
