-- A cash order asked back after it was sent may have been withdrawn.
ALTER TABLE recalls DROP CONSTRAINT recalls_state_check;
ALTER TABLE recalls ADD CONSTRAINT recalls_state_check CHECK (state IN ('asked', 'stopped', 'withdrawn', 'too_late'));
