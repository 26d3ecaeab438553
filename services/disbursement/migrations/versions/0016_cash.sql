-- A cash order asked back after it was sent may have been withdrawn.
ALTER TABLE recalls DROP CONSTRAINT recalls_state_check;
ALTER TABLE recalls ADD CONSTRAINT recalls_state_check CHECK (state IN ('asked', 'stopped', 'withdrawn', 'too_late'));

-- Cash given to a commune's cashier, and cash brought back: each by a paper (phiếu chi, phiếu thu). Append-only.
CREATE TABLE cash_papers (
    paper_id uuid PRIMARY KEY,            -- UUIDv7
    run_id uuid NOT NULL REFERENCES runs,
    contract_id uuid NOT NULL REFERENCES contracts,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune
    kind text NOT NULL CHECK (kind IN ('advance', 'return')),
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    paper_number text NOT NULL,
    happened_on date NOT NULL,            -- when the cash changed hands
    counterpart text NOT NULL,            -- who took it or brought it: name and office
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    UNIQUE (authority_id, kind, paper_number)
);
CREATE INDEX cash_papers_run ON cash_papers (run_id, contract_id, unit_id);

-- A commune's cash of a run, settled: advanced = paid + returned + difference. A difference is open until it is closed.
CREATE TABLE cash_settlements (
    settlement_id uuid PRIMARY KEY,       -- UUIDv7
    run_id uuid NOT NULL REFERENCES runs,
    contract_id uuid NOT NULL REFERENCES contracts,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune
    advanced_dong bigint NOT NULL,
    paid_dong bigint NOT NULL,
    returned_dong bigint NOT NULL,
    difference_dong bigint NOT NULL,      -- above zero: cash is missing; below: the cashier paid from elsewhere
    owner text,                           -- subject of the officer who looks after the difference; NULL: there is none
    settled_issuer text NOT NULL,
    settled_subject text NOT NULL,
    settled_at timestamptz NOT NULL,      -- business clock
    closed_as text CHECK (closed_as IN ('returned', 'repaid_to_cashier', 'explained', 'written_off')),
    close_note text,                      -- the officer's own words
    evidence text,                        -- number of the paper behind it
    closed_issuer text,
    closed_subject text,
    closed_at timestamptz,                -- business clock; NULL: open, or nothing to close
    UNIQUE (run_id, contract_id, unit_id),
    CHECK (difference_dong = advanced_dong - paid_dong - returned_dong),
    CHECK ((difference_dong <> 0) = (owner IS NOT NULL)),
    CHECK ((closed_at IS NULL) = (closed_as IS NULL)),
    CHECK (closed_at IS NULL OR difference_dong <> 0)
);
CREATE INDEX cash_settlements_open ON cash_settlements (unit_id) WHERE difference_dong <> 0 AND closed_at IS NULL;

-- Who gets cash at home: of whoever can't come, and has no account. The order says it; the seal is not about how, but whom and what.
CREATE TABLE home_deliveries (
    beneficiary_id uuid NOT NULL,
    unit_id text NOT NULL,                -- commune
    from_on date NOT NULL,                -- chunks instructed from this day on carry it
    to_on date,                           -- last day; NULL while it lasts
    reason text NOT NULL,                 -- no illness by name: the officer's own words
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    PRIMARY KEY (beneficiary_id, from_on),
    CHECK (to_on >= from_on)
);
