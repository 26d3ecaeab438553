-- Where a payee is told. The registry's own phone of the payee, newest known.
ALTER TABLE payees ADD COLUMN phone_sealed text;   -- purpose phone-number; NULL: has none, or none was said yet

-- Messages to payees (SMS), one for each payment and outcome, and for each notice of a change. The text is made when it is sent, and kept nowhere.
CREATE TABLE messages (
    run_month date NOT NULL,              -- partition: of the payment's run; of a change the month of the day
    message_id uuid NOT NULL,             -- UUIDv7; what the SMS gateway knows it by, the same for each try
    about uuid NOT NULL,                  -- the payment (disbursement's), or the notice (the registry's)
    kind text NOT NULL CHECK (kind IN ('paid', 'rejected', 'returned', 'unclaimed',     -- the outcome that it tells ...
        'account_ended', 'account_begun', 'payee_ended', 'payee_begun')),               -- ... or the change
    unit_id text NOT NULL,                -- commune
    payee_id uuid NOT NULL,               -- the registry's
    provider text,                        -- of a payment; this and the next two are NULL of a change
    channel text,
    amount_dong bigint CHECK (amount_dong > 0),
    months text[] NOT NULL,               -- benefit months as the transfer text names them: MM.YYYY; none of a change
    phone_sealed text,                    -- purpose phone-number, as known when it was queued; NULL: nobody to call
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'no_phone')),
    why text,                             -- why it failed or waits: a word without personal data
    next_try_at timestamptz,              -- wall time; NULL: done with
    tries integer NOT NULL DEFAULT 0,
    made_at timestamptz NOT NULL,         -- wall time: what is too old is not sent any more
    queued_at timestamptz NOT NULL,       -- business clock
    done_at timestamptz,                  -- business clock: when it was sent or given up
    PRIMARY KEY (run_month, message_id),
    UNIQUE (run_month, about, kind),      -- told once, however often and in whatever order outcomes come
    CHECK ((state = 'waiting') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'no_phone') = (phone_sealed IS NULL)),
    CHECK ((amount_dong IS NULL) = (provider IS NULL) AND (amount_dong IS NULL) = (channel IS NULL))
) PARTITION BY RANGE (run_month);
CREATE INDEX messages_due ON messages (next_try_at) WHERE next_try_at IS NOT NULL;

-- Whether messages are queued at all: the worker writes here what the settings say, so that every process that settles
-- payments knows it. No row: off.
CREATE TABLE message_switch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    is_on boolean NOT NULL,
    set_at timestamptz NOT NULL           -- wall time
);

-- Whether the messages' worker has anything to do: like work_is_due, says yes or no and nothing else.
CREATE FUNCTION messages_are_due() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT EXISTS (SELECT FROM messages WHERE next_try_at <= clock_timestamp())
$$;
