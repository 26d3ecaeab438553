-- Who receives care support in place of the person's payee (Decree 20/2021/NĐ-CP Art. 20). The newest such appointment stands, also
-- once it has ended: then its hold keeps the money back until another one begins.
ALTER TABLE payee_appointments DROP CONSTRAINT payee_appointments_purpose_check;
ALTER TABLE payee_appointments
    ADD CONSTRAINT payee_appointments_purpose_check CHECK (purpose IN ('monthly', 'care_support', 'funeral', 'unpaid_months')),
    ADD CONSTRAINT payee_appointments_care_is_carers CHECK (purpose <> 'care_support' OR capacity = 'carer'),
    ADD COLUMN account_id uuid REFERENCES accounts,         -- of a carer of care support: the account in use; NULL: in cash
    ADD COLUMN cash_chosen boolean NOT NULL DEFAULT false,  -- two officers chose cash, whatever account there is
    ADD COLUMN hold text,                                   -- of a carer of care support: the reason that the record shows
    ADD CONSTRAINT payee_appointments_of_care
        CHECK (purpose = 'care_support' OR (account_id IS NULL AND NOT cash_chosen AND hold IS NULL));
CREATE INDEX payee_appointments_care ON payee_appointments (beneficiary_id, appointment_id) WHERE purpose = 'care_support';
CREATE INDEX payee_appointments_account ON payee_appointments (account_id) WHERE account_id IS NOT NULL;

ALTER TABLE holds ADD COLUMN kind text CHECK (kind IN ('care_support'));  -- the one kind of obligation that is held; NULL: the person's
DROP INDEX holds_open;
CREATE UNIQUE INDEX holds_open ON holds (beneficiary_id, reason, about, kind) NULLS NOT DISTINCT WHERE lifted_at IS NULL;
