-- Days of which a provider's list or statement was fetched and handed on. The lines themselves are in the event log.
CREATE TABLE listed_days (
    provider text NOT NULL,
    listed_on date NOT NULL,              -- the provider's business day
    source text NOT NULL CHECK (source IN ('provider_list', 'statement')),
    lines integer NOT NULL,
    amount_dong bigint NOT NULL,          -- paid less returned
    listed_at timestamptz NOT NULL,       -- business clock
    PRIMARY KEY (provider, listed_on)
);
CREATE INDEX chunks_pay_on ON chunks (provider, pay_on);
