-- The ledger has a third book, `fees`: fee_budget -> fee_owed:<contract> -> fee_paid:<contract>.
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_book_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_book_check CHECK (book IN ('money', 'obligations', 'fees'));
-- A month's books read the index alone; pages and statements walk one account in the order of posting.
DROP INDEX ledger_month;
CREATE INDEX ledger_month ON ledger_entries (benefit_month, authority_id)
    INCLUDE (posted_at, provider, channel, from_account, to_account, amount_dong, obligations) WHERE book = 'obligations';
CREATE INDEX ledger_posted ON ledger_entries (posted_at, entry_id);
CREATE INDEX ledger_from ON ledger_entries (from_account, posted_at, entry_id);
CREATE INDEX ledger_to ON ledger_entries (to_account, posted_at, entry_id);

-- What a contract's provider is given for each payment through a channel, from a day on.
CREATE TABLE contract_fees (
    contract_id uuid NOT NULL REFERENCES contracts,
    channel text NOT NULL CHECK (channel IN ('wallet', 'account', 'cash', 'cashier')),
    from_on date NOT NULL,                -- first day of payment that it holds for, until the next one's
    basis_points integer CHECK (basis_points BETWEEN 0 AND 10000),   -- of the amount, half up to whole đồng; or ...
    flat_dong bigint CHECK (flat_dong >= 0),                         -- ... so much for each payment
    back_on_return boolean NOT NULL,      -- whether the fee of a payment that comes back is not owed
    PRIMARY KEY (contract_id, channel, from_on),
    CHECK (num_nonnulls(basis_points, flat_dong) = 1)
);

-- The fee of each payment that was paid, as it was owed on that day.
CREATE TABLE payment_fees (
    run_month date NOT NULL,
    payment_id uuid NOT NULL,
    run_id uuid NOT NULL,
    authority_id text NOT NULL,
    contract_id uuid NOT NULL,
    channel text NOT NULL,
    fee_dong bigint NOT NULL CHECK (fee_dong >= 0),
    back_on_return boolean NOT NULL,      -- as the contract had it on the day of payment
    accrued_at timestamptz NOT NULL,      -- business clock
    reversed_at timestamptz,              -- business clock; NULL: it stands
    PRIMARY KEY (run_month, payment_id)
) PARTITION BY RANGE (run_month);
CREATE INDEX payment_fees_run ON payment_fees (run_id);

-- Fees paid to a provider, each by a paper.
CREATE TABLE fee_settlements (
    settlement_id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES runs,
    authority_id text NOT NULL,
    contract_id uuid NOT NULL REFERENCES contracts,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    paper_number text NOT NULL,           -- of the payment order
    paid_on date NOT NULL,
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    UNIQUE (contract_id, paper_number)
);
CREATE INDEX fee_settlements_run ON fee_settlements (run_id);

-- Days of which the gateway handed over what a provider says it paid. No personal data: references and amounts.
CREATE TABLE provider_days (
    provider text NOT NULL,
    source text NOT NULL CHECK (source IN ('provider_list', 'statement')),
    listed_on date NOT NULL,              -- the provider's business day
    lines integer NOT NULL,               -- of all parts
    parts integer NOT NULL,               -- how many events it takes; 0 lines are one part
    parts_come integer NOT NULL,          -- of these, come so far
    PRIMARY KEY (provider, source, listed_on)
);
CREATE TABLE provider_lines (
    provider text NOT NULL,
    source text NOT NULL,
    listed_on date NOT NULL,              -- the provider's business day
    line_no integer NOT NULL,             -- from 1, over all parts of the day
    reference text NOT NULL,              -- what the provider knows the payment by
    amount_dong bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('paid', 'returned', 'rejected', 'unclaimed', 'pending')),
    PRIMARY KEY (provider, source, listed_on, line_no)
);

-- A comparison of our payments with what a provider says: of a unit, a provider, perhaps a contract, and a run or a period.
CREATE TABLE reconciliations (
    reconciliation_id uuid PRIMARY KEY,
    unit_id text NOT NULL,                -- paying authority, or a unit above it
    provider text NOT NULL,
    contract_id uuid REFERENCES contracts,-- NULL: all contracts
    source text NOT NULL CHECK (source IN ('provider_list', 'statement')),
    run_id uuid REFERENCES runs,          -- NULL: of a period
    from_on date,                         -- first day of the period; NULL: of a run
    to_on date NOT NULL,                  -- what both sides knew by the end of this day
    from_gateway boolean NOT NULL,        -- the gateway fetched the lines, instead of somebody sending them
    scope text NOT NULL,                  -- all of the above in one text: the same list again has the same
    state text NOT NULL CHECK (state IN ('receiving', 'compared')),
    lines integer NOT NULL DEFAULT 0,     -- of theirs, compared
    result json,                          -- kind -> payments and đồng on both sides; NULL until compared
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    compared_at timestamptz,              -- business clock
    CHECK ((run_id IS NULL) = (from_on IS NOT NULL)),
    CHECK ((state = 'compared') = (result IS NOT NULL))
);
CREATE INDEX reconciliations_scope ON reconciliations (scope);
CREATE TABLE reconciliation_parts (
    reconciliation_id uuid NOT NULL REFERENCES reconciliations,
    part_no integer NOT NULL,
    digest bytea NOT NULL,                -- SHA-256 of the lines: the same part twice changes nothing
    lines integer NOT NULL,
    received_at timestamptz NOT NULL,     -- business clock
    PRIMARY KEY (reconciliation_id, part_no)
);
CREATE TABLE reconciliation_lines (
    reconciliation_id uuid NOT NULL,
    part_no integer NOT NULL,
    line_no integer NOT NULL,             -- from 1, in its part
    reference text NOT NULL,              -- what the provider knows the payment by
    amount_dong bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('paid', 'returned', 'rejected', 'unclaimed', 'pending')),
    said_at timestamptz NOT NULL,         -- as the list says
    seq bigint,                           -- the list's own running number, where it has one
    PRIMARY KEY (reconciliation_id, part_no, line_no)
);

