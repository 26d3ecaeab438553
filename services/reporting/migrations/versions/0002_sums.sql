DROP TABLE obligation_places, person_months, cells, commune_people, cashier_communes;

-- `unit_id` in sums: a commune, each unit above it, and '*' for all there are. Nobody adds communes up to read a province.

-- One pseudonymous row for a person and month, so that a person is counted once however many obligations there are.
CREATE TABLE person_months (
    benefit_month date NOT NULL CHECK (extract(day FROM benefit_month) = 1),
    subject text NOT NULL,                -- pseudonym of the person, the same in all months
    unit_id text NOT NULL,                -- commune in which the person counts: that of the obligation named next
    category_group text NOT NULL,         -- of that obligation; coarse: children, single_parents, elderly, disabled, ...
    sex text NOT NULL CHECK (sex IN ('male', 'female')),
    age_band text NOT NULL,               -- at the benefit month
    home_revision integer NOT NULL,       -- the person's first obligation of the month: lowest revision, ...
    home_kind text NOT NULL,              -- ... then first kind by name
    owed integer NOT NULL,                -- obligations of the month
    ways jsonb NOT NULL,                  -- obligations paid now by each way: {"wallet/viettelpay": 1}; no zeros
    way text NOT NULL,                    -- the way that counts: see first_way(); '' where nothing is paid
    PRIMARY KEY (benefit_month, subject)
) PARTITION BY RANGE (benefit_month);

-- Distinct people.
CREATE TABLE people_cells (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,
    paid_by text NOT NULL CHECK (paid_by IN ('account', 'cash', 'none')),
    provider text NOT NULL,               -- '' for none
    channel text NOT NULL,                -- wallet, account, cash, cashier; '' for none
    category_group text NOT NULL,
    sex text NOT NULL,
    age_band text NOT NULL,
    people bigint NOT NULL,               -- 0 where people were and are no more
    PRIMARY KEY (benefit_month, unit_id, paid_by, provider, channel, category_group, sex, age_band)
) PARTITION BY RANGE (benefit_month);

-- Obligations where they stand.
CREATE TABLE money_cells (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,
    provider text NOT NULL,               -- of in_flight, paid_account, paid_cash; '' for the other places
    channel text NOT NULL,                -- likewise
    place text NOT NULL CHECK (place IN
        ('not_released', 'in_flight', 'paid_account', 'paid_cash', 'returned', 'unclaimed', 'cancelled')),
    category_group text NOT NULL,
    sex text NOT NULL,
    age_band text NOT NULL,
    obligations bigint NOT NULL,          -- number of obligations; 0 where some stood and stand no more
    amount_dong bigint NOT NULL,          -- their amounts together
    PRIMARY KEY (benefit_month, unit_id, provider, channel, place, category_group, sex, age_band)
) PARTITION BY RANGE (benefit_month);

-- The two above without way, group, sex and age: a row for a unit and month, which pages read.
CREATE TABLE unit_months (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,
    level text NOT NULL CHECK (level IN ('commune', 'district', 'province', 'country')),
    entitled bigint NOT NULL DEFAULT 0,   -- people with an obligation of the month
    by_account bigint NOT NULL DEFAULT 0, -- of these, people with one credited to an account or wallet
    by_cash bigint NOT NULL DEFAULT 0,    -- of these, people with none credited and one handed out in cash
    communes_switched bigint NOT NULL DEFAULT 0,   -- of its communes; 0 or 1 for a commune
    communes_outside bigint NOT NULL DEFAULT 0,    -- of its communes with a row here: not there on the month's first day
    cashier_moves bigint NOT NULL DEFAULT 0,   -- times that an obligation's money went out through the commune cashier
    not_released_obligations bigint NOT NULL DEFAULT 0, not_released_dong bigint NOT NULL DEFAULT 0,
    in_flight_obligations bigint NOT NULL DEFAULT 0, in_flight_dong bigint NOT NULL DEFAULT 0,
    returned_obligations bigint NOT NULL DEFAULT 0, returned_dong bigint NOT NULL DEFAULT 0,
    unclaimed_obligations bigint NOT NULL DEFAULT 0, unclaimed_dong bigint NOT NULL DEFAULT 0,
    cancelled_obligations bigint NOT NULL DEFAULT 0, cancelled_dong bigint NOT NULL DEFAULT 0,
    paid_cash_obligations bigint NOT NULL DEFAULT 0, paid_cash_dong bigint NOT NULL DEFAULT 0,
    paid_account_obligations bigint NOT NULL DEFAULT 0, paid_account_dong bigint NOT NULL DEFAULT 0,
    credits bigint GENERATED ALWAYS AS (paid_account_obligations) STORED,
    owed_dong bigint GENERATED ALWAYS AS (not_released_dong + in_flight_dong + returned_dong + unclaimed_dong + cancelled_dong
        + paid_cash_dong + paid_account_dong) STORED,
    PRIMARY KEY (benefit_month, unit_id)
) WITH (fillfactor = 60);
CREATE INDEX unit_months_level ON unit_months (level, benefit_month);

