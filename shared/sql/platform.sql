-- What stands under every service: roles, schemas, the business clock, row scope and month partitions.
-- Run by `./chitra migrate` before the services' own migrations, as often as wanted.

DO $$
DECLARE name text;
BEGIN
    PERFORM pg_advisory_xact_lock(7412001);  -- roles belong to the cluster: two databases may be migrated at once
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chitra_owner') THEN
        CREATE ROLE chitra_owner NOLOGIN;
    END IF;
    FOREACH name IN ARRAY ARRAY['registry', 'disbursement', 'provider_gateway', 'reporting'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chitra_' || name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', 'chitra_' || name);
        END IF;
    END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS platform;
GRANT USAGE ON SCHEMA platform TO PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['registry', 'disbursement', 'provider_gateway', 'reporting'] LOOP
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', name);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', name, 'chitra_' || name);
    END LOOP;
END $$;

-- The business clock: one row, the same for all processes. Empty outside demo and test: then it is wall time.
CREATE TABLE IF NOT EXISTS platform.business_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    business_at timestamptz NOT NULL,   -- what the clock was set to
    set_at timestamptz NOT NULL         -- wall time of setting; the clock runs on from there
);
GRANT SELECT ON platform.business_clock TO PUBLIC;

CREATE OR REPLACE FUNCTION platform.business_now() RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT business_at + (clock_timestamp() - set_at) FROM platform.business_clock), clock_timestamp())
$$;

CREATE OR REPLACE FUNCTION platform.business_today() RETURNS date
LANGUAGE sql STABLE AS $$ SELECT (platform.business_now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date $$;

-- Row scope. Each transaction says with set_config('chitra.scope', ..., true) whose rows it may see: '*' for the services'
-- own work, else unit ids with commas between. Unset means nothing. Policies call these inside a sub-select so that
-- PostgreSQL evaluates them once for a query, not once for a row.
CREATE OR REPLACE FUNCTION platform.scope_is_all() RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT coalesce(current_setting('chitra.scope', true), '') = '*' $$;

CREATE OR REPLACE FUNCTION platform.scope_units() RETURNS text[]
LANGUAGE sql STABLE AS $$ SELECT string_to_array(coalesce(current_setting('chitra.scope', true), ''), ',') $$;

-- Month partitions. Services may not create tables; this function makes the one partition that a month needs. `fill_percent` below
-- 100 leaves room on its pages: rows that are changed soon stay on their page, and their indexes as they are (HOT).
DROP FUNCTION IF EXISTS platform.ensure_month_partition(text, text, date);
CREATE OR REPLACE FUNCTION platform.ensure_month_partition(
    schema_name text, table_name text, month date, fill_percent integer DEFAULT 100) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    partition_name text := table_name || '_' || to_char(month, 'YYYY_MM');
    first_day date := date_trunc('month', month)::date;
BEGIN
    IF session_user <> 'chitra_' || schema_name AND NOT pg_has_role(session_user, 'chitra_' || schema_name, 'MEMBER') THEN
        RAISE EXCEPTION 'partitions of % are not yours', schema_name USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_regclass(format('%I.%I', schema_name, partition_name)) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(schema_name || '.' || partition_name, 0));
    -- Asked of the catalog itself: after waiting for the lock this session's cache may still say that there is none.
    IF EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = schema_name AND c.relname = partition_name) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL EXCLUDING IDENTITY) WITH (fillfactor = %s)',
                   schema_name, partition_name, schema_name, table_name, fill_percent);
    EXECUTE format('ALTER TABLE %I.%I ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)', schema_name, table_name,
                   schema_name, partition_name, first_day, (first_day + interval '1 month')::date);
END $$;
GRANT EXECUTE ON FUNCTION platform.ensure_month_partition(text, text, date, integer) TO PUBLIC;
