-- Lists of opening balances as they came: one row for each file and commune.
CREATE TABLE opening_lists (
    list_id uuid PRIMARY KEY,             -- UUIDv7: later lists sort later
    unit_id text NOT NULL,                -- commune of the list
    file_name text NOT NULL,
    file_sha256 bytea NOT NULL,           -- the same file for the same commune is the same list
    size_bytes integer NOT NULL,
    format text NOT NULL,                 -- xlsx, xls or csv
    charset text,                         -- how a csv's bytes were read; NULL for xlsx and xls
    state text NOT NULL DEFAULT 'read' CHECK (state IN ('read', 'confirmed')),
    findings_sealed text NOT NULL,        -- findings about the list as a whole, JSON
    read_at timestamptz NOT NULL,         -- business clock
    read_issuer text NOT NULL,            -- who made the list
    read_subject text NOT NULL,
    confirmed_at timestamptz,             -- business clock
    confirmed_issuer text,
    confirmed_subject text,
    sealed_sha256 bytea,                  -- over the entries' content in the order of their ids, set when confirmed
    UNIQUE (file_sha256, unit_id),
    CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)),
    CHECK ((state = 'confirmed') = (sealed_sha256 IS NOT NULL))
);
CREATE INDEX opening_lists_unit ON opening_lists (unit_id, list_id);

-- Their rows, one for each month of a row of the file. What was written stays beside what is read of it, sealed.
CREATE TABLE opening_rows (
    entry_id uuid PRIMARY KEY,
    list_id uuid NOT NULL REFERENCES opening_lists,
    unit_id text NOT NULL,                -- commune of the list
    row_no integer NOT NULL,              -- place among the list's entries, from 1
    sheet text NOT NULL,
    row integer NOT NULL,                 -- as the spreadsheet counts, from 1; a row of several months stands here several times
    status text NOT NULL CHECK (status IN ('accepted', 'review', 'rejected')),
    finding_codes text[] NOT NULL,        -- codes alone, for counting; the findings are in the content
    content_sealed text NOT NULL,         -- JSON: person as named, note, cells as written, findings
    kind text CHECK (kind IN ('unpaid', 'unclaimed', 'receivable')),          -- this and the next four: what counts now,
    provider text CHECK (provider IN ('viettelpay', 'vietinbank', 'vnpost', 'commune_cashier')),  -- where the money lies
    month date CHECK (extract(day FROM month) = 1),                           -- NULL while not known
    amount_dong bigint CHECK (amount_dong > 0),
    beneficiary_id uuid REFERENCES beneficiaries,
    person_name text,                     -- of a receivable's person who is not in the registry, as an officer answered
    answer text CHECK (answer IN ('correct', 'drop')),   -- an officer's; NULL while nobody answered
    answered_at timestamptz,              -- business clock
    answered_issuer text,
    answered_subject text,
    UNIQUE (list_id, row_no),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK ((status <> 'accepted' AND answer IS DISTINCT FROM 'correct')
           OR ((kind, provider, month, amount_dong) IS NOT NULL AND num_nonnulls(beneficiary_id, person_name) = 1)),
    CHECK (person_name IS NULL OR kind = 'receivable')
);
CREATE INDEX opening_rows_beneficiary ON opening_rows (beneficiary_id) WHERE beneficiary_id IS NOT NULL;

-- Who holds the money says that the list's totals are its own. An answer to a row undoes them; the audit keeps both.
CREATE TABLE opening_agreements (
    list_id uuid NOT NULL REFERENCES opening_lists,
    unit_id text NOT NULL,                -- commune of the list
    provider text NOT NULL,
    stated_unpaid_dong bigint NOT NULL CHECK (stated_unpaid_dong >= 0),
    stated_unclaimed_dong bigint NOT NULL CHECK (stated_unclaimed_dong >= 0),
    stated_receivable_dong bigint NOT NULL CHECK (stated_receivable_dong >= 0),
    minutes_number text,                  -- of the signed minutes (biên bản đối chiếu); NULL where provider staff agreed itself
    minutes_on date,
    made_issuer text NOT NULL,            -- who made the list
    made_subject text NOT NULL,
    agreed_at timestamptz NOT NULL,       -- business clock
    agreed_issuer text NOT NULL,
    agreed_subject text NOT NULL,
    PRIMARY KEY (list_id, provider),
    CONSTRAINT second_party CHECK ((made_issuer, made_subject) IS DISTINCT FROM (agreed_issuer, agreed_subject)),
    CHECK ((minutes_number IS NULL) = (minutes_on IS NULL))
);

-- Entries of confirmed lists. Nothing of them changes but that a counter entry takes one back.
CREATE TABLE opening_entries (
    entry_id uuid PRIMARY KEY REFERENCES opening_rows,
    list_id uuid NOT NULL REFERENCES opening_lists,
    unit_id text NOT NULL,                -- commune of the list
    beneficiary_id uuid REFERENCES beneficiaries,
    person_name text,                     -- of a receivable's person who is not in the registry
    kind text NOT NULL CHECK (kind IN ('unpaid', 'unclaimed', 'receivable')),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    amount_dong bigint NOT NULL CHECK (amount_dong > 0),
    provider text NOT NULL,               -- where the money lies, or who agreed to it
    minutes_number text,
    agreed_on date NOT NULL,              -- date in Vietnam of the agreement
    countered_at timestamptz,             -- business clock; NULL while it counts
    CHECK (num_nonnulls(beneficiary_id, person_name) = 1 AND (person_name IS NULL OR kind = 'receivable'))
);
CREATE INDEX opening_entries_list ON opening_entries (list_id);
-- A month is owed once, whether it was never paid or never collected; a recovery of it stands beside.
CREATE UNIQUE INDEX opening_entries_once ON opening_entries (beneficiary_id, month, (kind = 'receivable'))
    WHERE countered_at IS NULL;

-- Counter entries: the only way to correct a confirmed list.
CREATE TABLE opening_counters (
    counter_id uuid PRIMARY KEY,
    entry_id uuid NOT NULL UNIQUE REFERENCES opening_entries,
    unit_id text NOT NULL,                -- commune of the list
    reason text NOT NULL,                 -- in an officer's words, no numbers of persons
    minutes_number text NOT NULL,         -- of the signed paper behind it
    minutes_on date NOT NULL,
    made_at timestamptz NOT NULL,         -- business clock
    made_issuer text NOT NULL,
    made_subject text NOT NULL
);
CREATE TRIGGER opening_counters_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opening_counters
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A confirmed list stands as it was confirmed: its rows and agreements too.
CREATE FUNCTION refuse_after_confirming() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM opening_lists WHERE list_id = coalesce(OLD.list_id, NEW.list_id) AND state = 'confirmed') THEN
        RAISE EXCEPTION 'a confirmed list of opening balances does not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER opening_lists_sealed BEFORE UPDATE OR DELETE ON opening_lists FOR EACH ROW EXECUTE FUNCTION refuse_after_confirming();
CREATE TRIGGER opening_rows_sealed BEFORE INSERT OR UPDATE OR DELETE ON opening_rows
    FOR EACH ROW EXECUTE FUNCTION refuse_after_confirming();
CREATE TRIGGER opening_agreements_sealed BEFORE INSERT OR UPDATE OR DELETE ON opening_agreements
    FOR EACH ROW EXECUTE FUNCTION refuse_after_confirming();
