ALTER TABLE provider_lines
    ADD COLUMN seq bigint;                -- the list's own running number of the day, where the provider gives one
