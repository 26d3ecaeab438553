-- Where an obligation stands that another authority took over, and how often a person settled a contradiction about it.
ALTER TABLE obligations
    ADD COLUMN pay_unit_id text,                       -- commune that pays it since a hand-over; NULL: unit_id
    ADD COLUMN settlements integer NOT NULL DEFAULT 0  -- payments proven paid after they were let go: moves its steps on
        CHECK (settlements BETWEEN 0 AND 2);
ALTER TABLE contracts
    ADD COLUMN continues_id uuid REFERENCES contracts;  -- contract of the authority before, which this one goes on with

-- Hand-overs: everything open of an authority goes to those that follow it, in one dated act.
CREATE TABLE handovers (
    handover_id uuid PRIMARY KEY,
    from_authority_id text NOT NULL UNIQUE,  -- authority that ends: it hands over once
    happened_on date NOT NULL,            -- first day of the authorities that follow
    paper text NOT NULL,                  -- number of the resolution
    asked bytea NOT NULL,                 -- SHA-256 of what was asked: the same again changes nothing
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL          -- business clock
);
-- To whom a commune of the authority goes. A commune that was divided has a row for each part.
CREATE TABLE handover_communes (
    handover_id uuid NOT NULL REFERENCES handovers,
    from_unit_id text NOT NULL,           -- commune of then
    to_authority_id text NOT NULL,        -- authority that answers for it now
    to_unit_id text NOT NULL,             -- commune of now
    PRIMARY KEY (handover_id, from_unit_id, to_unit_id)
);
CREATE INDEX handover_communes_to ON handover_communes (to_authority_id);
CREATE INDEX handover_communes_to_unit ON handover_communes (to_unit_id);
-- What went over, by authority: the figures of the minutes.
CREATE TABLE handover_parts (
    handover_id uuid NOT NULL REFERENCES handovers,
    part_no integer NOT NULL,             -- in the order in which they were named
    authority_id text NOT NULL,           -- that took over
    in_flight integer NOT NULL,           -- obligations
    in_flight_dong bigint NOT NULL,
    resting integer NOT NULL,             -- obligations: not released, returned, unclaimed
    resting_dong bigint NOT NULL,
    money_dong bigint NOT NULL,           -- that lay at providers
    contracts integer NOT NULL,           -- that go on
    PRIMARY KEY (handover_id, part_no)
);
-- Who follows whom today, over as many hand-overs as there were: an heir that itself hands over gives its place to its own
-- heirs. Row scope reads it: a commune's past is its heir's to see.
CREATE TABLE unit_heirs (
    from_unit_id text NOT NULL,           -- commune, authority or province of then
    to_unit_id text NOT NULL,             -- the one that stands in its place today
    PRIMARY KEY (from_unit_id, to_unit_id)
);
CREATE INDEX unit_heirs_to ON unit_heirs (to_unit_id);
-- Money that changed hands: what lay at providers, and what a payee had that came back late.
CREATE TABLE handover_money (
    entry_id uuid PRIMARY KEY,
    handover_id uuid NOT NULL REFERENCES handovers,
    run_id uuid NOT NULL REFERENCES runs, -- in whose books it stands
    contract_id uuid NOT NULL REFERENCES contracts,  -- at whose providers it lies
    from_authority_id text NOT NULL,
    to_authority_id text NOT NULL,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    moved_at timestamptz NOT NULL         -- business clock
);
CREATE INDEX handover_money_run ON handover_money (run_id);

-- A run that an authority has closed: nothing more is posted in it.
CREATE TABLE run_closings (
    run_id uuid NOT NULL REFERENCES runs,
    authority_id text NOT NULL,
    closed_issuer text NOT NULL,
    closed_subject text NOT NULL,
    closed_at timestamptz NOT NULL,       -- business clock
    PRIMARY KEY (run_id, authority_id)
);
-- Payments of closed runs whose money moved afterwards: it stands in the open run's books and points back.
CREATE TABLE late_entries (
    entry_id uuid PRIMARY KEY,
    of_run_id uuid NOT NULL REFERENCES runs,  -- the payment's run, which was closed
    in_run_id uuid NOT NULL REFERENCES runs,  -- the open run that carries it
    authority_id text NOT NULL,
    contract_id uuid NOT NULL REFERENCES contracts,  -- of the payment's payroll
    payment_id uuid NOT NULL,
    amount_dong bigint NOT NULL CHECK (amount_dong <> 0),  -- above zero: reached the payee; below: came back
    posted_at timestamptz NOT NULL        -- business clock
);
CREATE INDEX late_entries_of ON late_entries (of_run_id);
CREATE INDEX late_entries_in ON late_entries (in_run_id);
ALTER TABLE ledger_entries
    ADD COLUMN about_run_id uuid REFERENCES runs;  -- the closed run that a late entry is about

