-- A refused account may be asked for again, with other papers: another request to the provider, so under another name.
ALTER TABLE account_requests ADD COLUMN asking integer NOT NULL DEFAULT 1 CHECK (asking BETWEEN 1 AND 999);
                                          -- how often the registry has asked; from the second on part of the request's name
ALTER TABLE account_requests ADD COLUMN number_index bytea;
                                          -- blind index of the number that was opened; NULL: none, or opened before this column was

-- Two sayings of one request for an account that cannot both be true: nothing changed by the second; a person settles it.
CREATE TABLE account_contradictions (
    contradiction_id uuid PRIMARY KEY,    -- UUIDv7
    account_id uuid NOT NULL,             -- the registry's
    asking integer NOT NULL,              -- of which asking it was said
    provider text NOT NULL,
    unit_id text NOT NULL,                -- the payee's commune
    held text NOT NULL CHECK (held IN ('waiting', 'asked', 'opened', 'refused')),    -- our state
    held_asking integer NOT NULL,         -- our newest asking
    said text NOT NULL CHECK (said IN ('opened', 'refused')),
    said_reason text,                     -- one word
    number_index bytea NOT NULL,          -- blind index of the number that was said; empty where none was
    source text NOT NULL CHECK (source IN ('call', 'webhook')),
    opened_at timestamptz NOT NULL,       -- business clock
    UNIQUE (account_id, asking, held, said, number_index)
);

-- What the connectors can do, as it was last told: told again only when it changed.
CREATE TABLE described_providers (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    described jsonb NOT NULL,             -- the event's providers
    described_at timestamptz NOT NULL     -- business clock
);
