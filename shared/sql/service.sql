-- Tables that every service has in its own schema. Run by the first migration of each service with search_path set to it.

-- Outbox, which is also the event log: a state change and its event commit together. Kept 24 months.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    month date NOT NULL,              -- partition: wall month in which the event was written
    event_id uuid NOT NULL,           -- UUIDv7
    position bigint,                  -- gapless, in commit order; given by the relay, NULL until then
    type text NOT NULL,
    version integer NOT NULL,         -- version of the type's contract
    occurred_at timestamptz NOT NULL, -- business clock
    unit_id text,                     -- whose event it is, for the row scope of GET /v1/events; NULL is for system readers
    body json NOT NULL,
    PRIMARY KEY (month, event_id)
) PARTITION BY RANGE (month);
CREATE INDEX outbox_unpositioned ON outbox (seq) WHERE position IS NULL;
CREATE INDEX outbox_position ON outbox (position);

CREATE TABLE outbox_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_position bigint NOT NULL DEFAULT 0,       -- given to an event so far
    published_position bigint NOT NULL DEFAULT 0   -- confirmed by the bus so far
);
INSERT INTO outbox_state DEFAULT VALUES;

-- Inbox: the dedupe record of a consumed event commits with its effect.
CREATE TABLE inbox (
    source text NOT NULL,             -- service that said it
    position bigint NOT NULL,         -- in that service's event log
    handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, position)
);
CREATE TABLE inbox_watermark (
    source text PRIMARY KEY,
    position bigint NOT NULL          -- every event up to here has been applied; inbox rows up to here may go
);
CREATE TABLE inbox_parked (
    source text NOT NULL,
    position bigint NOT NULL,
    awaiting text NOT NULL,           -- what must come first
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries integer NOT NULL DEFAULT 0,
    message bytea NOT NULL,           -- the envelope as it came
    PRIMARY KEY (source, position)
);

-- Idempotency keys of POSTs that create. Dropped after 14 days.
CREATE TABLE idempotency_keys (
    client text NOT NULL,             -- issuer and subject of the token
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,         -- SHA-256 of the request
    status integer,                   -- NULL while the first request is under way
    response json,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (client, route, key)
);

-- Audit: append-only and hash-chained. audit_append is the only way in.
CREATE TABLE audit_log (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,          -- wall time
    business_on date NOT NULL,        -- business clock, date in Vietnam
    issuer text NOT NULL,
    subject text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    detail json NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL               -- sha256(previous_hash || the row as text)
);

CREATE FUNCTION audit_append(an_issuer text, a_subject text, an_action text, an_object text, a_detail json) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    last record;
    entry audit_log;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit:' || current_schema(), 0));  -- a chain has one end
    SELECT seq, hash INTO last FROM audit_log ORDER BY seq DESC LIMIT 1;
    entry.seq := coalesce(last.seq, 0) + 1;
    entry.at := clock_timestamp();
    entry.business_on := platform.business_today();
    entry.issuer := an_issuer; entry.subject := a_subject; entry.action := an_action; entry.object := an_object;
    entry.detail := a_detail;
    entry.previous_hash := coalesce(last.hash, ''::bytea);
    entry.hash := audit_hash(entry);
    INSERT INTO audit_log SELECT entry.*;
    RETURN entry.seq;
END $$;

CREATE FUNCTION audit_hash(entry audit_log) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(entry.previous_hash || convert_to(concat_ws('|', entry.seq, extract(epoch FROM entry.at), entry.business_on,
        entry.issuer, entry.subject, entry.action, entry.object, entry.detail::text), 'UTF8'))
$$;

CREATE FUNCTION audit_first_break() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT min(seq) FROM (
        SELECT seq, hash <> audit_hash(a) OR previous_hash <> coalesce(lag(hash) OVER (ORDER BY seq), ''::bytea)
            OR seq <> row_number() OVER (ORDER BY seq) AS broken FROM audit_log a) checked WHERE broken
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Administrative units as this service knows them. The registry owns them; the others copy them from its events.
CREATE TABLE units (
    unit_id text PRIMARY KEY,         -- code@valid_from
    code text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,                    -- last day; NULL while it lasts
    level text NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    name text NOT NULL,
    parent_id text,
    path text[] NOT NULL,             -- province first, the unit itself last
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE INDEX units_code ON units (code);
