-- Stops, as the gateway says them: there they hold, here the dispatcher doesn't even hand over what they would hold.
CREATE TABLE stops (
    stop_id uuid PRIMARY KEY,             -- the gateway's
    scope text NOT NULL CHECK (scope IN ('provider', 'payroll')),
    key text NOT NULL,                    -- provider's name, or payroll id
    cause text NOT NULL,                  -- person, error-rate, canary, restore
    reason text NOT NULL,                 -- as placed
    stopped_at timestamptz NOT NULL,      -- business clock
    lifted_at timestamptz                 -- business clock; NULL while in force
);
CREATE INDEX stops_in_force ON stops (scope, key) WHERE lifted_at IS NULL;

-- What became of a payroll's first chunk, which went alone. No row: it is not decided yet.
CREATE TABLE canaries (
    payroll_id uuid PRIMARY KEY REFERENCES payrolls,
    state text NOT NULL CHECK (state IN ('passed', 'failed', 'waived')),   -- waived: failed, and an officer let the rest go
    payments integer NOT NULL,            -- of the first chunk, without those removed
    paid integer NOT NULL,                -- of them, when it was decided
    failed integer NOT NULL,              -- refused, returned or unclaimed, when it was decided
    decided_at timestamptz NOT NULL       -- business clock; of the newest state
);

ALTER TABLE contract_channels
    ADD COLUMN canary_payments integer NOT NULL DEFAULT 20 CHECK (canary_payments BETWEEN 0 AND 500),
                                          -- so many payments of a large payroll go first, alone; 0: no canary
    ADD COLUMN send_on text NOT NULL DEFAULT 'any_day' CHECK (send_on IN ('any_day', 'working_days', 'pay_days'));
                                          -- when its payrolls may be instructed: domain/calendar.py

-- Days of the month on which a contract's provider hands out cash.
CREATE TABLE pay_days (
    contract_id uuid NOT NULL REFERENCES contracts,
    unit_id text NOT NULL,                -- the authority: all its communes; or one commune
    from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),   -- first run month
    first_day integer NOT NULL CHECK (first_day BETWEEN 1 AND 28),       -- of the month
    last_day integer NOT NULL CHECK (last_day BETWEEN 1 AND 31),
    CHECK (first_day <= last_day),
    PRIMARY KEY (contract_id, unit_id, from_month)
);
