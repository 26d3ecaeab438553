-- What a unit says of a gate, from a day on. The newest of the nearest unit (authority before province) counts; without any,
-- the gate is as the code has it (domain/gates.py). Append-only.
CREATE TABLE gates (
    gate_id uuid PRIMARY KEY,             -- UUIDv7: of two from the same day the later one counts
    unit_id text NOT NULL,                -- province or paying authority
    code text NOT NULL,                   -- amount-jump, account-shared, ...; second-approval
    severity text NOT NULL CHECK (severity IN ('off', 'warn', 'block')),
    threshold numeric(20, 2) NOT NULL CHECK (threshold >= 0),  -- what the code says: times, people, years, đồng, per cent
    valid_from date NOT NULL,             -- in Vietnam
    set_issuer text NOT NULL,
    set_subject text NOT NULL,
    set_at timestamptz NOT NULL           -- business clock
);
CREATE INDEX gates_unit ON gates (unit_id, code, valid_from);
CREATE TRIGGER gates_append_only BEFORE UPDATE OR DELETE ON gates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Findings of a payroll that an officer took upon themselves, in writing. Findings are worked out anew each time; one counts as
-- accepted while what it measures is no more than what was accepted. Append-only.
CREATE TABLE accepted_findings (
    acceptance_id uuid PRIMARY KEY,       -- UUIDv7
    payroll_id uuid NOT NULL REFERENCES payrolls,
    authority_id text NOT NULL,
    code text NOT NULL,                   -- the gate's
    about text NOT NULL,                  -- payment, account or payee id; empty: the payroll as a whole
    measured numeric(20, 2) NOT NULL,     -- as it was when it was accepted
    reason text NOT NULL CHECK (reason <> ''),
    maker_issuer text NOT NULL,           -- who had prepared the payroll
    maker_subject text NOT NULL,
    accepted_issuer text NOT NULL,
    accepted_subject text NOT NULL,
    accepted_at timestamptz NOT NULL,     -- business clock
    CHECK ((maker_issuer, maker_subject) IS DISTINCT FROM (accepted_issuer, accepted_subject))
);
CREATE INDEX accepted_findings_payroll ON accepted_findings (payroll_id);
CREATE TRIGGER accepted_findings_append_only BEFORE UPDATE OR DELETE ON accepted_findings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An authority's estimate (dự toán) of a year; a later row replaces the earlier one. Append-only.
CREATE TABLE budgets (
    budget_id uuid PRIMARY KEY,           -- UUIDv7: the newest of a year counts
    authority_id text NOT NULL,
    budget_year integer NOT NULL CHECK (budget_year BETWEEN 2000 AND 2100),  -- of the run months it pays
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    paper_number text NOT NULL,           -- of the decision that allots it
    decided_on date NOT NULL,
    entered_issuer text NOT NULL,
    entered_subject text NOT NULL,
    entered_at timestamptz NOT NULL,      -- business clock
    UNIQUE (authority_id, budget_year, paper_number)
);
CREATE TRIGGER budgets_append_only BEFORE UPDATE OR DELETE ON budgets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who may sign in whose place (ký thay), for one authority, between two days.
CREATE TABLE delegations (
    delegation_id uuid PRIMARY KEY,       -- UUIDv7
    authority_id text NOT NULL,
    step text NOT NULL CHECK (step IN ('approve', 'second-approve')),
    from_issuer text NOT NULL,            -- the officer who is stood in for
    from_subject text NOT NULL,
    to_issuer text NOT NULL,              -- the officer who signs
    to_subject text NOT NULL,
    from_on date NOT NULL,                -- first day, in Vietnam
    to_on date NOT NULL,                  -- last day
    paper_number text NOT NULL,           -- of the paper that delegates
    made_at timestamptz NOT NULL,         -- business clock
    ended_at timestamptz,                 -- business clock; NULL: not taken back
    CHECK ((from_issuer, from_subject) IS DISTINCT FROM (to_issuer, to_subject)),
    CHECK (to_on >= from_on)
);
CREATE INDEX delegations_to ON delegations (to_subject, authority_id);

-- A line that was asked back after its chunk had been instructed. It stays in flight until the gateway says otherwise.
CREATE TABLE recalls (
    payment_id uuid PRIMARY KEY,
    run_month date NOT NULL,              -- partition of the payment
    payroll_id uuid NOT NULL,
    unit_id text NOT NULL,                -- commune
    reason text NOT NULL,
    asked_issuer text NOT NULL,
    asked_subject text NOT NULL,
    asked_at timestamptz NOT NULL,        -- business clock
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'stopped', 'too_late')),
    answered_at timestamptz,              -- business clock
    CHECK ((state = 'asked') = (answered_at IS NULL))
);

