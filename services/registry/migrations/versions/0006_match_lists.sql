-- People whom the commune police is asked to compare with the national database on population (CSDL quốc gia về dân cư).
CREATE TABLE match_lists (
    match_list_id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,          -- DC-<year>-<commune>-<n>: what both sides call the list (DC: đối chiếu)
    unit_id text NOT NULL,                -- the commune
    people integer NOT NULL,              -- lines
    made_at timestamptz NOT NULL,         -- business clock
    made_issuer text NOT NULL,
    made_subject text NOT NULL
);
CREATE INDEX match_lists_unit ON match_lists (unit_id, match_list_id);

-- One person each: what was asked, what the police answered, on which paper. All values are sealed.
CREATE TABLE match_list_lines (
    line_id uuid PRIMARY KEY,
    match_list_id uuid NOT NULL REFERENCES match_lists,
    unit_id text NOT NULL,                -- the commune
    line_no integer NOT NULL CHECK (line_no > 0),
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    reasons text[] NOT NULL,              -- why asked: codes of domain/match_lists.py
    asked_sealed text NOT NULL,           -- JSON: the person as the list named him
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'answered', 'contradicted')),
    outcome text CHECK (outcome IN ('verified', 'differs', 'not_found', 'dead', 'moved')),
    answer_sealed text,                   -- JSON: the answer that counts
    answer_index bytea,                   -- keyed digest of it: the same again changes nothing
    second_sealed text,                   -- JSON: another answer that contradicts it, until an officer settles which counts
    second_index bytea,
    police_officer text,                  -- evidence of the answer that counts: who of the police, which paper, of when
    paper_number text,
    answered_on date,
    recorded_at timestamptz,              -- business clock
    recorded_issuer text,
    recorded_subject text,                -- who brought it in: somebody else accepts a correction
    UNIQUE (match_list_id, line_no),
    UNIQUE (match_list_id, beneficiary_id),
    CHECK ((state = 'waiting') = (outcome IS NULL)),
    CHECK ((outcome IS NULL) = (answer_sealed IS NULL) AND (outcome IS NULL) = (answer_index IS NULL)
           AND (outcome IS NULL) = (police_officer IS NULL) AND (outcome IS NULL) = (paper_number IS NULL)
           AND (outcome IS NULL) = (answered_on IS NULL) AND (outcome IS NULL) = (recorded_at IS NULL)),
    CHECK ((state = 'contradicted') = (second_sealed IS NOT NULL) AND (second_sealed IS NULL) = (second_index IS NULL))
);
CREATE INDEX match_list_lines_person ON match_list_lines (beneficiary_id);

ALTER TABLE beneficiaries
    ADD COLUMN verified_at timestamptz,   -- business clock: the police confirmed name, birth, sex and number; NULL: never
    ADD COLUMN verified_line_id uuid REFERENCES match_list_lines,   -- where: the evidence stands there
    ADD CONSTRAINT beneficiaries_verified_with_evidence CHECK ((verified_at IS NULL) = (verified_line_id IS NULL));
