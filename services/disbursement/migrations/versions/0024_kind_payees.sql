-- Who receives a person's obligations of one kind in place of the person's payee, as the registry's newest applied event says: the
-- carer of care support. Kept with the record of the person they belong to.
CREATE TABLE kind_payees (
    beneficiary_id uuid NOT NULL REFERENCES people ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('care_support')),
    unit_id text NOT NULL,                -- the person's commune, for the row scope
    payee_id uuid NOT NULL,               -- the registry's
    payee_version integer NOT NULL,       -- the registry's
    payee_name text NOT NULL,
    payee_relationship text NOT NULL,     -- to the person
    account_id uuid,                      -- this payee's account in use; NULL: by hand
    account_version integer,
    account_provider text,
    account_channel text,
    hold text,                            -- the registry's reason to keep back what this payee receives; NULL: none
    PRIMARY KEY (beneficiary_id, kind),
    CHECK (num_nulls(account_id, account_version, account_provider, account_channel) IN (0, 4))
);
