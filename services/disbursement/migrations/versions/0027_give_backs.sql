-- What the Treasury gave back of what was repaid: the payment that it was about had come back, too.
ALTER TABLE receivables ADD COLUMN given_back_dong bigint NOT NULL DEFAULT 0;   -- of what was repaid
ALTER TABLE receivables ADD CHECK (given_back_dong BETWEEN 0 AND repaid_dong);
ALTER TABLE receivable_items ADD COLUMN given_back_dong bigint NOT NULL DEFAULT 0;   -- of what was repaid of the month
ALTER TABLE receivable_items ADD CHECK (given_back_dong BETWEEN 0 AND repaid_dong);

-- Money that went from the Treasury back to whoever had repaid it. Append-only; a Treasury reference counts once.
CREATE TABLE receivable_give_backs (
    give_back_id uuid PRIMARY KEY,
    receivable_id uuid NOT NULL REFERENCES receivables,
    authority_id text NOT NULL,           -- the receivable's
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    treasury_reference text NOT NULL,     -- of the order to give back (lệnh hoàn trả)
    given_on date NOT NULL,               -- day of the Treasury's paper
    made_issuer text NOT NULL,            -- who recorded it: never who recorded the recovery
    made_subject text NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    UNIQUE (authority_id, treasury_reference)
);
CREATE INDEX receivable_give_backs_receivable ON receivable_give_backs (receivable_id);
CREATE TRIGGER receivable_give_backs_append_only BEFORE UPDATE OR DELETE ON receivable_give_backs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
