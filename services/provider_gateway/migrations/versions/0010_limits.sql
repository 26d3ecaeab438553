-- How the way to each provider stands: pace, breaker, newest calls. Locked by whoever commits intents or ends a call, so that
-- the limits hold over all processes. One row a provider; the changes that an officer made stand in `limits`.
CREATE TABLE provider_ways (
    provider text PRIMARY KEY,
    limits json NOT NULL DEFAULT '{}',    -- limits that differ from those of the installation: name -> figure
    tokens double precision NOT NULL,     -- calls that might have gone at `tokens_at`
    tokens_at timestamptz NOT NULL,       -- wall time
    breaker text NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half-open')),
    failures integer NOT NULL DEFAULT 0,  -- calls in a row that failed
    opened_at timestamptz,                -- wall time; NULL while closed
    probe_until timestamptz,              -- wall time until which the one probing call is awaited; NULL unless half-open
    recent text NOT NULL DEFAULT '' CHECK (length(recent) <= 50),  -- newest calls, oldest first: . answered, t throttled, x failed
    last_success_at timestamptz,          -- wall time
    last_failure_at timestamptz,          -- wall time
    last_failure text,                    -- one word without data
    CHECK ((breaker = 'closed') = (opened_at IS NULL)),
    CHECK ((breaker = 'half-open') = (probe_until IS NOT NULL))
) WITH (fillfactor = 50);

-- When a provider has said that it will not work. Business clock; a weekly one in Vietnam time. Never deleted: ended.
CREATE TABLE maintenance_windows (
    window_id uuid PRIMARY KEY,           -- UUIDv7
    provider text NOT NULL,
    reason text NOT NULL,                 -- as the provider announced it
    starts_at timestamptz,                -- a single one; NULL of a weekly one, as ends_at
    ends_at timestamptz,                  -- first instant after it
    weekday integer CHECK (weekday BETWEEN 1 AND 7),  -- a weekly one: 1 is Monday; NULL of a single one, as the next four
    starts time,                          -- in Vietnam
    minutes integer CHECK (minutes > 0),  -- how long
    first_on date,                        -- first day on which it may begin
    last_on date,                         -- last day on which it may begin; NULL: until it is ended
    issuer text NOT NULL,                 -- who set it
    subject text NOT NULL,
    set_at timestamptz NOT NULL,          -- business clock
    ended_issuer text,                    -- who took it back; NULL while it counts, as the next three
    ended_subject text,
    ended_at timestamptz,                 -- business clock
    end_reason text,
    CHECK (ends_at > starts_at),
    CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND (starts_at IS NULL) = (weekday IS NOT NULL)),
    CHECK ((weekday IS NULL) = (starts IS NULL) AND (weekday IS NULL) = (minutes IS NULL)
           AND (weekday IS NULL) = (first_on IS NULL)),
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX maintenance_windows_counting ON maintenance_windows (provider) WHERE ended_at IS NULL;

-- What officers decided of an attempt that no provider answers for: proposed by one with a paper, decided by another.
CREATE TABLE attempt_decisions (
    decision_id uuid PRIMARY KEY,         -- UUIDv7
    run_month date NOT NULL,              -- the attempt, with the next two
    payment_id uuid NOT NULL,
    attempt_no integer NOT NULL,
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    unit_id text NOT NULL,                -- commune
    provider text NOT NULL,
    amount_dong bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('paid', 'not_paid', 'resend')),
    paper_number text NOT NULL,           -- number of the provider's letter or list that proves it
    paper_on date NOT NULL,               -- its date
    note text NOT NULL,                   -- no personal data: it is shown
    issuer text NOT NULL,                 -- who proposed
    subject text NOT NULL,
    proposed_at timestamptz NOT NULL,     -- business clock
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'refused')),
    decided_issuer text,                  -- who decided; NULL while open, as the next two
    decided_subject text,
    decided_at timestamptz,               -- business clock
    result text,                          -- what came of it: applied, stale, contradictions, resent, or why it was refused
    CHECK ((state = 'open') = (decided_at IS NULL) AND (state = 'open') = (decided_subject IS NULL)),
    CHECK ((issuer, subject) IS DISTINCT FROM (decided_issuer, decided_subject))   -- maker is never checker
);
CREATE UNIQUE INDEX attempt_decisions_open ON attempt_decisions (payment_id, attempt_no) WHERE state = 'open';
CREATE INDEX attempt_decisions_attempt ON attempt_decisions (payment_id);

ALTER TABLE contradictions DROP CONSTRAINT contradictions_source_check,
    ADD CONSTRAINT contradictions_source_check CHECK (source IN ('call', 'enquiry', 'webhook', 'person'));

ALTER TABLE chunks
    ADD COLUMN given_up_at timestamptz,   -- wall time since when nobody is asked any more: a person's; NULL: not so
    ADD COLUMN wanted_at timestamptz;     -- wall time at which an officer asked for an enquiry not made yet

ALTER TABLE webhooks
    ADD COLUMN fingerprint bytea;         -- keyed hash of what it says: the same id must say the same. NULL: came before 0010

-- Rightly signed webhooks whose id had come with another content. Never applied: a person asks the provider.
CREATE TABLE webhook_conflicts (
    conflict_id uuid PRIMARY KEY,         -- UUIDv7
    webhook_id uuid NOT NULL REFERENCES webhooks,   -- the first with this id: that one counts
    provider text NOT NULL,
    delivery_id text NOT NULL,
    fingerprint bytea NOT NULL,           -- as of webhooks
    body_sealed text NOT NULL,            -- raw body, packed and sealed, purpose raw-body
    deliveries integer NOT NULL DEFAULT 1,-- how often it came
    received_at timestamptz NOT NULL,     -- wall time of its first coming
    business_at timestamptz NOT NULL,     -- business clock of its first coming
    authority_id text,                    -- of the first's chunk; NULL: seen by those who see all
    UNIQUE (webhook_id, fingerprint)
);

-- Chunks with something open in them, or given up by the schedule: for lists of attempts, whose readers may not see the authority's
-- chunks. Runs as the owner, past row security, and so says their keys and nothing else.
CREATE FUNCTION open_chunks(given_up boolean) RETURNS TABLE (payroll_id uuid, chunk_no integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT c.payroll_id, c.chunk_no FROM chunks c
    WHERE c.state <> 'settled' AND (NOT given_up OR (c.given_up_at IS NOT NULL AND c.next_enquiry_at IS NULL
                                                     AND c.send_at IS NULL AND c.lease_until IS NULL))
$$;
