-- What somebody complained of (phản ánh) about a person's month. No phone number: numbers in texts are masked before they come here.
CREATE TABLE complaints (
    complaint_id uuid PRIMARY KEY,        -- UUIDv7: in the order of filing
    unit_id text NOT NULL,                -- the person's commune when it was filed
    beneficiary_id uuid NOT NULL,
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),   -- the month that it is about
    payment_id uuid,                      -- the payment that it is about, where it is about one
    from_whom text NOT NULL CHECK (from_whom IN ('beneficiary', 'payee', 'other')),
    channel text NOT NULL CHECK (channel IN ('in_person', 'phone', 'letter')),   -- how it came
    text text NOT NULL,                   -- what was said
    owner_issuer text NOT NULL,           -- the officer who has to answer: who issued the token ...
    owner_subject text NOT NULL,          -- ... and to whom
    filed_on date NOT NULL,               -- business date in Vietnam
    due_on date NOT NULL,                 -- last day to answer
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered')),
    reopened boolean NOT NULL DEFAULT false,   -- it was answered and opened again: once
    outcome text CHECK (outcome IN ('justified', 'unjustified', 'partly')),   -- of the newest answer
    answer text,                          -- the newest answer, in words for whoever complained
    done text,                            -- what was done about it, with the newest answer
    CHECK ((outcome IS NULL) = (answer IS NULL)),
    CHECK (state <> 'answered' OR outcome IS NOT NULL)
);
CREATE INDEX complaints_open ON complaints (due_on) WHERE state = 'open';
CREATE INDEX complaints_beneficiary ON complaints (beneficiary_id);

-- What was done with a complaint, step by step. Append-only.
CREATE TABLE complaint_steps (
    complaint_id uuid NOT NULL REFERENCES complaints,
    step_no integer NOT NULL,             -- from 1
    unit_id text NOT NULL,                -- the complaint's
    action text NOT NULL CHECK (action IN ('filed', 'assigned', 'answered', 'reopened')),
    issuer text NOT NULL,                 -- who did it: who issued the token ...
    subject text NOT NULL,                -- ... and to whom
    at timestamptz NOT NULL,              -- business clock
    owner text NOT NULL,                  -- subject of the owner after the step
    due_on date NOT NULL,                 -- the deadline after the step
    outcome text,                         -- of an answer
    said text,                            -- the answer, or why it was reopened
    done text,                            -- of an answer: what was done
    PRIMARY KEY (complaint_id, step_no)
);
CREATE TRIGGER complaint_steps_append_only BEFORE UPDATE ON complaint_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
