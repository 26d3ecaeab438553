-- The registry's people as the newest applied event says them. Rebuilt from the registry's event log.
CREATE TABLE people (
    beneficiary_id uuid PRIMARY KEY,
    version integer NOT NULL,             -- the registry's; an older one is ignored
    position bigint NOT NULL,             -- of the event, in the registry's log
    code text NOT NULL,                   -- e.g. HUE-0000123
    subject text NOT NULL,                -- pseudonym, for reporting
    full_name text NOT NULL,
    sex text NOT NULL CHECK (sex IN ('male', 'female')),
    birth_date date NOT NULL,
    birth_precision text NOT NULL CHECK (birth_precision IN ('day', 'year')),
    unit_id text NOT NULL,                -- commune
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'stopped', 'dead')),
    status_from_month date NOT NULL,
    hold text,                            -- why no money may go out now
    payee_id uuid NOT NULL,
    payee_version integer NOT NULL,
    payee_name text NOT NULL,
    payee_relationship text NOT NULL,     -- "self" for the beneficiary
    account_id uuid,
    account_version integer,
    account_provider text,
    account_channel text CHECK (account_channel IN ('wallet', 'account')),
    CHECK ((account_id IS NULL) = (account_version IS NULL) AND (account_id IS NULL) = (account_provider IS NULL)
           AND (account_id IS NULL) = (account_channel IS NULL))
);
CREATE INDEX people_unit ON people (unit_id);

-- Decisions in force or ended, with the record they came in.
CREATE TABLE decisions (
    decision_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    number text NOT NULL,
    decided_on date NOT NULL,
    kind text NOT NULL,                   -- obligation kind: monthly, care_support, ...
    category text NOT NULL,               -- code of shared/data/categories.csv
    from_month date NOT NULL,
    to_month date,                        -- last month owed; NULL while it lasts
    heads integer NOT NULL CHECK (heads BETWEEN 1 AND 20)
);
CREATE INDEX decisions_beneficiary ON decisions (beneficiary_id);

-- Contracts: an authority with a lead provider, its channels, and the communes it serves from a month.
CREATE TABLE contracts (
    contract_id uuid PRIMARY KEY,
    authority_id text NOT NULL,           -- unit id of the paying authority (2021: the district)
    number text NOT NULL,
    lead_provider text NOT NULL,          -- viettelpay, vietinbank, commune_cashier
    valid_from date NOT NULL,
    valid_to date,                        -- last day
    UNIQUE (authority_id, number)
);
CREATE TABLE contract_channels (
    contract_id uuid NOT NULL REFERENCES contracts,
    channel text NOT NULL CHECK (channel IN ('wallet', 'account', 'cash', 'cashier')),
    provider text NOT NULL,               -- who moves the money: VietinBank's contract pays cash through vnpost
    PRIMARY KEY (contract_id, channel)
);
CREATE TABLE contract_communes (
    contract_id uuid NOT NULL REFERENCES contracts,
    unit_id text NOT NULL,
    from_month date NOT NULL,             -- first run month
    to_month date,                        -- last run month
    PRIMARY KEY (contract_id, unit_id, from_month)
);
CREATE INDEX contract_communes_unit ON contract_communes (unit_id);

-- Pay runs (kỳ chi trả). A run may pay several benefit months.
CREATE TABLE runs (
    run_id uuid PRIMARY KEY,
    unit_id text NOT NULL,                -- province
    code text NOT NULL,                   -- 2021-10
    run_month date NOT NULL CHECK (extract(day FROM run_month) = 1),
    benefit_months date[] NOT NULL CHECK (cardinality(benefit_months) BETWEEN 1 AND 12),
    opened_at timestamptz NOT NULL,
    UNIQUE (unit_id, code)
);
CREATE TABLE run_authorities (
    run_id uuid NOT NULL REFERENCES runs,
    authority_id text NOT NULL,
    draw_no integer NOT NULL,             -- 0 the first drawing up; 1, 2, ... supplements
    registry_position bigint NOT NULL,    -- the cut: every registry event up to here is in; release looks at all that came after
    drawn_at timestamptz NOT NULL,
    drawn_issuer text NOT NULL,
    drawn_subject text NOT NULL,
    PRIMARY KEY (run_id, authority_id, draw_no)
);

-- One row for each authority that ever drew up. A draw-up counts it up first: a second one at the same time then fails to
-- serialise and starts again with what the first left, so that two never draw from the same snapshot.
CREATE TABLE draw_gates (
    authority_id text PRIMARY KEY,
    draws bigint NOT NULL
);