-- Each time that a payment failed, by why. A payment that settles two obligations counts twice, as its obligations do.
CREATE TABLE failure_cells (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,
    provider text NOT NULL,
    channel text NOT NULL,
    place text NOT NULL,                  -- where the money stood then: returned, unclaimed
    reason text NOT NULL,                 -- the gateway's word; 'unsaid' where it gave none
    obligations bigint NOT NULL,
    amount_dong bigint NOT NULL,
    PRIMARY KEY (benefit_month, unit_id, provider, channel, place, reason)
);

-- How long obligations took from their payroll's release to their payee.
CREATE TABLE delay_cells (
    benefit_month date NOT NULL,
    unit_id text NOT NULL,
    provider text NOT NULL,
    channel text NOT NULL,
    minutes integer NOT NULL,             -- rounded up to two significant digits, so that a month has few different ones
    obligations bigint NOT NULL,
    PRIMARY KEY (benefit_month, unit_id, provider, channel, minutes)
);

-- The first time that an authority closed a run that pays a benefit month. What comes at later positions is late.
CREATE TABLE closings (
    authority_id text NOT NULL,
    benefit_month date NOT NULL,
    position bigint NOT NULL,             -- in disbursement's log
    closed_on date NOT NULL,              -- in Vietnam
    PRIMARY KEY (authority_id, benefit_month)
);

-- When a commune's month was closed: by the authority whose commune it was then, whoever answers for its payments now.
CREATE VIEW commune_closings WITH (security_invoker = true) AS
SELECT u.unit_id, c.benefit_month, min(c.position) AS position, min(c.closed_on) AS closed_on
FROM closings c JOIN units u ON c.authority_id = ANY(u.path) WHERE u.level = 'commune' GROUP BY u.unit_id, c.benefit_month;

-- What came late: "as closed" is what stands now less these. Kept also for what was applied over a gap in the log, since the
-- event that is missing may be a closing; such rows are told from late ones by their position.
CREATE TABLE late_money (
    position bigint NOT NULL,
    benefit_month date NOT NULL,
    authority_id text NOT NULL,
    unit_id text NOT NULL,                -- commune
    provider text NOT NULL,
    channel text NOT NULL,
    place text NOT NULL,
    category_group text NOT NULL,
    sex text NOT NULL,
    age_band text NOT NULL,
    occurred_on date NOT NULL,            -- in Vietnam
    obligations bigint NOT NULL,          -- that came to this cell; below zero: that left it
    amount_dong bigint NOT NULL,
    PRIMARY KEY (benefit_month, authority_id, position, unit_id, provider, channel, place, category_group, sex, age_band)
);
CREATE TABLE late_people (
    position bigint NOT NULL,
    benefit_month date NOT NULL,
    authority_id text NOT NULL,
    subject text NOT NULL,
    unit_id text NOT NULL,                -- commune of the obligations that moved
    occurred_on date NOT NULL,            -- in Vietnam
    owed integer NOT NULL,                -- what the event added to person_months.owed
    ways jsonb NOT NULL,                  -- and to its ways; may hold numbers below zero
    PRIMARY KEY (benefit_month, authority_id, position, subject)
);

-- Up to which position of a log the read models were made again: what the bus brings of it later is in them already.
CREATE TABLE rebuilt (
    source text PRIMARY KEY,
    position bigint NOT NULL,
    complete boolean NOT NULL             -- false while the rebuild reads; only its own transaction sees that
);

-- Two counts of ways added up, without zeros.
CREATE FUNCTION add_ways(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
        SELECT key, sum(CAST(value AS integer)) AS n
        FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) each
        GROUP BY key HAVING sum(CAST(value AS integer)) <> 0) added
$$;

-- The way by which a person counts as paid: an account or wallet before cash, then the first by name. '' for none.
CREATE FUNCTION first_way(ways jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce((SELECT key FROM jsonb_each_text(ways) WHERE CAST(value AS integer) > 0
        ORDER BY (split_part(key, '/', 1) IN ('wallet', 'account')) DESC, key COLLATE "C" LIMIT 1), '')
$$;

-- 'account', 'cash' or 'none' of a way.
CREATE FUNCTION paid_by(way text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN way = '' THEN 'none' WHEN split_part(way, '/', 1) IN ('wallet', 'account') THEN 'account' ELSE 'cash' END
$$;
