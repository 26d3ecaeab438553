-- Accounts are found by their number, so that a provider's list of those in use can be matched.
ALTER TABLE accounts ADD COLUMN number_index bytea;
                                          -- blind index of the number in its provider's one form; NULL: not looked for yet
ALTER TABLE accounts ADD COLUMN unit_id text;
                                          -- commune of somebody paid into it, by the record that came last; NULL: came before this
CREATE INDEX accounts_number ON accounts (provider, number_index) WHERE number_index IS NOT NULL;
CREATE INDEX accounts_not_indexed ON accounts (provider) WHERE number_index IS NULL;

-- The first time that money was taken out of an account, as its provider's staff listed it: said once.
CREATE TABLE account_uses (
    account_id uuid PRIMARY KEY,          -- the registry's
    provider text NOT NULL,
    first_used_on date NOT NULL,
    issuer text NOT NULL,                 -- who listed it
    subject text NOT NULL,
    told_at timestamptz NOT NULL          -- business clock
);
-- No route reads it: only the service's own work.
ALTER TABLE account_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_work ON account_uses USING ((SELECT platform.scope_is_all()));
