-- The file itself, for the workbook that goes back to the commune and as the paper behind the rows. It holds identity, phone
-- and account numbers, so it is packed (zlib) and sealed whole (shared/crypto.py).
CREATE TABLE import_files (
    import_id uuid PRIMARY KEY REFERENCES imports,
    unit_id text NOT NULL,                -- commune of the list
    file_sealed bytea NOT NULL            -- byte for byte what was sent
);
ALTER TABLE import_files ALTER COLUMN file_sealed SET STORAGE EXTERNAL;   -- ciphertext: packing it again is in vain

-- How many people in force the list lacks: counted when it is confirmed.
ALTER TABLE imports ADD COLUMN missing_people integer NOT NULL DEFAULT 0 CHECK (missing_people >= 0);   -- a newer list of the commune than theirs, and they are not in it

CREATE INDEX imports_month ON imports (month, unit_id);
