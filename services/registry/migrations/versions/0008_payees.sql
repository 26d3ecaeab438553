-- A change of where somebody's money goes. One officer asks, another one approves; what was asked can't be changed afterwards:
-- the service may write the columns of its settling alone.
CREATE TABLE change_requests (
    request_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('payee', 'account')),
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    content_sealed text NOT NULL,         -- JSON: what is to be, numbers and all
    content_index bytea NOT NULL,         -- keyed digest of kind, person, content and ground: what the second officer approves
    ground_index bytea NOT NULL,          -- keyed digest of what the change rests on: where that differs now, it is stale
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'rejected', 'withdrawn')),
    asked_at timestamptz NOT NULL,        -- business clock
    asked_issuer text NOT NULL,           -- the maker
    asked_subject text NOT NULL,
    asked_note text,                      -- why, in the maker's words, no numbers
    settled_at timestamptz,               -- business clock; NULL while it waits
    settled_issuer text,                  -- the checker; of one withdrawn: the maker
    settled_subject text,
    settled_note text,                    -- why rejected or withdrawn
    CHECK ((state = 'waiting') = (settled_at IS NULL)),
    CHECK ((settled_at IS NULL) = (settled_issuer IS NULL) AND (settled_at IS NULL) = (settled_subject IS NULL)),
    CONSTRAINT change_requests_maker_is_not_checker
        CHECK (state NOT IN ('approved', 'rejected') OR (asked_issuer, asked_subject) <> (settled_issuer, settled_subject)),
    CONSTRAINT change_requests_maker_withdraws
        CHECK (state <> 'withdrawn' OR (asked_issuer, asked_subject) = (settled_issuer, settled_subject))
);
CREATE UNIQUE INDEX change_requests_one_waits ON change_requests (beneficiary_id, kind) WHERE state = 'waiting';
CREATE INDEX change_requests_waiting_unit ON change_requests (unit_id, request_id) WHERE state = 'waiting';
CREATE INDEX change_requests_beneficiary ON change_requests (beneficiary_id);

-- What people are to be told: in Vietnamese, without category, numbers masked. By phone where there is one, else by the commune.
CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    payee_id uuid NOT NULL REFERENCES payees,   -- whom it is for
    kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),   -- a code of domain/notices.py
    about uuid,                           -- the change request, appointment or account that it is about
    text_vi text NOT NULL,
    phone_sealed text,                    -- where to; NULL: the commune tells them
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'told')),
    queued_at timestamptz NOT NULL,       -- business clock
    told_at timestamptz,                  -- business clock
    told_issuer text,
    told_subject text,
    told_how text CHECK (told_how IN ('message', 'call', 'in_person', 'letter')),
    CHECK ((state = 'told') = (told_at IS NOT NULL) AND (told_at IS NULL) = (told_how IS NULL)
        AND (told_at IS NULL) = (told_subject IS NULL) AND (told_at IS NULL) = (told_issuer IS NULL))
);
CREATE INDEX notices_queued_unit ON notices (unit_id, notice_id) WHERE state = 'queued';
CREATE INDEX notices_beneficiary ON notices (beneficiary_id);

-- Who receives for whom, in which capacity, from when to when, by which paper. `beneficiaries.payee_id` is the monthly one's
-- payee; it stays what it was when the appointment ends, and a hold keeps the money back until another one begins.
CREATE TABLE payee_appointments (
    appointment_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    payee_id uuid NOT NULL REFERENCES payees,
    purpose text NOT NULL CHECK (purpose IN ('monthly', 'funeral', 'unpaid_months')),   -- what is received
    capacity text NOT NULL CHECK (capacity IN ('self', 'parent', 'guardian', 'authorised', 'carer', 'funeral_organiser', 'heir')),
    relationship text NOT NULL,           -- "self", or in words ("Mẹ")
    from_on date NOT NULL,                -- first day on which it counts
    expires_on date,                      -- last day for which its paper holds; NULL: no end is known
    of_age_on date,                       -- 18th birthday of a ward who has this payee as a minor; NULL for others
    ended_on date,                        -- first day on which it no longer counts; NULL while it is the current one
    ended_why text CHECK (ended_why ~ '^[a-z][a-z0-9_]*$'),   -- a code of domain/appointments.py
    ended_paper text,                     -- number of the paper that ended it, where one did
    ended_issuer text,
    ended_subject text,
    paper_kind text CHECK (paper_kind ~ '^[a-z][a-z0-9_]*$'),   -- a code of domain/appointments.py; NULL: a list named them, no paper is known
    paper_number text,
    paper_issued_on date,
    paper_issued_by text,
    row_id uuid,                          -- list row that it came from
    request_id uuid REFERENCES change_requests,   -- approved change that made it
    made_at timestamptz NOT NULL,         -- business clock
    made_issuer text NOT NULL,
    made_subject text NOT NULL,
    CHECK ((purpose = 'funeral') = (capacity = 'funeral_organiser')),
    CHECK ((purpose = 'unpaid_months') = (capacity = 'heir')),
    CHECK (ended_on >= from_on),
    CHECK ((ended_on IS NULL) = (ended_why IS NULL) AND (ended_on IS NULL) = (ended_subject IS NULL)
        AND (ended_on IS NULL) = (ended_issuer IS NULL)),
    CHECK (paper_kind IS NOT NULL OR (paper_number IS NULL AND paper_issued_on IS NULL AND paper_issued_by IS NULL))
);
CREATE UNIQUE INDEX payee_appointments_current ON payee_appointments (beneficiary_id, purpose) WHERE ended_on IS NULL;
CREATE INDEX payee_appointments_beneficiary ON payee_appointments (beneficiary_id);
CREATE INDEX payee_appointments_payee ON payee_appointments (payee_id);
CREATE INDEX payee_appointments_given_up ON payee_appointments (beneficiary_id)
    WHERE ended_why IN ('revoked', 'guardianship_ended', 'care_ended');
CREATE INDEX payee_appointments_expiring ON payee_appointments (expires_on) WHERE ended_on IS NULL AND expires_on IS NOT NULL;
CREATE INDEX payee_appointments_wards ON payee_appointments (of_age_on) WHERE ended_on IS NULL AND of_age_on IS NOT NULL;

ALTER TABLE payees
    ADD COLUMN birth_year smallint,       -- where an officer gave it; a CCCD tells it by itself
    ADD COLUMN died_on date,              -- NULL while alive, as far as is known
    ADD COLUMN death_paper text;          -- number of the paper that says so
CREATE INDEX payees_dead ON payees (payee_id) WHERE died_on IS NOT NULL;
