-- The gateway's own copies of where money goes, by id *and* version: what was approved is what is paid, never a newer number.
CREATE TABLE accounts (
    account_id uuid NOT NULL,             -- the registry's
    version integer NOT NULL,             -- a new number is a new version
    provider text NOT NULL,               -- viettelpay, vietinbank
    channel text NOT NULL CHECK (channel IN ('wallet', 'account')),
    holder_name text NOT NULL,
    number_sealed text NOT NULL,          -- shared.crypto, purpose account-number
    PRIMARY KEY (account_id, version)
);
CREATE TABLE payees (
    payee_id uuid NOT NULL,               -- the registry's
    version integer NOT NULL,
    full_name text NOT NULL,
    identity_sealed text,                 -- purpose identity-number; who collects cash shows it. NULL: has no papers
    PRIMARY KEY (payee_id, version)
);
-- No route reads these: only the service's own work, which sees all rows, finds any.
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_work ON accounts USING ((SELECT platform.scope_is_all()));
ALTER TABLE payees ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_work ON payees USING ((SELECT platform.scope_is_all()));

-- Instructed chunks. One batch with the provider each; workers compete for them. Times here are wall time unless said.
CREATE TABLE chunks (
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    run_id uuid NOT NULL,
    run_month date NOT NULL,              -- partition of its attempts
    provider text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('wallet', 'account', 'cash', 'cashier')),
    authority_id text NOT NULL,           -- unit id of the paying authority
    batch_reference text NOT NULL UNIQUE CHECK (length(batch_reference) = 26),  -- what the batch is called at the provider; the same for each resend
    payments integer NOT NULL CHECK (payments BETWEEN 1 AND 500),
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    lines json NOT NULL,                  -- as instructed; json, since it is only ever read whole
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'open', 'settled', 'held')),
                                          -- waiting: no intent yet; settled: all final; held: a person must look, see `why`
    why text,                             -- what it waits for or why it is held; no personal data
    instructed_at timestamptz NOT NULL,   -- business clock
    pay_on date,                          -- business date of the first sending: part of a batch's content, so it stays
    send_at timestamptz,                  -- when a sender may take it; NULL: nothing to send
    tries integer NOT NULL DEFAULT 0,     -- sendings that surely did not reach the provider, in a row
    lease_until timestamptz,              -- a sender has it until then; after that its call's outcome is unknown
    worker text,                          -- that sender
    next_enquiry_at timestamptz,          -- NULL: nothing to ask
    enquiries integer NOT NULL DEFAULT 0, -- asked since the last sending
    settled_at timestamptz,               -- business clock
    PRIMARY KEY (payroll_id, chunk_no)
);
CREATE INDEX chunks_to_send ON chunks (send_at) WHERE send_at IS NOT NULL;
CREATE INDEX chunks_leased ON chunks (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX chunks_to_enquire ON chunks (next_enquiry_at) WHERE next_enquiry_at IS NOT NULL;

-- Attempts: one try to move one payment's money. Committed as `sending` before the provider is called.
CREATE TABLE attempts (
    run_month date NOT NULL,
    payment_id uuid NOT NULL,             -- disbursement's
    attempt_no integer NOT NULL CHECK (attempt_no BETWEEN 1 AND 1000000),
    reference text NOT NULL CHECK (length(reference) = 26),  -- what the provider knows it by; a hash of payment and attempt number
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    provider text NOT NULL,
    channel text NOT NULL,
    account_id uuid,                      -- NULL for cash
    account_version integer,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    state text NOT NULL CHECK (state IN ('sending', 'unknown', 'accepted', 'pending', 'paid', 'rejected', 'returned', 'unclaimed')),
    step integer NOT NULL,                -- attempt_no * 100 + n; grows with each outcome
    reason text,                          -- why rejected or returned
    provider_reference text,              -- the provider's own name for it, where it has one
    sent_at timestamptz NOT NULL,         -- wall time of the newest sending: time-outs are counted from it
    settled_at timestamptz,               -- business clock; of the newest final outcome
    sends integer NOT NULL DEFAULT 1,     -- sendings, all with this one reference
    not_found integer NOT NULL DEFAULT 0, -- how often the provider has said "not found" since the newest sending
    PRIMARY KEY (run_month, payment_id, attempt_no),
    UNIQUE (run_month, reference),
    CHECK ((account_id IS NULL) = (account_version IS NULL))
) PARTITION BY RANGE (run_month);
CREATE INDEX attempts_chunk ON attempts (payroll_id, chunk_no);

-- Enquiries and what came of them: the trace of a payment of which the provider said nothing.
CREATE TABLE enquiries (
    enquiry_id uuid PRIMARY KEY,          -- UUIDv7
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    authority_id text NOT NULL,
    provider text NOT NULL,
    asked_at timestamptz NOT NULL,        -- wall time
    business_at timestamptz NOT NULL,     -- business clock
    asked integer NOT NULL,               -- how many payments it asked about
    result json NOT NULL                  -- outcome -> payments; "not_found"; "resent"; or {"failed": reason}
);
CREATE INDEX enquiries_chunk ON enquiries (payroll_id, chunk_no);

-- Webhooks as they came, kept sealed; applied once by a worker.
CREATE TABLE webhooks (
    webhook_id uuid PRIMARY KEY,          -- UUIDv7: in the order of arrival
    provider text NOT NULL,
    delivery_id text NOT NULL,            -- the provider's id of it, the same for each try; else a hash of the content
    deliveries integer NOT NULL DEFAULT 1,-- how often it came
    body_sealed text NOT NULL,            -- raw body, packed and sealed, purpose raw-body
    received_at timestamptz NOT NULL,     -- wall time of its first coming
    business_at timestamptz NOT NULL,     -- business clock of its first coming
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'applied', 'parked', 'unmatched', 'unreadable')),
    next_try_at timestamptz,              -- NULL: done with
    tries integer NOT NULL DEFAULT 0,
    applied_at timestamptz,               -- business clock
    payroll_id uuid,                      -- of the chunk it speaks of
    chunk_no integer,
    authority_id text,
    result json,                          -- what came of it: {"applied": n, "stale": n, "contradictions": n, "unknown": n}
    UNIQUE (provider, delivery_id)
);
CREATE INDEX webhooks_to_apply ON webhooks (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX webhooks_chunk ON webhooks (payroll_id, chunk_no);

-- What came to the webhooks' address and was refused: only counted, nothing of it is kept.
CREATE TABLE webhook_refusals (
    provider text NOT NULL,
    code text NOT NULL,                   -- bad-signature, too-large, ...
    refused bigint NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL,         -- wall time
    PRIMARY KEY (provider, code)
);

-- Two sayings of one attempt that cannot both be true: nothing changed by the second; a person settles it.
CREATE TABLE contradictions (
    contradiction_id uuid PRIMARY KEY,
    run_month date NOT NULL,
    payment_id uuid NOT NULL,
    attempt_no integer NOT NULL,
    unit_id text NOT NULL,
    held text NOT NULL,                   -- our state
    said text NOT NULL,                   -- the outcome that was said
    amount_dong bigint NOT NULL,          -- as said; 0 where none was
    source text NOT NULL CHECK (source IN ('call', 'enquiry', 'webhook')),
    opened_at timestamptz NOT NULL,       -- business clock
    UNIQUE (payment_id, attempt_no, held, said, amount_dong)
);

-- Accounts that a provider is asked to open, or declared numbers that it is asked to check.
CREATE TABLE account_requests (
    account_id uuid PRIMARY KEY,          -- the registry's; also the request's name at the provider
    provider text NOT NULL,
    payee_id uuid NOT NULL,
    unit_id text NOT NULL,
    holder_name text NOT NULL,
    identity_sealed text,                 -- purpose identity-number
    phone_sealed text,                    -- purpose phone-number
    number_sealed text,                   -- a declared number to check; NULL: open one
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'asked', 'opened', 'refused')),
    next_try_at timestamptz,              -- wall time; NULL: answered
    tries integer NOT NULL DEFAULT 0,
    reason text,                          -- why refused; "existing" for an account that was there before
    requested_at timestamptz NOT NULL,    -- business clock
    answered_at timestamptz               -- business clock
);
CREATE INDEX account_requests_due ON account_requests (next_try_at) WHERE next_try_at IS NOT NULL;