ALTER TABLE payrolls
    ADD COLUMN approved_for_issuer text,  -- in whose place it was approved; NULL: in the checker's own name
    ADD COLUMN approved_for_subject text,
    ADD COLUMN needs_second boolean NOT NULL DEFAULT false,  -- above the amount from which two approve; under the signature
    ADD COLUMN second_issuer text,
    ADD COLUMN second_subject text,
    ADD COLUMN second_at timestamptz,     -- business clock
    ADD COLUMN second_for_issuer text,    -- in whose place; NULL: in the second approver's own name
    ADD COLUMN second_for_subject text,
    ADD COLUMN released_communes text[],  -- unit ids of those whose lines may go out; NULL: all, once it is released
    ADD COLUMN second_signature bytea,    -- Ed25519 over root and first signature, by the key outside the database
    ADD CONSTRAINT delegator_is_not_maker CHECK (
        approved_for_subject IS NULL
        OR (prepared_issuer, prepared_subject) IS DISTINCT FROM (approved_for_issuer, approved_for_subject)),
    ADD CONSTRAINT three_persons CHECK (second_subject IS NULL OR (
        approved_subject IS NOT NULL
        AND (second_issuer, second_subject) IS DISTINCT FROM (prepared_issuer, prepared_subject)
        AND (second_issuer, second_subject) IS DISTINCT FROM (approved_issuer, approved_subject)
        AND (second_issuer, second_subject) IS DISTINCT FROM (approved_for_issuer, approved_for_subject))),
    ADD CONSTRAINT three_persons_delegated CHECK (second_for_subject IS NULL OR (
        second_subject IS NOT NULL
        AND (second_for_issuer, second_for_subject) IS DISTINCT FROM (prepared_issuer, prepared_subject)
        AND (second_for_issuer, second_for_subject) IS DISTINCT FROM (approved_issuer, approved_subject)
        AND (second_for_issuer, second_for_subject) IS DISTINCT FROM (approved_for_issuer, approved_for_subject))),
    ADD CONSTRAINT second_has_signed CHECK (state <> 'released' OR NOT needs_second OR second_signature IS NOT NULL);

-- Whole communes are released as far as the money goes: a chunk goes out once all of its lines' communes may.
ALTER TABLE chunks ADD COLUMN awaits_funding boolean NOT NULL DEFAULT false;  -- of a released payroll: a commune of it waits

-- What was prepared is not changed by the service, whatever its code says; only removed, by exception. Whoever may disable
-- triggers is found out by the seal. These triggers fire on statements that name the columns, so outcomes cost nothing.
CREATE FUNCTION refuse_sealed_line() RETURNS trigger LANGUAGE plpgsql SET search_path = disbursement, pg_temp AS $$
BEGIN
    IF current_user = 'chitra_disbursement' AND EXISTS (
        SELECT FROM payrolls p WHERE p.payroll_id = OLD.payroll_id AND p.state <> 'drawn') THEN
        RAISE EXCEPTION 'payroll % was prepared: its lines stay as they are', OLD.payroll_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_line';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sealed_line BEFORE UPDATE OF payment_id, payroll_id, chunk_no, line_no, beneficiary_id, payee_id, payee_version,
    payee_name, account_id, account_version, amount_dong, note, line_digest ON payments
    FOR EACH ROW EXECUTE FUNCTION refuse_sealed_line();
CREATE TRIGGER sealed_line_kept BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_sealed_line();
CREATE TRIGGER sealed_chunk BEFORE UPDATE OF payroll_id, chunk_no, payments, amount_dong, digest ON chunks
    FOR EACH ROW EXECUTE FUNCTION refuse_sealed_line();
CREATE TRIGGER sealed_chunk_kept BEFORE DELETE ON chunks FOR EACH ROW EXECUTE FUNCTION refuse_sealed_line();

CREATE FUNCTION refuse_sealed_payroll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'chitra_disbursement' AND OLD.state <> 'drawn' AND (
        (OLD.run_id, OLD.authority_id, OLD.contract_id, OLD.provider, OLD.channel, OLD.payments, OLD.amount_dong, OLD.root)
            IS DISTINCT FROM
        (NEW.run_id, NEW.authority_id, NEW.contract_id, NEW.provider, NEW.channel, NEW.payments, NEW.amount_dong, NEW.root)
        OR (OLD.signature IS NOT NULL AND (OLD.signature, OLD.needs_second) IS DISTINCT FROM (NEW.signature, NEW.needs_second))
        OR (OLD.second_signature IS NOT NULL AND OLD.second_signature IS DISTINCT FROM NEW.second_signature)) THEN
        RAISE EXCEPTION 'payroll % was prepared: it stays as it is', OLD.payroll_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_payroll';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sealed_payroll BEFORE UPDATE ON payrolls FOR EACH ROW EXECUTE FUNCTION refuse_sealed_payroll();

-- Lines and exceptions are only ever added.
CREATE FUNCTION refuse_service_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'chitra_disbursement' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER exceptions_append_only BEFORE UPDATE OR DELETE ON payroll_exceptions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_service_change();
CREATE TRIGGER payment_lines_kept BEFORE DELETE ON payment_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_service_change();
