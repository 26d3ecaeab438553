-- How many of a unit's people are to be paid into an account by when. A commune without one goes by its district's, and so on.
CREATE TABLE enrolment_targets (
    unit_id text PRIMARY KEY,
    starts_on date NOT NULL,
    target_on date NOT NULL,
    share_percent integer NOT NULL CHECK (share_percent BETWEEN 1 AND 100),   -- of the people entitled
    provider text,                        -- who opens the accounts there, by contract; NULL: as the families wish
    set_at timestamptz NOT NULL,          -- business clock
    set_issuer text NOT NULL,
    set_subject text NOT NULL,
    CHECK (target_on > starts_on)
);

-- Lists of payees who are to have accounts, handed to a provider on paper or as a file.
CREATE SEQUENCE registration_list_numbers;
CREATE TABLE registration_lists (
    list_id uuid PRIMARY KEY,
    list_number integer NOT NULL UNIQUE,  -- what the list is called on paper
    unit_id text NOT NULL,                -- commune
    provider text NOT NULL,
    rows integer NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    made_issuer text NOT NULL,
    made_subject text NOT NULL
);
CREATE INDEX registration_lists_unit ON registration_lists (unit_id, list_id);

ALTER TABLE accounts
    ADD COLUMN list_id uuid REFERENCES registration_lists,   -- list by which it was asked for; NULL: over the provider's API
    ADD COLUMN list_row integer,          -- place on that list, from 1
    ADD COLUMN name_verdict text CHECK (name_verdict IN ('match', 'near', 'different', 'not_told', 'accepted')),
                                          -- the holder's name against the payee's, newest evidence; near and different are
                                          -- not paid into; accepted: near, and an officer said yes
    ADD COLUMN name_due_on date,          -- when the holder's name is to be asked for again; NULL: not in use
    ADD COLUMN told_number_sealed text,   -- another number that the provider named for an account in use; waits for officers
    ADD COLUMN told_number_index bytea,
    ADD COLUMN told_at timestamptz,       -- business clock
    ADD CHECK ((list_id IS NULL) = (list_row IS NULL)),
    ADD CHECK ((told_number_sealed IS NULL) = (told_number_index IS NULL) AND (told_at IS NULL) = (told_number_index IS NULL));
CREATE UNIQUE INDEX accounts_list_row ON accounts (list_id, list_row) WHERE list_id IS NOT NULL;
CREATE INDEX accounts_name_due ON accounts (name_due_on, account_id) WHERE name_due_on IS NOT NULL;
UPDATE accounts SET name_due_on = (answered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + 90 WHERE state = 'active';
CREATE INDEX accounts_payee ON accounts (payee_id);

-- It was decided, by two officers, that the person is paid in cash although the payee may have an account.
ALTER TABLE beneficiaries ADD COLUMN cash_chosen boolean NOT NULL DEFAULT false CHECK (NOT cash_chosen OR account_id IS NULL);
-- Who is entitled and has no account yet, in the order in which they are listed.
CREATE INDEX beneficiaries_without_account ON beneficiaries (unit_id, code) WHERE account_id IS NULL AND status = 'active';

-- What happened in an account's life, each once. Append-only.
CREATE TABLE account_steps (
    account_id uuid NOT NULL REFERENCES accounts,
    step text NOT NULL CHECK (step IN ('requested', 'opened', 'refused', 'card_handed_over', 'guidance_given', 'first_withdrawal')),
    unit_id text NOT NULL,                -- the payee's commune
    happened_on date NOT NULL,
    source text NOT NULL CHECK (source IN ('registry', 'provider', 'staff', 'bank_data')),   -- who saw it
    reason text,                          -- why refused
    recorded_at timestamptz NOT NULL,     -- business clock
    issuer text NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (account_id, step)
);
CREATE INDEX account_steps_unit ON account_steps (unit_id, step);
INSERT INTO account_steps
SELECT account_id, 'requested', unit_id, (requested_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 'registry', NULL, requested_at,
    'chitra', 'registry'
FROM accounts WHERE requested_at IS NOT NULL;
INSERT INTO account_steps
SELECT account_id, CASE state WHEN 'refused' THEN 'refused' ELSE 'opened' END, unit_id,
    (answered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 'provider', CASE state WHEN 'refused' THEN reason END, answered_at,
    'chitra', 'provider_gateway'
FROM accounts WHERE answered_at IS NOT NULL AND state IN ('active', 'refused', 'closed');

-- People who want no account, and why. May be taken back.
CREATE TABLE account_refusals (
    refusal_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    reason text NOT NULL CHECK (reason ~ '^[a-z][a-z0-9_]*$'),   -- a code of domain/enrolment.py
    note text,                            -- in an officer's words, no numbers
    refused_on date NOT NULL,
    recorded_at timestamptz NOT NULL,     -- business clock
    issuer text NOT NULL,
    subject text NOT NULL,
    withdrawn_on date,                    -- NULL while it stands
    withdrawn_at timestamptz,             -- business clock
    withdrawn_issuer text,
    withdrawn_subject text,
    withdrawn_note text,
    CHECK ((withdrawn_on IS NULL) = (withdrawn_at IS NULL) AND (withdrawn_on IS NULL) = (withdrawn_subject IS NULL)
        AND (withdrawn_on IS NULL) = (withdrawn_issuer IS NULL))
);
CREATE UNIQUE INDEX account_refusals_standing ON account_refusals (beneficiary_id) WHERE withdrawn_on IS NULL;
CREATE INDEX account_refusals_beneficiary ON account_refusals (beneficiary_id);

-- The holder's name at the provider against the payee's: what was said, when, and what came of comparing. Names in clear.
CREATE TABLE name_evidence (
    evidence_id uuid PRIMARY KEY,         -- of an enquiry: its id
    account_id uuid NOT NULL REFERENCES accounts,
    account_version integer NOT NULL,
    unit_id text NOT NULL,                -- the payee's commune
    payee_name text NOT NULL,             -- as it was compared
    holder_name text,                     -- as told; NULL: none was told
    verdict text NOT NULL CHECK (verdict IN ('match', 'near', 'different', 'not_told', 'no_account')),
    score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
    reasons text[] NOT NULL,              -- codes of domain/name_match.py
    source text NOT NULL CHECK (source IN ('opening', 'enquiry', 'list')),
    told_at timestamptz NOT NULL,         -- business clock
    review text CHECK (review IN ('waiting', 'accepted', 'rejected')),   -- NULL: needs none
    reviewed_at timestamptz,              -- business clock
    reviewed_issuer text,
    reviewed_subject text,
    review_note text,
    CHECK (coalesce(review IN ('accepted', 'rejected'), false) = (reviewed_at IS NOT NULL)),
    CHECK ((reviewed_at IS NULL) = (reviewed_subject IS NULL) AND (reviewed_at IS NULL) = (reviewed_issuer IS NULL))
);
CREATE INDEX name_evidence_account ON name_evidence (account_id, evidence_id);
CREATE INDEX name_evidence_waiting ON name_evidence (unit_id, evidence_id) WHERE review = 'waiting';
