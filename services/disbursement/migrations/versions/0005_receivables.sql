-- Who turned out to be whom, and when a person's right last changed: a name or an account changes nothing that is owed.
ALTER TABLE people ADD COLUMN merged_into uuid;           -- the person that this record turned out to be; NULL: nobody else
ALTER TABLE people ADD COLUMN entitlement text NOT NULL DEFAULT '';   -- digest of status, months, decisions and merging
ALTER TABLE people ADD COLUMN entitled_position bigint NOT NULL DEFAULT 0;   -- position of the event that last changed the digest
UPDATE people SET entitled_position = position;
CREATE INDEX people_merged_into ON people (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX people_entitled ON people (entitled_position);

-- What a decision signed before this system drew for an authority had the old way pay of a month that it never drew.
CREATE TABLE paid_before (
    benefit_month date NOT NULL,
    subject_id uuid NOT NULL,             -- beneficiary
    kind text NOT NULL,                   -- obligation kind
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    authority_id text NOT NULL,           -- whose drawing up found it
    found_at timestamptz NOT NULL,        -- business clock
    PRIMARY KEY (benefit_month, subject_id, kind)
);
CREATE INDEX paid_before_subject ON paid_before (subject_id);

-- Money owed back (khoản phải thu hồi): only by a decision, or brought along at go-live.
CREATE TABLE receivables (
    receivable_id uuid PRIMARY KEY,
    authority_id text NOT NULL,           -- paying authority that recovers it
    unit_id text NOT NULL,                -- commune
    run_id uuid NOT NULL REFERENCES runs, -- run of the newest payment it is about, under which the ledger has it
    origin text NOT NULL CHECK (origin IN ('overpayment', 'opening')),
    opening_entry_id uuid UNIQUE REFERENCES opening_entries (entry_id),   -- where it was brought along
    beneficiary_id uuid,                  -- whose months they are; NULL for somebody who is in no registry
    debtor_name text NOT NULL,            -- who received the money and owes it
    debtor_relationship text NOT NULL,    -- to the beneficiary: self, guardian, authorised, heir, ...
    decision_number text NOT NULL,        -- of the recovery decision; of the minutes where it was brought along
    decided_on date NOT NULL,
    notified_on date,                     -- day on which the debtor was told; NULL where it was brought along
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),   -- as decided: the sum of its months
    repaid_dong bigint NOT NULL DEFAULT 0 CHECK (repaid_dong >= 0),
    written_off_dong bigint NOT NULL DEFAULT 0 CHECK (written_off_dong >= 0),
    withdrawn_dong bigint NOT NULL DEFAULT 0 CHECK (withdrawn_dong >= 0),   -- taken back with its decision: was not owed after all
    state text NOT NULL CHECK (state IN ('decided', 'agreed', 'repaying', 'repaid', 'written_off', 'withdrawn')),
    agreed_on date,                       -- day of the newest instalment plan
    agreed_repaid_dong bigint,            -- what had been repaid before that plan
    made_issuer text NOT NULL,            -- who recorded the decision
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    closing_number text,                  -- of the decision that wrote it off or withdrew it
    closed_on date,                       -- day of that decision
    closing_reason text,
    closed_issuer text,                   -- who recorded it: never who made it
    closed_subject text,
    closed_at timestamptz,                -- business clock
    CHECK (repaid_dong + written_off_dong + withdrawn_dong <= amount_dong),
    CHECK ((state = 'repaid') = (repaid_dong = amount_dong)),
    CHECK ((state = 'written_off') = (written_off_dong > 0)),
    CHECK ((state = 'withdrawn') = (withdrawn_dong > 0)),
    CHECK (state NOT IN ('written_off', 'withdrawn') OR repaid_dong + written_off_dong + withdrawn_dong = amount_dong),
    CHECK (origin = 'opening' OR (closed_issuer, closed_subject) IS DISTINCT FROM (made_issuer, made_subject)),
    CHECK ((origin = 'opening') = (opening_entry_id IS NOT NULL))
);
CREATE INDEX receivables_authority ON receivables (authority_id, receivable_id);
CREATE INDEX receivables_beneficiary ON receivables (beneficiary_id);

-- Which months of which kind a receivable is about. Repayments go to the oldest first.
CREATE TABLE receivable_items (
    receivable_id uuid NOT NULL REFERENCES receivables,
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),
    subject_id uuid NOT NULL,             -- beneficiary
    kind text NOT NULL,                   -- obligation kind
    authority_id text NOT NULL,           -- the receivable's
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    repaid_dong bigint NOT NULL DEFAULT 0 CHECK (repaid_dong >= 0),
    withdrawn_dong bigint NOT NULL DEFAULT 0 CHECK (withdrawn_dong >= 0),
    CHECK (repaid_dong + withdrawn_dong <= amount_dong),
    PRIMARY KEY (receivable_id, benefit_month, subject_id, kind)
);
CREATE INDEX receivable_items_subject ON receivable_items (subject_id, benefit_month, kind);

-- The newest agreed plan: what is due when. A new plan takes the place of the one before.
CREATE TABLE receivable_instalments (
    receivable_id uuid NOT NULL REFERENCES receivables,
    due_on date NOT NULL,
    authority_id text NOT NULL,           -- the receivable's
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    PRIMARY KEY (receivable_id, due_on)
);

-- Money that came back to the Treasury. Append-only; a Treasury reference counts once.
CREATE TABLE receivable_repayments (
    repayment_id uuid PRIMARY KEY,
    receivable_id uuid NOT NULL REFERENCES receivables,
    authority_id text NOT NULL,           -- the receivable's
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    treasury_reference text NOT NULL,
    repaid_on date NOT NULL,              -- day of the Treasury's paper
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    UNIQUE (authority_id, treasury_reference)
);
CREATE INDEX receivable_repayments_receivable ON receivable_repayments (receivable_id);
CREATE TRIGGER receivable_repayments_append_only BEFORE UPDATE OR DELETE ON receivable_repayments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was brought along before there were receivables here.
INSERT INTO receivables (receivable_id, authority_id, unit_id, run_id, origin, opening_entry_id, beneficiary_id, debtor_name,
    debtor_relationship, decision_number, decided_on, amount_dong, state, made_issuer, made_subject, made_at)
SELECT e.entry_id, e.authority_id, e.unit_id, r.run_id, 'opening', e.entry_id, e.beneficiary_id,
    coalesce(e.person_name, p.full_name), CASE WHEN e.person_name IS NULL THEN 'self' ELSE 'unknown' END,
    coalesce(e.minutes_number, 'go-live'), e.agreed_on, e.amount_dong, 'decided', 'chitra', 'opening-balances', e.recorded_at
FROM opening_entries e LEFT JOIN people p USING (beneficiary_id) JOIN units u ON u.unit_id = e.unit_id
JOIN runs r ON r.unit_id = u.path[1] AND r.code = '0000-00'
WHERE e.kind = 'receivable' AND e.state = 'booked';
INSERT INTO ledger_entries (posted_at, book, run_id, authority_id, from_account, to_account, amount_dong, cause)
SELECT made_at, 'money', run_id, authority_id, 'opening', 'receivable', amount_dong, 'opening' FROM receivables;
