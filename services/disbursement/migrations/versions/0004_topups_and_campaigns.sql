-- Provincial top-ups that are part of an obligation's total_dong: NULL, or [{"code", "amount_dong"}, ...] in order of code.
ALTER TABLE obligations ADD COLUMN topups jsonb;   -- codes of shared/data/provincial_topups.csv

-- Campaigns: a flat amount paid once, such as a Tết gift. Their obligations have the kind one_off:<code>.
CREATE TABLE campaigns (
    campaign_id uuid PRIMARY KEY,
    unit_id text NOT NULL,                -- province
    code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]*$'),   -- e.g. tet-2022
    name_vi text NOT NULL,                -- what officers and papers call it
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),   -- the month it is owed for, and looked at
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),   -- for each person
    paper_number text NOT NULL,           -- of the decision that gives it ...
    paper_on date NOT NULL,               -- ... and its date
    recipients text NOT NULL CHECK (recipients IN (
        'monthly',                        -- whoever has a monthly allowance in the month
        'groups',                         -- of these, who holds a category of certain groups
        'list')),                         -- the people in campaign_people
    groups text[] NOT NULL,               -- coarse groups: elderly, disabled, ...; empty unless recipients = 'groups'
    people integer NOT NULL,              -- how many people the list names, each counted once
    created_issuer text NOT NULL,
    created_subject text NOT NULL,
    created_at timestamptz NOT NULL,      -- business clock
    UNIQUE (unit_id, code),
    CHECK ((recipients = 'groups') = (cardinality(groups) > 0)),
    CHECK ((recipients = 'list') = (people > 0))
);

-- Whom a campaign's list names.
CREATE TABLE campaign_people (
    campaign_id uuid NOT NULL REFERENCES campaigns,
    beneficiary_id uuid NOT NULL,
    unit_id text NOT NULL,                -- the campaign's province
    PRIMARY KEY (campaign_id, beneficiary_id)
);

ALTER TABLE runs ADD COLUMN campaign_id uuid REFERENCES campaigns;   -- a run of this campaign; NULL: of what the law owes
