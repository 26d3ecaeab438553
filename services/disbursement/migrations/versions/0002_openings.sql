-- Opening entries, each once by its id. What is owed (unpaid, unclaimed) is booked as an obligation of its month.
CREATE TABLE opening_entries (
    entry_id uuid PRIMARY KEY,            -- the registry's: an event twice changes nothing
    list_id uuid NOT NULL,                -- the registry's list
    unit_id text NOT NULL,                -- commune
    authority_id text NOT NULL,           -- paying authority that owes or recovers it
    beneficiary_id uuid,                  -- NULL for a receivable of somebody who is in no registry ...
    person_name text,                     -- ... whose name stands here
    kind text NOT NULL CHECK (kind IN ('unpaid', 'unclaimed', 'receivable')),
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    provider text NOT NULL,               -- where the money lies, or who agreed to it
    minutes_number text,                  -- of the signed minutes, where there are
    agreed_on date NOT NULL,
    state text NOT NULL CHECK (state IN (
        'booked',                         -- owed as an obligation, or a receivable that stands
        'owed_already',                   -- the month had been drawn up here: not booked, somebody must look
        'countered',                      -- taken back by a counter entry
        'countered_late')),               -- taken back after a payment had taken it: somebody must look
    revision integer,                     -- of the obligation; NULL for a receivable and where nothing was booked
    recorded_at timestamptz NOT NULL,     -- business clock
    countered_at timestamptz,             -- business clock
    counter_minutes text,                 -- number of the paper behind the counter entry
    CHECK ((state IN ('countered', 'countered_late')) = (countered_at IS NOT NULL)),
    CHECK (kind <> 'receivable' OR revision IS NULL),
    CHECK (num_nonnulls(beneficiary_id, person_name) = 1 AND (person_name IS NULL OR kind = 'receivable'))
);
CREATE INDEX opening_entries_person ON opening_entries (beneficiary_id, benefit_month);
