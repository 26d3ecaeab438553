-- Lines that disbursement asked back. A stopped one is never sent: whoever commits intents leaves it out. Append-only.
CREATE TABLE recalls (
    payment_id uuid PRIMARY KEY,          -- disbursement's
    payroll_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    unit_id text NOT NULL,                -- commune
    outcome text NOT NULL CHECK (outcome IN ('stopped', 'too_late')),
    answered_at timestamptz NOT NULL      -- business clock
);
CREATE INDEX recalls_chunk ON recalls (payroll_id, chunk_no);
CREATE TRIGGER recalls_append_only BEFORE UPDATE OR DELETE ON recalls FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
