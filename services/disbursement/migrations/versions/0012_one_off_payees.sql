-- Who receives once, of somebody who died, as the registry's newest applied event says: the funeral support, or what was not
-- paid yet of the months up to the death. Kept with the record of the person they belong to.
CREATE TABLE one_off_payees (
    beneficiary_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('funeral', 'unpaid_months')),
    unit_id text NOT NULL,                -- the person's commune, for the row scope
    payee_id uuid NOT NULL,               -- the registry's
    payee_version integer NOT NULL,       -- the registry's
    payee_name text NOT NULL,
    payee_relationship text NOT NULL,     -- to the person who died
    PRIMARY KEY (beneficiary_id, purpose)
);
