-- What every database of the portal has before its first migration; runs again without harm.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS postgis_raster;
CREATE EXTENSION IF NOT EXISTS pgrouting;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;

ALTER SCHEMA public OWNER TO gisportal_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO gisportal_worker, gisportal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gisportal_worker, gisportal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_owner IN SCHEMA public
    GRANT SELECT, USAGE ON SEQUENCES TO gisportal_worker, gisportal_web;

-- A town's own grid is a row of the owner's here, and a backup brings it back.
GRANT SELECT, INSERT, UPDATE, DELETE ON spatial_ref_sys TO gisportal_owner;

-- Imported layers are tables of the worker's own.
CREATE SCHEMA IF NOT EXISTS imported;
ALTER SCHEMA imported OWNER TO gisportal_worker;
GRANT USAGE ON SCHEMA imported TO gisportal_web, gisportal_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_worker IN SCHEMA imported
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gisportal_web;
ALTER DEFAULT PRIVILEGES FOR ROLE gisportal_worker IN SCHEMA imported
    GRANT SELECT, USAGE ON SEQUENCES TO gisportal_web;

-- Views for programs that read the database itself: made by the worker, one schema for each role.
DO $$
DECLARE role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['engineer', 'approver', 'assessor', 'treasurer', 'clerk', 'network', 'surveyor', 'auditor'] LOOP
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', 'direct_' || role);
        EXECUTE format('ALTER SCHEMA %I OWNER TO gisportal_worker', 'direct_' || role);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', 'direct_' || role, 'gisportal_direct_' || role);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', 'gisportal_direct_' || role);
    END LOOP;
END $$;
