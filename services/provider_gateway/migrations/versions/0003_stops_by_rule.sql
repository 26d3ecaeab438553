-- Who or what placed a stop, and why a person lifted it.
ALTER TABLE stops
    ADD COLUMN cause text NOT NULL DEFAULT 'person'
        CHECK (cause IN ('person', 'error-rate', 'canary', 'restore')),
                                          -- person: an officer; else the rule or the command that placed it (`subject` names it)
    ADD COLUMN lift_reason text,          -- why it was lifted; NULL while in force
    ADD CHECK ((lifted_at IS NULL) = (lift_reason IS NULL)),
    ADD CHECK ((issuer, subject) IS DISTINCT FROM (lifted_issuer, lifted_subject));   -- another officer lifts it
-- One stop in force for each thing and rule: a rule that fires twice places one.
CREATE UNIQUE INDEX stops_of_a_rule ON stops (scope, key, cause) WHERE lifted_at IS NULL AND cause <> 'person';

ALTER TABLE gates
    ADD COLUMN judged_from timestamptz;   -- wall time of the newest lifting: what was answered before says nothing any more

-- How a chunk's payments stand, as the error-rate stop sees them: kept by whoever settles them.
ALTER TABLE chunks
    ADD COLUMN answered_at timestamptz,   -- wall time of the provider's first word, or of its first silence; NULL before
    ADD COLUMN unknown integer NOT NULL DEFAULT 0,       -- payments of which the provider has said nothing
    ADD COLUMN refused integer NOT NULL DEFAULT 0,       -- payments that were refused
    ADD COLUMN refused_by_provider integer NOT NULL DEFAULT 0,   -- of those, for reasons that are not the payee's account's
    ADD COLUMN to_judge boolean NOT NULL DEFAULT false;  -- something of these has changed since the rule last looked
CREATE INDEX chunks_answered ON chunks (provider, answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX chunks_to_judge ON chunks (payroll_id) WHERE to_judge;

CREATE OR REPLACE FUNCTION work_is_due(kind text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT CASE kind
        WHEN 'send' THEN EXISTS (SELECT FROM chunks WHERE send_at <= clock_timestamp() AND lease_until IS NULL)
        WHEN 'enquire' THEN EXISTS (SELECT FROM chunks WHERE next_enquiry_at <= clock_timestamp() AND lease_until IS NULL)
                            OR EXISTS (SELECT FROM chunks WHERE lease_until < clock_timestamp())
        WHEN 'apply' THEN EXISTS (SELECT FROM webhooks WHERE next_try_at <= clock_timestamp())
        WHEN 'open' THEN EXISTS (SELECT FROM account_requests WHERE next_try_at <= clock_timestamp())
        WHEN 'name' THEN EXISTS (SELECT FROM name_enquiries WHERE next_try_at <= clock_timestamp())
        WHEN 'judge' THEN EXISTS (SELECT FROM chunks WHERE to_judge)
    END
$$;
