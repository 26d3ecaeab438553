CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA platform;

-- What an officer decided about a person: with its paper, who entered it, and how the person stood before and after.
CREATE TABLE acts (
    act_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),       -- grant, change, stop, ...: a code of domain/acts.py
    paper_number text NOT NULL,           -- of the decision, or of the paper that shows the death
    signed_on date NOT NULL,
    from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),   -- first month for which it counts
    note text,                            -- why, in an officer's words, no numbers
    proposal_id uuid REFERENCES proposals,       -- what it carries out, where something was proposed
    life_before json NOT NULL,            -- status and live decisions before: what annulling goes back to
    life_after json NOT NULL,             -- the same after: annulling is refused where this is no longer so
    entered_at timestamptz NOT NULL,      -- business clock
    issuer text NOT NULL,
    subject text NOT NULL,
    annulled_at timestamptz,              -- business clock; NULL while it counts
    annulled_issuer text,
    annulled_subject text,
    annulled_note text,
    CHECK ((annulled_at IS NULL) = (annulled_issuer IS NULL) AND (annulled_at IS NULL) = (annulled_subject IS NULL))
);
CREATE INDEX acts_beneficiary ON acts (beneficiary_id, act_id);

-- Children raised and persons cared for, for whom a decision counts.
CREATE TABLE dependants (
    dependant_id uuid PRIMARY KEY,
    decision_id uuid NOT NULL REFERENCES decisions,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,       -- whose decision it is
    unit_id text NOT NULL,                -- the person's commune
    full_name text NOT NULL,
    birth_date date NOT NULL,
    birth_precision text NOT NULL CHECK (birth_precision IN ('day', 'year')),
    sex text NOT NULL CHECK (sex IN ('male', 'female')),
    relationship text NOT NULL,           -- to the person: "con", or "self" for a student's own proof of study
    identity_sealed text,
    identity_index bytea,
    study_until date,                     -- last day that the proof of study covers
    entered_at timestamptz NOT NULL,      -- business clock
    removed_at timestamptz,               -- business clock; NULL while it stands
    CHECK ((identity_sealed IS NULL) = (identity_index IS NULL))
);
CREATE INDEX dependants_decision ON dependants (decision_id) WHERE removed_at IS NULL;
CREATE INDEX dependants_birth ON dependants (birth_date) WHERE removed_at IS NULL;
CREATE INDEX dependants_study ON dependants (study_until) WHERE removed_at IS NULL AND study_until IS NOT NULL;

-- A person moves: one object for both communes, open from the old one's stop decision to the new one's own.
CREATE TABLE transfers (
    transfer_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    code text NOT NULL,                   -- the person's: the new commune may not see the record yet
    full_name text NOT NULL,
    birth_date date NOT NULL,
    birth_precision text NOT NULL CHECK (birth_precision IN ('day', 'year')),
    from_unit_id text NOT NULL,           -- old commune: pays through the month before from_month
    to_unit_id text NOT NULL,             -- new commune: pays from from_month on
    from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),
    carried json NOT NULL,                -- category, heads and old decision of what goes on: JSON array
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'received', 'cancelled')),
    out_act_id uuid NOT NULL REFERENCES acts,    -- the old commune's stop decision
    in_act_id uuid REFERENCES acts,       -- the new commune's decision
    opened_at timestamptz NOT NULL,       -- business clock
    settled_at timestamptz,               -- business clock, of receiving or cancelling; NULL while open
    settled_issuer text,
    settled_subject text,
    settled_note text,
    CHECK (from_unit_id <> to_unit_id),
    CHECK ((state = 'open') = (settled_at IS NULL)),
    CHECK ((state = 'received') = (in_act_id IS NOT NULL))
);
CREATE UNIQUE INDEX transfers_open ON transfers (beneficiary_id) WHERE state = 'open';
CREATE INDEX transfers_from ON transfers (from_unit_id, transfer_id);
CREATE INDEX transfers_to ON transfers (to_unit_id, transfer_id);

-- Somebody may be registered whom no list names.
ALTER TABLE beneficiaries
    ALTER COLUMN row_id DROP NOT NULL,
    ALTER COLUMN listed_month DROP NOT NULL,
    ALTER COLUMN listed_index DROP NOT NULL,
    ADD COLUMN ended_by text CHECK (ended_by IN ('stop', 'institution', 'transfer', 'merged')),   -- what stopped it; NULL unless stopped
    ADD COLUMN died_on date,              -- NULL unless dead
    ADD CHECK ((status = 'dead') = (died_on IS NOT NULL)),
    ADD CHECK ((status = 'stopped') = (ended_by IS NOT NULL));
CREATE INDEX beneficiaries_birth ON beneficiaries (birth_date);

-- Decisions: which commune's they are, which act made or ended them, and what keeps two from owing the same month.
DROP INDEX decisions_in_force;
ALTER TABLE decisions
    ADD COLUMN slot text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN category LIKE 'K4-%' THEN 'single_parent' WHEN category LIKE 'CS-DBN-HGD%' THEN 'care_household'
             WHEN category LIKE 'CS-NKT-MT%' THEN 'care_mother' WHEN category LIKE 'CS-NHAN-%' THEN 'care_foster'
             ELSE kind END) STORED,   -- what no two may give for the same month
    ADD COLUMN paid_by text,              -- unit id of the commune whose decision it is: it pays; NULL: unit_id
    ADD COLUMN act_id uuid REFERENCES acts,      -- newest act that made or ended it: lists leave it alone then
    ADD COLUMN annulled_at timestamptz;   -- business clock: it never counted; NULL while it stands
ALTER TABLE decisions
    ADD CONSTRAINT decisions_no_overlap EXCLUDE USING gist (
        beneficiary_id WITH =, slot WITH =, daterange(from_month, to_month, '[]') WITH &&) WHERE (annulled_at IS NULL);

CREATE INDEX beneficiary_versions_unit ON beneficiary_versions (unit_id, beneficiary_id);
