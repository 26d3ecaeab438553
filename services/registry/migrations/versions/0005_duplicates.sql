-- A person who was found to be another: stopped while so, its history, documents, decisions and payee kept.
ALTER TABLE beneficiaries
    ADD COLUMN merged_into uuid REFERENCES beneficiaries,   -- whom the person turned out to be; NULL: nobody else
    ADD CONSTRAINT beneficiaries_merged_are_not_paid CHECK (
        merged_into IS NULL OR (status IN ('stopped', 'dead') AND merged_into <> beneficiary_id));
CREATE INDEX beneficiaries_merged ON beneficiaries (merged_into) WHERE merged_into IS NOT NULL;

-- Keys under which a person is compared with others (domain/duplicates.py): those who share none are never compared.
CREATE TABLE duplicate_keys (
    key bigint NOT NULL,                  -- 64 bits of a hash of what two must share
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    PRIMARY KEY (key, beneficiary_id)
);
CREATE INDEX duplicate_keys_person ON duplicate_keys (beneficiary_id);

-- What of each person was compared last: an event that changes nothing of it (an account opened, say) costs one look.
CREATE TABLE duplicate_compared (
    beneficiary_id uuid PRIMARY KEY REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    facts bytea NOT NULL                  -- digest of all that is compared
);

-- Pairs that may be one person, for an officer to settle.
CREATE TABLE duplicate_candidates (
    candidate_id uuid PRIMARY KEY,
    first_id uuid NOT NULL REFERENCES beneficiaries,
    second_id uuid NOT NULL REFERENCES beneficiaries,
    first_unit_id text NOT NULL,          -- communes of the two: whoever sees either sees the pair
    second_unit_id text NOT NULL,
    first_code text NOT NULL,             -- what the other commune gets to know of a person it may not see
    second_code text NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 0 AND 100),   -- how likely they are one: 50 is as likely as not
    reasons text[] NOT NULL,              -- codes of domain/duplicates.py, the weightiest first
    facts bytea NOT NULL,                 -- digest of all that was compared: parted, they stay so until it changes
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'merged', 'parted')),
    found_at timestamptz NOT NULL,        -- business clock, of the newest comparison that changed something
    settled_at timestamptz,               -- business clock; NULL while open
    settled_issuer text,
    settled_subject text,
    settled_note text,                    -- why, in the officer's words
    survivor_id uuid,                     -- merged: who stays
    before_status text,                   -- merged: what the other was before, for undoing
    before_status_from_month date,
    merged_from_month date,               -- merged: first month in which the other is not paid
    UNIQUE (first_id, second_id),
    CHECK (first_id < second_id),
    CHECK ((state = 'open') = (settled_at IS NULL)),
    CHECK ((state = 'merged') = (survivor_id IS NOT NULL) AND (state = 'merged') = (before_status IS NOT NULL)),
    CHECK (survivor_id IS NULL OR survivor_id IN (first_id, second_id))
);
CREATE INDEX duplicate_candidates_second ON duplicate_candidates (second_id);
CREATE INDEX duplicate_candidates_open ON duplicate_candidates (score DESC, candidate_id) WHERE state = 'open';

-- How far the registry's own events have been compared.
CREATE TABLE duplicate_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL DEFAULT 0    -- of the newest `beneficiaries_changed` whose people were compared
);
INSERT INTO duplicate_position DEFAULT VALUES;

-- Searches among all people of a unit, worked off piece by piece.
CREATE TABLE duplicate_searches (
    search_id uuid PRIMARY KEY,
    unit_id text,                         -- a unit and all below it; NULL: everybody
    asked_at timestamptz NOT NULL,        -- business clock
    asked_issuer text NOT NULL,
    asked_subject text NOT NULL,
    last_id uuid,                         -- the last person compared
    people integer NOT NULL DEFAULT 0,    -- compared so far
    pairs bigint NOT NULL DEFAULT 0,      -- comparisons made
    opened integer NOT NULL DEFAULT 0,    -- pairs put before officers anew
    done_at timestamptz                   -- business clock; NULL while it goes on
);
CREATE INDEX duplicate_searches_going ON duplicate_searches (search_id) WHERE done_at IS NULL;
