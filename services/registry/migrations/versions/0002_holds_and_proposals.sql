-- Why no money may go to a person now. Several may stand at once; `beneficiaries.hold` shows the oldest that is open.
CREATE TABLE holds (
    hold_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    reason text NOT NULL CHECK (reason ~ '^[a-z][a-z0-9_]*$'),   -- a code of domain/holds.py
    about uuid,                           -- what it hangs on: a payee, an account, a match list's line; NULL: the person
    note text,                            -- in an officer's words, no numbers
    placed_at timestamptz NOT NULL,       -- business clock
    placed_issuer text NOT NULL,
    placed_subject text NOT NULL,
    lifted_at timestamptz,                -- business clock; NULL while it stands
    lifted_issuer text,
    lifted_subject text,
    lifted_note text,
    CHECK ((lifted_at IS NULL) = (lifted_issuer IS NULL) AND (lifted_at IS NULL) = (lifted_subject IS NULL))
);
CREATE UNIQUE INDEX holds_open ON holds (beneficiary_id, reason, about) NULLS NOT DISTINCT WHERE lifted_at IS NULL;
CREATE INDEX holds_open_unit ON holds (unit_id, hold_id) WHERE lifted_at IS NULL;

-- What the registry found that somebody should decide: a birthday that changes a category, a paper that runs out.
CREATE TABLE proposals (
    proposal_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),       -- a code of domain/proposals.py
    about uuid,                           -- the decision, payee or account that it is about; NULL: the person
    occasion text NOT NULL,               -- what makes it this one: with kind, person and about never proposed twice
    due_on date NOT NULL,                 -- when what it speaks of happens
    from_month date CHECK (extract(day FROM from_month) = 1),    -- month from which the change would count, where it is one
    details json NOT NULL,                -- what is proposed, as its kind says; no identity, phone or account number
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    proposed_at timestamptz NOT NULL,     -- business clock
    settled_at timestamptz,               -- business clock; NULL while open
    settled_issuer text,
    settled_subject text,
    settled_note text,
    CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX proposals_once ON proposals (beneficiary_id, kind, about, occasion) NULLS NOT DISTINCT;
CREATE INDEX proposals_open_unit ON proposals (unit_id, due_on, proposal_id) WHERE state = 'open';

-- The last business day for which each daily task was done.
CREATE TABLE scheduled_tasks (
    task text PRIMARY KEY,
    done_on date NOT NULL                 -- business clock, date in Vietnam
);

-- A version may rest on a paper, and may have a reason that later parts of the registry name.
ALTER TABLE beneficiary_versions
    DROP CONSTRAINT beneficiary_versions_reason_check,
    ADD CONSTRAINT beneficiary_versions_reason_check CHECK (reason ~ '^[a-z][a-z0-9_]*$'),   -- a code of domain/records.py
    ADD COLUMN paper_number text,         -- of the decision or other paper that it rests on
    ADD COLUMN note text;                 -- why, in an officer's words
