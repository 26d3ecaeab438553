-- A line asked back after it was sent may be withdrawn by its provider: then the answer comes later.
ALTER TABLE recalls DROP CONSTRAINT recalls_outcome_check;
ALTER TABLE recalls ADD CONSTRAINT recalls_outcome_check CHECK (outcome IN ('stopped', 'too_late', 'withdrawing'));

-- Cash orders asked back. Committed before the provider is asked; the payment is in flight until the end is known.
CREATE TABLE withdrawals (
    payment_id uuid PRIMARY KEY,          -- disbursement's
    run_month date NOT NULL,              -- partition of its attempt
    attempt_no integer NOT NULL,
    reference text NOT NULL,              -- of the attempt: what the provider knows the order by
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    unit_id text NOT NULL,                -- commune
    provider text NOT NULL,
    withdrawal_reference text,            -- what the provider knows the withdrawal by, the same each time it is asked; NULL: not asked
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'asked', 'requested', 'withdrawn', 'too_late')),
    reason text,                          -- the provider's own word, where it refused
    tries integer NOT NULL DEFAULT 0,     -- since the state last changed
    next_try_at timestamptz,              -- wall time; NULL: ended
    wanted_at timestamptz NOT NULL,       -- business clock
    asked_at timestamptz,                 -- business clock: when the provider was first asked, or was about to be
    ended_at timestamptz,                 -- business clock
    CHECK ((state IN ('withdrawn', 'too_late')) = (next_try_at IS NULL)),
    CHECK ((next_try_at IS NULL) = (ended_at IS NOT NULL))
);
CREATE INDEX withdrawals_due ON withdrawals (next_try_at) WHERE next_try_at IS NOT NULL;

-- Who collected cash, as the office's signed list said it first. The list itself is kept sealed with the webhook it came in.
CREATE TABLE collections (
    payment_id uuid NOT NULL,             -- disbursement's
    attempt_no integer NOT NULL,
    unit_id text NOT NULL,                -- commune
    collector_name text NOT NULL,         -- as the list writes it
    relationship text,                    -- self, authorised, guardian, ...: the office's word; NULL: not said
    identity_last4 text CHECK (identity_last4 ~ '^[0-9]{4}$'),  -- of the document shown; more of it is never kept
    receipt text CHECK (receipt IN ('signature', 'fingerprint')),   -- how the receiver confirmed it; NULL: not said
    place text CHECK (place IN ('counter', 'home')),            -- NULL: not said
    collected_on date,                    -- by the office's books; NULL: not said
    told_at timestamptz NOT NULL,         -- business clock
    PRIMARY KEY (payment_id, attempt_no)
);
CREATE TRIGGER collections_append_only BEFORE UPDATE OR DELETE ON collections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whether the withdrawals' worker has anything to do: like work_is_due, says yes or no and nothing else.
CREATE FUNCTION withdrawals_are_due() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT EXISTS (SELECT FROM withdrawals WHERE next_try_at <= clock_timestamp())
$$;
