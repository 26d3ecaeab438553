-- What was left of a receivable when its authority handed over: it is the heir's to get back from then on.
CREATE TABLE handover_receivables (
    handover_id uuid NOT NULL REFERENCES handovers,
    receivable_id uuid NOT NULL REFERENCES receivables,
    from_authority_id text NOT NULL,      -- that had it
    to_authority_id text NOT NULL,        -- that has it since
    left_dong bigint NOT NULL CHECK (left_dong > 0),  -- not come back by then
    moved_at timestamptz NOT NULL,        -- business clock
    PRIMARY KEY (receivable_id, handover_id)
);
CREATE INDEX handover_receivables_to ON handover_receivables (to_authority_id);
CREATE INDEX handover_receivables_from ON handover_receivables (from_authority_id);

ALTER TABLE handover_parts
    ADD COLUMN receivables integer NOT NULL DEFAULT 0,         -- that went over, not closed
    ADD COLUMN receivables_dong bigint NOT NULL DEFAULT 0;     -- what was left of them
