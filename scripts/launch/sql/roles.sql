-- The portal's three roles, none of them a superuser; runs again without harm.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['gisportal_owner', 'gisportal_worker', 'gisportal_web'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE', name);
        END IF;
    END LOOP;
END $$;
-- The owner makes the tests' databases, and may act as the two lesser roles.
ALTER ROLE gisportal_owner CREATEDB;
GRANT gisportal_worker, gisportal_web TO gisportal_owner;
-- One slow question must not hold up the other visitors.
ALTER ROLE gisportal_web SET statement_timeout = '30s';
ALTER ROLE gisportal_web SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE gisportal_web SET max_parallel_workers_per_gather = 0;
-- Whoever reads the database itself (QGIS) is given one of these by the administrator; each sees
-- the views of one role of the portal, and nothing else.
DO $$
DECLARE role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['engineer', 'approver', 'assessor', 'treasurer', 'clerk', 'network', 'surveyor', 'auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gisportal_direct_' || role) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER', 'gisportal_direct_' || role);
        END IF;
        -- The owner looks through their eyes to prove what they see.
        EXECUTE format('GRANT %I TO gisportal_owner', 'gisportal_direct_' || role);
        EXECUTE format('ALTER ROLE %I SET default_transaction_read_only = on', 'gisportal_direct_' || role);
    END LOOP;
END $$;