-- What the law owes: the database refuses a second one, and a second live payment of one.
CREATE TABLE obligations (
    benefit_month date NOT NULL,
    subject_id uuid NOT NULL,             -- beneficiary whose situation earns it
    kind text NOT NULL,                   -- monthly, care_support, funeral, one_off:<campaign>
    revision integer NOT NULL,            -- 0, then one more for each difference decided later
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),   -- what this row adds to earlier revisions
    total_dong bigint NOT NULL CHECK (total_dong >= 0),    -- what the month owes after this revision
    run_id uuid NOT NULL REFERENCES runs,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune in that month
    decision_id uuid NOT NULL,
    category text NOT NULL,
    coefficient numeric(6, 2),            -- NULL where the law gives a flat amount
    heads integer NOT NULL,
    level_dong bigint NOT NULL,           -- standard level of the month, or the flat amount
    subject text NOT NULL,                -- pseudonym
    category_group text NOT NULL,         -- coarse, never reveals HIV: children, single_parents, elderly, disabled, ...
    sex text NOT NULL,
    age_band text NOT NULL,
    resting text NOT NULL DEFAULT 'new' CHECK (resting IN ('new', 'returned', 'unclaimed', 'cancelled')),  -- place while no payment lives
    live_run_month date,                  -- partition of the live payment
    live_payment_id uuid,                 -- the one payment that is open or paid
    payment_seq integer NOT NULL DEFAULT 0,   -- how many payments it has had
    avoid_account_id uuid,                -- account that a payment failed on, at ...
    avoid_account_version integer,        -- ... this version: the next payment goes another way
    CHECK ((live_payment_id IS NULL) = (live_run_month IS NULL)),
    CHECK (live_payment_id IS NULL OR payment_seq > 0),
    CHECK (extract(day FROM benefit_month) = 1),
    PRIMARY KEY (benefit_month, subject_id, kind, revision)
) PARTITION BY RANGE (benefit_month);
CREATE INDEX obligations_subject ON obligations (subject_id);
-- What a supplement looks for. Obligations are inserted with their first payment, so only the few that rest are in here.
CREATE INDEX obligations_resting ON obligations (authority_id) WHERE live_payment_id IS NULL AND resting <> 'cancelled';

-- Payrolls: the payments of one run, authority, contract and channel; seq 0, then supplements.
CREATE TABLE payrolls (
    payroll_id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES runs,
    run_month date NOT NULL,
    authority_id text NOT NULL,
    contract_id uuid NOT NULL REFERENCES contracts,
    provider text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('wallet', 'account', 'cash', 'cashier')),
    seq integer NOT NULL,
    registry_position bigint NOT NULL,
    payments integer NOT NULL,
    amount_dong bigint NOT NULL,
    state text NOT NULL DEFAULT 'drawn' CHECK (state IN ('drawn', 'prepared', 'approved', 'released', 'cancelled')),
    prepared_issuer text, prepared_subject text, prepared_at timestamptz,
    approved_issuer text, approved_subject text, approved_at timestamptz,
    released_issuer text, released_subject text, released_at timestamptz,
    root bytea,                           -- SHA-256 over header and chunk digests, set at prepare
    signature bytea,                      -- Ed25519 by the key outside the database, set at approval
    seal_broken_at timestamptz,           -- a chunk did not verify when it was to be instructed: nothing more of it goes out
    UNIQUE (run_id, authority_id, contract_id, channel, seq),
    CHECK ((prepared_issuer, prepared_subject) IS DISTINCT FROM (approved_issuer, approved_subject) OR approved_subject IS NULL),
    CHECK (state NOT IN ('approved', 'released') OR (signature IS NOT NULL AND approved_subject IS NOT NULL AND prepared_subject IS NOT NULL))
);
CREATE INDEX payrolls_run ON payrolls (run_id, authority_id);

CREATE TABLE chunks (
    payroll_id uuid NOT NULL REFERENCES payrolls,
    chunk_no integer NOT NULL,
    payments integer NOT NULL CHECK (payments BETWEEN 1 AND 500),
    amount_dong bigint NOT NULL,
    digest bytea NOT NULL,                -- SHA-256 over the digests of its lines, in line order
    state text NOT NULL DEFAULT 'sealed' CHECK (state IN ('sealed', 'instructed', 'answered')),
    instructed_at timestamptz,
    answered_at timestamptz,
    PRIMARY KEY (payroll_id, chunk_no)
);
CREATE INDEX chunks_unanswered ON chunks (payroll_id) WHERE state <> 'answered';

-- Payments. Until instruction their state stands on payroll and chunk, not here; state is in no index.
CREATE TABLE payments (
    run_month date NOT NULL,
    payment_id uuid NOT NULL,             -- UUIDv7
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    line_no integer NOT NULL,             -- within the payroll, from 1
    run_id uuid NOT NULL,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune
    beneficiary_id uuid NOT NULL,
    beneficiary_code text NOT NULL,
    payee_id uuid NOT NULL,
    payee_version integer NOT NULL,
    payee_name text NOT NULL,
    account_id uuid,
    account_version integer,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    note text NOT NULL,                   -- transfer text: no diacritics, no category
    line_digest bytea NOT NULL,           -- SHA-256 of the line's plaintext values
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'rejected', 'returned', 'unclaimed', 'removed')),
    step integer NOT NULL DEFAULT 0,      -- the gateway's newest applied step
    reason text,
    provider_reference text,
    settled_at timestamptz,               -- business clock
    PRIMARY KEY (run_month, payment_id)
) PARTITION BY RANGE (run_month);
CREATE INDEX payments_chunk ON payments (payroll_id, chunk_no);
CREATE INDEX payments_beneficiary ON payments (beneficiary_id);