-- How contradictions were settled.
ALTER TABLE contradictions
    ADD COLUMN resolution text CHECK (resolution IN ('ours_right', 'provider_right', 'paid_twice', 'amount_corrected')),
    ADD COLUMN settled_reason text,       -- in the officer's words
    ADD COLUMN evidence text,             -- number of the paper, statement or minutes behind it
    ADD COLUMN settled_issuer text,
    ADD COLUMN settled_subject text,
    ADD COLUMN settled_at timestamptz,    -- business clock
    ADD CHECK (num_nonnulls(resolution, settled_reason, evidence, settled_issuer, settled_subject, settled_at) IN (0, 6));
-- What a payment paid that another had paid, or that was owed no more. The money is to be recovered by a decision.
CREATE TABLE overpaid_lines (
    benefit_month date NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    revision integer NOT NULL,
    payment_id uuid NOT NULL,
    run_month date NOT NULL,              -- of the payment
    authority_id text NOT NULL,           -- that recovers it
    unit_id text NOT NULL,                -- commune
    contradiction_id uuid NOT NULL REFERENCES contradictions,
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    why text NOT NULL CHECK (why IN ('paid_by_another', 'not_owed')),
    established_at timestamptz NOT NULL,  -- business clock
    came_back_at timestamptz,             -- the provider sent it back later: nothing to recover
    PRIMARY KEY (payment_id, benefit_month, subject_id, kind, revision)
);

-- People who left their money uncollected for too long: nothing more goes out until the commune has verified.
CREATE TABLE suspensions (
    suspension_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune that verifies
    since_month date NOT NULL,            -- first run month in a row that did not reach the person
    months integer NOT NULL CHECK (months > 0),  -- run months in a row
    version integer NOT NULL,             -- of the registry's record then: a newer one may bring the decision
    suspended_at timestamptz NOT NULL,    -- business clock
    found text CHECK (found IN ('alive_and_entitled', 'moved', 'dead', 'not_entitled')),  -- newest verification
    ended_at timestamptz                  -- business clock
);
CREATE INDEX suspensions_person ON suspensions (beneficiary_id);
CREATE UNIQUE INDEX suspensions_open ON suspensions (beneficiary_id) WHERE ended_at IS NULL;
CREATE TABLE verifications (
    verification_id uuid PRIMARY KEY,
    suspension_id uuid NOT NULL REFERENCES suspensions,
    beneficiary_id uuid NOT NULL,
    unit_id text NOT NULL,                -- commune
    found text NOT NULL CHECK (found IN ('alive_and_entitled', 'moved', 'dead', 'not_entitled')),
    paper text NOT NULL,                  -- number of the verification minutes
    verified_on date NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    recorded_at timestamptz NOT NULL      -- business clock
);
CREATE INDEX verifications_person ON verifications (beneficiary_id);

-- A payment that was let go and is proven paid takes its obligation back, with the line that it had.
CREATE OR REPLACE FUNCTION guard_live_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.live_payment_id IS NOT NULL AND NEW.live_payment_id IS NOT NULL THEN
        RAISE EXCEPTION 'obligation % % % % already has a live payment', OLD.benefit_month, OLD.subject_id, OLD.kind, OLD.revision
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_live_payment';
    END IF;
    IF OLD.live_payment_id IS NULL AND NEW.payment_seq <> OLD.payment_seq + 1 AND NOT (
        NEW.payment_seq = OLD.payment_seq AND NEW.settlements = OLD.settlements + 1 AND EXISTS (
            SELECT FROM payment_lines l JOIN payments p ON p.run_month = l.run_month AND p.payment_id = l.payment_id
            WHERE l.benefit_month = NEW.benefit_month AND l.subject_id = NEW.subject_id AND l.kind = NEW.kind
                AND l.revision = NEW.revision AND l.payment_id = NEW.live_payment_id AND p.state = 'paid')) THEN
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

-- Whose rows a transaction sees, with the communes that these follow: what was theirs is their heirs' to see. A commune that
-- was divided is nobody's alone; of it only what was handed over is seen.
CREATE FUNCTION scope_with_heirs() RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT u.unit_id FROM units u WHERE u.path && (SELECT platform.scope_units())
    UNION ALL
    SELECT h.from_unit_id FROM unit_heirs h JOIN units u ON u.unit_id = h.to_unit_id
    GROUP BY h.from_unit_id HAVING bool_and(u.path && (SELECT platform.scope_units()))
$$;
