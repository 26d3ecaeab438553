-- A file that a provider laid down for us is kept like a webhook; it may be large, so it is applied part by part by a worker of
-- its own, which looks at file_try_at. next_try_at stays NULL.
ALTER TABLE webhooks
    ADD COLUMN file_name text,            -- what the provider calls it; NULL: it was posted
    ADD COLUMN file_try_at timestamptz;   -- wall time; NULL: done with, or not a file
CREATE INDEX webhooks_files_due ON webhooks (file_try_at) WHERE file_try_at IS NOT NULL;

-- Whether a file waits to be applied: like work_is_due, says yes or no and nothing else.
CREATE FUNCTION files_are_due() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = provider_gateway, pg_temp AS $$
    SELECT EXISTS (SELECT FROM webhooks WHERE file_try_at <= clock_timestamp())
$$;

-- Heads of a bank's statements (camt.053), as they came. What is missing between them is looked for when it is asked for.
-- Append-only.
CREATE TABLE bank_statements (
    webhook_id uuid NOT NULL REFERENCES webhooks,   -- the file
    position integer NOT NULL,            -- of the statement in its file, from 1
    provider text NOT NULL,
    is_ours boolean NOT NULL,             -- of the account that we pay from; a bank may lay down those of others too
    account text NOT NULL,                -- last four characters of our own account's number
    sequence_no bigint,                   -- the bank's; NULL: it numbers none
    page_no integer NOT NULL,
    is_last_page boolean NOT NULL,
    day date NOT NULL,                    -- the bank's business day
    opening_dong bigint,                  -- NULL: not said
    closing_dong bigint,
    entries integer NOT NULL,
    moved_dong bigint NOT NULL,           -- credits less debits of the entries shown
    unclear integer NOT NULL,             -- entries under a reference like ours that can't be read as paid or returned
    kept_at timestamptz NOT NULL,         -- business clock
    PRIMARY KEY (webhook_id, position)
);
CREATE INDEX bank_statements_day ON bank_statements (day, provider, account, sequence_no);
CREATE TRIGGER bank_statements_append_only BEFORE UPDATE OR DELETE ON bank_statements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Balances of the payer's accounts are no commune's business: seen by those who may see all rows.
ALTER TABLE bank_statements ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_work ON bank_statements USING ((SELECT platform.scope_is_all()));