-- Gates: the rows that a sender reads FOR SHARE in the transaction that commits its intents, and a stop takes exclusively.
CREATE TABLE gates (
    scope text NOT NULL CHECK (scope IN ('provider', 'payroll')),
    key text NOT NULL,                    -- provider's name, or payroll id
    stops integer NOT NULL DEFAULT 0 CHECK (stops >= 0),  -- stops in force; 0: open
    PRIMARY KEY (scope, key)
);
CREATE TABLE stops (
    stop_id uuid PRIMARY KEY,
    scope text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    issuer text NOT NULL, subject text NOT NULL, stopped_at timestamptz NOT NULL,     -- business clock
    lifted_issuer text, lifted_subject text, lifted_at timestamptz,                   -- NULL while in force
    FOREIGN KEY (scope, key) REFERENCES gates
);

-- Whether a worker has anything to do: a look without a transaction, since workers look ten times a second. It runs as the
-- owner, past row security, and so says yes or no and nothing else.
CREATE FUNCTION work_is_due(kind text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT CASE kind
        WHEN 'send' THEN EXISTS (SELECT FROM chunks WHERE send_at <= clock_timestamp() AND lease_until IS NULL)
        WHEN 'enquire' THEN EXISTS (SELECT FROM chunks WHERE next_enquiry_at <= clock_timestamp() AND lease_until IS NULL)
                            OR EXISTS (SELECT FROM chunks WHERE lease_until < clock_timestamp())
        WHEN 'apply' THEN EXISTS (SELECT FROM webhooks WHERE next_try_at <= clock_timestamp())
        WHEN 'open' THEN EXISTS (SELECT FROM account_requests WHERE next_try_at <= clock_timestamp())
    END
$$;
