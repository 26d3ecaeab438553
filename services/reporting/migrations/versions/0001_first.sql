-- Where each obligation stands, from the newest of its moves that has come. Pseudonymous: no name, no number, no category.
CREATE TABLE obligation_places (
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),
    subject text NOT NULL,                -- pseudonym of the person, the same in all months
    kind text NOT NULL,                   -- monthly, care_support, funeral, one_off:<campaign>
    revision integer NOT NULL,            -- 0, then one more for each difference decided later
    step integer NOT NULL,                -- of the newest move applied; an older move changes nothing
    place text NOT NULL CHECK (place IN
        ('not_released', 'in_flight', 'paid_account', 'paid_cash', 'returned', 'unclaimed', 'cancelled')),
    unit_id text NOT NULL,                -- commune in that month
    provider text NOT NULL,               -- of the payment that moved it last; '' while it never had one
    channel text NOT NULL,                -- wallet, account, cash, cashier; '' while it never had a payment
    category_group text NOT NULL,         -- coarse: children, single_parents, elderly, disabled, ...
    sex text NOT NULL CHECK (sex IN ('male', 'female')),
    age_band text NOT NULL,               -- at the benefit month
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),   -- what this revision adds
    PRIMARY KEY (benefit_month, subject, kind, revision)
) PARTITION BY RANGE (benefit_month);

-- One row for a person and month: how many of the obligations stand where, so that a person is counted once.
CREATE TABLE person_months (
    benefit_month date NOT NULL,
    subject text NOT NULL,                -- pseudonym
    unit_id text NOT NULL,                -- commune in which the person counts: that of the obligation named next
    home_revision integer NOT NULL,       -- the person's first obligation of the month: lowest revision, ...
    home_kind text NOT NULL,              -- ... then first kind by name
    obligations integer NOT NULL,         -- owed to the person for the month
    paid_account integer NOT NULL,        -- of these, credited to an account or wallet
    paid_cash integer NOT NULL,           -- of these, handed out in cash
    PRIMARY KEY (benefit_month, subject)
) PARTITION BY RANGE (benefit_month);

-- Sums of obligation_places, kept by what each move adds and takes away. A cell that comes to nothing is removed.
CREATE TABLE cells (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,                -- commune
    provider text NOT NULL,               -- '' while without a payment
    channel text NOT NULL,                -- '' while without a payment
    place text NOT NULL,
    category_group text NOT NULL,
    obligations bigint NOT NULL,          -- number of obligations
    amount_dong bigint NOT NULL,          -- their amounts together
    PRIMARY KEY (benefit_month, unit_id, provider, channel, place, category_group)
) WITH (fillfactor = 70);

-- Sums of person_months: distinct people.
CREATE TABLE commune_people (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,                -- commune
    entitled bigint NOT NULL,             -- people with an obligation of the month
    by_account bigint NOT NULL,           -- of these, people with one credited to an account
    by_cash bigint NOT NULL,              -- of these, people with none credited and one handed out in cash
    PRIMARY KEY (benefit_month, unit_id)
) WITH (fillfactor = 70);

-- Months in which money of a commune went through the commune cashier. Such a commune is not switched in that month.
CREATE TABLE cashier_communes (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,                -- commune
    PRIMARY KEY (benefit_month, unit_id)
);
