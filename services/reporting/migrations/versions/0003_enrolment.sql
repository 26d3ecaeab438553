-- `unit_id` in sums: a commune, each unit above it, and '*' for all there are.

-- One pseudonymous row for a person of the registry: how they stand with accounts. The columns from `state` on are what the sums
-- count of the row, judged from the others and from asked_accounts.
CREATE TABLE enrolled (
    subject text PRIMARY KEY,             -- pseudonym of the person, the same as in person_months
    version integer NOT NULL,             -- of the newest record that came; an older one changes nothing
    unit_id text NOT NULL,                -- commune
    active boolean NOT NULL,              -- gets assistance, and is nobody else's record
    payee_id uuid NOT NULL,               -- who receives, the registry's id
    account_id uuid,                      -- in use, the registry's id; NULL: none
    provider text NOT NULL,               -- of that account; '' for none
    channel text NOT NULL,                -- wallet, account; '' for none
    hold text NOT NULL,                   -- the registry's word why no money may go out now; '' for none
    first_version integer,                -- the oldest record with an account that came; NULL: none did
    first_at timestamptz,                 -- its time, business clock
    first_unit_id text,                   -- its commune
    first_provider text,
    first_channel text,
    state text NOT NULL DEFAULT '' CHECK (state IN ('', 'with_account', 'waiting', 'refused', 'without')),  -- '': not counted
    counted_unit_id text NOT NULL DEFAULT '',
    counted_provider text NOT NULL DEFAULT '',  -- of the account, or who was asked; '' where nobody was
    counted_channel text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',      -- refused: why; without: 'ended' where there was an account
    asked_on date,                        -- waiting: since when, in Vietnam
    used boolean NOT NULL DEFAULT false   -- with_account: money was taken out of it
) WITH (fillfactor = 80);
CREATE INDEX enrolled_payee ON enrolled (payee_id);
CREATE INDEX enrolled_account ON enrolled (account_id) WHERE account_id IS NOT NULL;

-- Accounts by the registry's id, as far as anything was said of them: asked for, answered, in a record, used.
CREATE TABLE asked_accounts (
    account_id uuid PRIMARY KEY,
    payee_id uuid,                        -- NULL until a request came, as the next four
    unit_id text,                         -- the payee's commune when it was asked for
    provider text,
    asked_first_at timestamptz,           -- business clock, as the next four
    asked_last_at timestamptz,
    answered_at timestamptz,              -- the newest answer; NULL: none
    outcome text CHECK (outcome IN ('opened', 'refused')),
    reason text NOT NULL DEFAULT '',      -- why refused
    recorded_at timestamptz,              -- first time that it stood in a person's record
    first_used_on date,                   -- NULL: no use was said
    counted_unit_id text,                 -- as enrolment_days counts it; NULL: not counted, as the next
    counted_days integer
) WITH (fillfactor = 80);
CREATE INDEX asked_accounts_payee ON asked_accounts (payee_id) WHERE payee_id IS NOT NULL;

-- Active beneficiaries by how they stand.
CREATE TABLE enrolment_cells (
    unit_id text NOT NULL,
    state text NOT NULL,                  -- with_account, waiting, refused, without
    provider text NOT NULL,
    channel text NOT NULL,
    reason text NOT NULL,
    asked_on date,                        -- waiting only
    people bigint NOT NULL,               -- 0 where people were and are no more
    used bigint NOT NULL,                 -- of these, money was taken out of the account
    UNIQUE NULLS NOT DISTINCT (unit_id, state, provider, channel, reason, asked_on)
) WITH (fillfactor = 70);

-- People who came to their first account, by ISO week.
CREATE TABLE enrolment_weeks (
    unit_id text NOT NULL,
    week_on date NOT NULL CHECK (extract(isodow FROM week_on) = 1),  -- its Monday, in Vietnam
    provider text NOT NULL,
    channel text NOT NULL,
    people bigint NOT NULL,
    PRIMARY KEY (unit_id, week_on, provider, channel)
) WITH (fillfactor = 70);

-- How many days accounts took from the first request to the first record with them.
CREATE TABLE enrolment_days (
    unit_id text NOT NULL,
    provider text NOT NULL,
    days integer NOT NULL CHECK (days >= 0),
    accounts bigint NOT NULL,
    PRIMARY KEY (unit_id, provider, days)
) WITH (fillfactor = 70);

-- Money beside the payments, as the ledger posted it.
CREATE TABLE ledger_cells (
    unit_id text NOT NULL,                -- the authority's levels
    posted_month date NOT NULL CHECK (extract(day FROM posted_month) = 1),  -- business clock, in Vietnam
    book text NOT NULL CHECK (book IN ('money', 'fees')),
    provider text NOT NULL,               -- '' for none
    channel text NOT NULL,                -- '' for none
    cause text NOT NULL,
    from_account text NOT NULL,           -- kinds of accounts: treasury, provider, receivable, fee_owed, ...
    to_account text NOT NULL,
    entries bigint NOT NULL,
    amount_dong bigint NOT NULL,
    PRIMARY KEY (unit_id, posted_month, book, provider, channel, cause, from_account, to_account)
) WITH (fillfactor = 70);

-- Why a person's newest failed payment of a month failed.
CREATE TABLE person_failures (
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),
    subject text NOT NULL,                -- pseudonym
    unit_id text NOT NULL,                -- commune of the obligation
    position bigint NOT NULL,             -- of the event, in disbursement's log: an older one changes nothing
    reason text NOT NULL,                 -- the gateway's word
    PRIMARY KEY (benefit_month, subject)
) PARTITION BY RANGE (benefit_month);

-- What holds a commune's people back is asked for commune by commune.
CREATE INDEX person_months_unit ON person_months (unit_id);

-- Sending to a provider stopped, or of a payroll. Nobody's rows: everybody sees them, so the officer's words are not kept.
CREATE TABLE seen_stops (
    stop_id uuid PRIMARY KEY,             -- the gateway's
    scope text NOT NULL CHECK (scope IN ('provider', 'payroll')),
    key text NOT NULL,                    -- the provider's name, or the payroll's id
    cause text NOT NULL,                  -- person, error-rate, canary, restore
    stopped_at timestamptz NOT NULL,      -- business clock
    lifted_at timestamptz                 -- business clock; NULL while it is in force
);

-- When the gateway last said anything of a provider.
CREATE TABLE provider_news (
    provider text PRIMARY KEY,
    last_at timestamptz NOT NULL          -- business clock
) WITH (fillfactor = 50);
