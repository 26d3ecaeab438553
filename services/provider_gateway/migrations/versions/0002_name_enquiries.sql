-- Accounts in use whose holders' names a provider is asked for.
CREATE TABLE name_enquiries (
    enquiry_id uuid PRIMARY KEY,          -- the registry's
    account_id uuid NOT NULL,             -- the registry's
    account_version integer NOT NULL,
    provider text NOT NULL,
    unit_id text NOT NULL,                -- the payee's commune
    holder_name text NOT NULL,            -- as asked: a wallet's provider only says whether it holds
    number_sealed text NOT NULL,          -- purpose account-number
    outcome text CHECK (outcome IN ('named', 'other_name', 'not_found', 'locked', 'unavailable')),   -- NULL: not answered yet
    next_try_at timestamptz,              -- wall time; NULL: answered
    tries integer NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL,    -- business clock
    answered_at timestamptz,              -- business clock
    CHECK ((outcome IS NULL) = (answered_at IS NULL))
);
CREATE INDEX name_enquiries_due ON name_enquiries (next_try_at) WHERE next_try_at IS NOT NULL;

CREATE OR REPLACE FUNCTION work_is_due(kind text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT CASE kind
        WHEN 'send' THEN EXISTS (SELECT FROM chunks WHERE send_at <= clock_timestamp() AND lease_until IS NULL)
        WHEN 'enquire' THEN EXISTS (SELECT FROM chunks WHERE next_enquiry_at <= clock_timestamp() AND lease_until IS NULL)
                            OR EXISTS (SELECT FROM chunks WHERE lease_until < clock_timestamp())
        WHEN 'apply' THEN EXISTS (SELECT FROM webhooks WHERE next_try_at <= clock_timestamp())
        WHEN 'open' THEN EXISTS (SELECT FROM account_requests WHERE next_try_at <= clock_timestamp())
        WHEN 'name' THEN EXISTS (SELECT FROM name_enquiries WHERE next_try_at <= clock_timestamp())
    END
$$;
