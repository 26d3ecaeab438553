-- Events come in no order: what changes within a version is that of the newest event, whichever comes last.
ALTER TABLE payees ADD COLUMN position bigint NOT NULL DEFAULT 0;    -- in the registry's log, of the record that said the phone
ALTER TABLE accounts ADD COLUMN position bigint NOT NULL DEFAULT 0;  -- the same of the record that said the commune