-- Which obligations a payment settles. Append-only; payment_seq in the key makes a second live payment impossible.
CREATE TABLE payment_lines (
    benefit_month date NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    revision integer NOT NULL,
    payment_seq integer NOT NULL,         -- the obligation's, as this payment took it
    run_month date NOT NULL,
    payment_id uuid NOT NULL,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    PRIMARY KEY (benefit_month, subject_id, kind, revision, payment_seq)
) PARTITION BY RANGE (benefit_month);
CREATE INDEX payment_lines_payment ON payment_lines (payment_id);
CREATE TRIGGER payment_lines_append_only BEFORE UPDATE ON payment_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION guard_live_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.live_payment_id IS NOT NULL AND NEW.live_payment_id IS NOT NULL THEN
        RAISE EXCEPTION 'obligation % % % % already has a live payment', OLD.benefit_month, OLD.subject_id, OLD.kind, OLD.revision
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_live_payment';
    END IF;
    IF OLD.live_payment_id IS NULL AND NEW.payment_seq <> OLD.payment_seq + 1 THEN
        RAISE EXCEPTION 'a new payment takes the next payment_seq' USING ERRCODE = 'check_violation', CONSTRAINT = 'next_payment_seq';
    END IF;
    IF NEW.live_payment_id IS NULL AND NOT EXISTS (
        SELECT FROM payments p WHERE p.run_month = OLD.live_run_month AND p.payment_id = OLD.live_payment_id
            AND p.state IN ('rejected', 'returned', 'unclaimed', 'removed')) THEN
        RAISE EXCEPTION 'payment % has not finally failed', OLD.live_payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'lets_go_when_failed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_live_payment BEFORE UPDATE ON obligations FOR EACH ROW
    WHEN (OLD.live_payment_id IS DISTINCT FROM NEW.live_payment_id) EXECUTE FUNCTION guard_live_payment();

-- After approval lines can only be removed, by entries that are signed like the payroll itself.
CREATE TABLE payroll_exceptions (
    payroll_id uuid NOT NULL REFERENCES payrolls,
    payment_id uuid NOT NULL,
    reason text NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    made_at timestamptz NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (payroll_id, payment_id)
);

-- Funding: what the Treasury credited to a provider for a run.
CREATE TABLE fundings (
    funding_id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES runs,
    authority_id text NOT NULL,
    contract_id uuid NOT NULL REFERENCES contracts,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    withdrawal_paper text NOT NULL,       -- giấy rút dự toán
    treasury_reference text NOT NULL,
    credited_on date NOT NULL,
    confirmed_issuer text NOT NULL,
    confirmed_subject text NOT NULL,
    confirmed_at timestamptz NOT NULL,
    UNIQUE (authority_id, treasury_reference)
);

-- Refunds: unspent money that went back from a provider to the Treasury.
CREATE TABLE refunds (
    refund_id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES runs,  -- the run it closes
    authority_id text NOT NULL,
    contract_id uuid NOT NULL REFERENCES contracts,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL          -- business clock
);
CREATE INDEX refunds_run ON refunds (run_id);
CREATE INDEX fundings_run ON fundings (run_id);

-- The ledger: each row moves an amount from one account to another. Two books: `money` (treasury, provider:<contract>,
-- payees, returned) and `obligations` (law, then the seven places). Posted per chunk and transition. Append-only.
CREATE TABLE ledger_entries (
    entry_id uuid PRIMARY KEY DEFAULT uuidv7(),
    posted_at timestamptz NOT NULL,       -- business clock
    book text NOT NULL CHECK (book IN ('money', 'obligations')),
    run_id uuid NOT NULL REFERENCES runs,
    authority_id text NOT NULL,
    contract_id uuid,
    provider text,
    channel text,
    benefit_month date,                   -- book obligations only
    from_account text NOT NULL,
    to_account text NOT NULL CHECK (to_account <> from_account),
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    obligations integer NOT NULL DEFAULT 0,
    cause text NOT NULL,                  -- funding, draw-up, instruct, outcome, removal, refund
    payroll_id uuid,
    chunk_no integer,
    CHECK ((book = 'obligations') = (benefit_month IS NOT NULL))
);
CREATE INDEX ledger_month ON ledger_entries (benefit_month) WHERE book = 'obligations';
CREATE INDEX ledger_run ON ledger_entries (run_id);
CREATE TRIGGER ledger_append_only BEFORE UPDATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What two sources say differently of one payment: for a person to settle.
CREATE TABLE contradictions (
    contradiction_id uuid PRIMARY KEY,
    authority_id text NOT NULL,
    run_month date NOT NULL,
    payment_id uuid NOT NULL,
    held text NOT NULL,                   -- what we hold
    said text NOT NULL,                   -- what was said
    amount_dong bigint NOT NULL,          -- as said
    opened_at timestamptz NOT NULL,
    UNIQUE (payment_id, held, said, amount_dong)
);
