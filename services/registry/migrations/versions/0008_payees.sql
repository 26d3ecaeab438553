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