-- Chênh lệch: what the two sides say differently, until it is closed.
CREATE TABLE reconciliation_breaks (
    break_id uuid PRIMARY KEY DEFAULT uuidv7(),
    unit_id text NOT NULL,                -- authority of the payment; else the reconciliation's unit
    provider text NOT NULL,
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('missing_there', 'missing_here', 'amount_differs', 'state_differs', 'paid_twice',
                                       'unknown_reference', 'sequence_gap')),
    reference text NOT NULL,              -- the payment's; of a gap, the list's scope and the numbers that are missing
    run_month date,                       -- of our payment
    payment_id uuid,                      -- NULL where it is none of ours
    our_state text,
    their_state text,
    our_dong bigint NOT NULL,             -- net paid by our books
    their_dong bigint NOT NULL,           -- net paid by theirs
    scope text NOT NULL,                  -- of the reconciliation that opened it
    opened_in uuid NOT NULL REFERENCES reconciliations,
    opened_at timestamptz NOT NULL,       -- business clock
    seen_in uuid NOT NULL REFERENCES reconciliations,  -- the newest that found it
    owner text,                           -- subject of the officer who looks after it
    assigned_at timestamptz,              -- business clock
    closed_at timestamptz,                -- business clock; NULL: open
    closed_as text CHECK (closed_as IN ('healed', 'explained_by_provider', 'corrected_here', 'corrected_there', 'money_returned',
                                        'written_off')),
    close_note text,                      -- the officer's own words
    evidence text,                        -- number of the paper behind it
    closed_issuer text,
    closed_subject text,
    closed_in uuid REFERENCES reconciliations,         -- the one that found it healed
    CHECK ((closed_at IS NULL) = (closed_as IS NULL)),
    CHECK ((closed_as = 'healed') = (closed_in IS NOT NULL) OR closed_as IS NULL)
);
CREATE UNIQUE INDEX reconciliation_breaks_open ON reconciliation_breaks (provider, source, reference, kind) WHERE closed_at IS NULL;
CREATE INDEX reconciliation_breaks_reference ON reconciliation_breaks (reference);

-- What an attempt is called at its provider: shared.kernel.ids.payment_reference in SQL; a test compares the two. Base32 of the
-- first 130 bits: 26 characters, each of five bits out of two bytes. Written out, since a loop takes ten times as long.
CREATE FUNCTION payment_reference(payment_id uuid, attempt_no integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    letters constant text := 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    d constant bytea := sha256(convert_to(payment_id::text || '/' || attempt_no, 'UTF8'));
BEGIN
    RETURN substr(letters, 1 + ((get_byte(d, 0) * 256 + get_byte(d, 1)) >> 11 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 0) * 256 + get_byte(d, 1)) >> 6 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 1) * 256 + get_byte(d, 2)) >> 9 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 1) * 256 + get_byte(d, 2)) >> 4 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 2) * 256 + get_byte(d, 3)) >> 7 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 3) * 256 + get_byte(d, 4)) >> 10 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 3) * 256 + get_byte(d, 4)) >> 5 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 4) * 256 + get_byte(d, 5)) >> 8 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 5) * 256 + get_byte(d, 6)) >> 11 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 5) * 256 + get_byte(d, 6)) >> 6 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 6) * 256 + get_byte(d, 7)) >> 9 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 6) * 256 + get_byte(d, 7)) >> 4 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 7) * 256 + get_byte(d, 8)) >> 7 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 8) * 256 + get_byte(d, 9)) >> 10 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 8) * 256 + get_byte(d, 9)) >> 5 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 9) * 256 + get_byte(d, 10)) >> 8 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 10) * 256 + get_byte(d, 11)) >> 11 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 10) * 256 + get_byte(d, 11)) >> 6 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 11) * 256 + get_byte(d, 12)) >> 9 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 11) * 256 + get_byte(d, 12)) >> 4 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 12) * 256 + get_byte(d, 13)) >> 7 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 13) * 256 + get_byte(d, 14)) >> 10 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 13) * 256 + get_byte(d, 14)) >> 5 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 14) * 256 + get_byte(d, 15)) >> 8 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 15) * 256 + get_byte(d, 16)) >> 11 & 31), 1)
        || substr(letters, 1 + ((get_byte(d, 15) * 256 + get_byte(d, 16)) >> 6 & 31), 1);
END $$;
