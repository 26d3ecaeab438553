ALTER TABLE webhooks
    ADD COLUMN said_sealed text;          -- what the door read in it, as JSON, packed and sealed like the body; NULL: read the body. Kept until applied
-- Sealed texts look like noise: to try and pack them costs time and gains nothing.
ALTER TABLE webhooks ALTER COLUMN said_sealed SET STORAGE EXTERNAL, ALTER COLUMN body_sealed SET STORAGE EXTERNAL;
