-- Identity, phone and account numbers stand here only sealed (`*_sealed`: AES-GCM with the key's id in front) and as keyed
-- blind indexes (`*_index`: HMAC-SHA256), see shared/crypto.py. Names, birth dates and categories are in clear, behind
-- row-level security by `unit_id`, the commune.

-- Lists as communes sent them: one row for each file and commune.
CREATE TABLE imports (
    import_id uuid PRIMARY KEY,           -- UUIDv7: later imports sort later
    unit_id text NOT NULL,                -- commune of the list
    file_name text NOT NULL,
    file_sha256 bytea NOT NULL,           -- the same file for the same commune is the same import
    size_bytes integer NOT NULL,
    format text NOT NULL,                 -- xlsx, xls or csv
    charset text,                         -- how a csv's bytes were read; NULL for xlsx and xls
    month date NOT NULL CHECK (extract(day FROM month) = 1),   -- benefit month that the list speaks of
    month_source text NOT NULL,           -- where it was read: option, title, file_name, inferred, assumed
    state text NOT NULL DEFAULT 'read' CHECK (state IN ('read', 'confirmed')),
    findings_sealed text NOT NULL,        -- findings about the list as a whole, JSON
    read_at timestamptz NOT NULL,         -- business clock
    read_issuer text NOT NULL,
    read_subject text NOT NULL,
    confirmed_at timestamptz,             -- business clock, of the first confirmation
    confirmed_issuer text,
    confirmed_subject text,
    UNIQUE (file_sha256, unit_id),
    CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL))
);
CREATE INDEX imports_unit ON imports (unit_id, import_id);

-- Their data rows. What was written is kept beside what is read of it; all of it is sealed, numbers or not.
CREATE TABLE import_rows (
    row_id uuid PRIMARY KEY,
    import_id uuid NOT NULL REFERENCES imports,
    unit_id text NOT NULL,                -- commune of the list
    row_no integer NOT NULL,              -- place among the list's data rows, from 1
    sheet text NOT NULL,
    row integer NOT NULL,                 -- as the spreadsheet counts, from 1
    status text NOT NULL CHECK (status IN ('accepted', 'review', 'rejected')),
    finding_codes text[] NOT NULL,        -- codes alone, for counting; the findings are in the content
    content_sealed text NOT NULL,         -- JSON: record as read, cells as written, findings
    answer text CHECK (answer IN ('accept', 'correct', 'same', 'drop')),   -- an officer's; NULL while nobody answered
    corrected_sealed text,                -- JSON: record as the officer corrected it, findings of the second check
    answered_at timestamptz,              -- business clock
    answered_issuer text,
    answered_subject text,
    raised text,                          -- finding that confirming brought up: the row went (back) to review
    raised_beneficiary_id uuid,           -- whom it is about
    outcome text CHECK (outcome IN ('created', 'updated', 'unchanged', 'older', 'dropped')),   -- NULL until confirmed
    beneficiary_id uuid,                  -- whom the row became
    UNIQUE (import_id, row_no),
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK (coalesce(outcome <> 'dropped', false) = (beneficiary_id IS NOT NULL))
);
CREATE INDEX import_rows_beneficiary ON import_rows (beneficiary_id) WHERE beneficiary_id IS NOT NULL;

-- Who receives: the beneficiary, or whoever stands in. The same number in the same commune is the same payee.
CREATE TABLE payees (
    payee_id uuid PRIMARY KEY,
    version integer NOT NULL,             -- grows with each change
    unit_id text NOT NULL,                -- commune in whose list the payee stands
    self_of uuid,                         -- the beneficiary whose own payee this is; may be others' payee as well
    full_name text NOT NULL,
    name_key text NOT NULL,               -- lower case, no diacritics
    identity_kind text CHECK (identity_kind IN ('cccd', 'cmnd')),
    identity_sealed text,
    identity_index bytea,
    phone_sealed text,
    phone_index bytea,
    CHECK ((identity_sealed IS NULL) = (identity_index IS NULL) AND (identity_sealed IS NULL) = (identity_kind IS NULL)),
    CHECK ((phone_sealed IS NULL) = (phone_index IS NULL))
);
CREATE UNIQUE INDEX payees_identity ON payees (unit_id, identity_index) WHERE identity_index IS NOT NULL;
CREATE UNIQUE INDEX payees_self ON payees (self_of) WHERE self_of IS NOT NULL;

-- Accounts and wallets of payees.
CREATE TABLE accounts (
    account_id uuid PRIMARY KEY,
    payee_id uuid NOT NULL REFERENCES payees,
    unit_id text NOT NULL,                -- the payee's
    provider text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('wallet', 'account')),
    state text NOT NULL CHECK (state IN ('declared', 'requested', 'active', 'refused', 'closed')),
    version integer NOT NULL,             -- a new number is a new version
    number_sealed text,                   -- declared: as listed; requested: as asked for; active: as the provider said
    number_index bytea,
    holder_name text NOT NULL,            -- the payee's, then as the provider knows the holder
    reason text,                          -- why refused or closed
    declared_at timestamptz,              -- all four: business clock
    requested_at timestamptz,
    answered_at timestamptz,
    closed_at timestamptz,
    CHECK ((number_sealed IS NULL) = (number_index IS NULL)),
    CHECK (state <> 'active' OR number_sealed IS NOT NULL)
);
CREATE UNIQUE INDEX accounts_one_live ON accounts (payee_id, provider) WHERE state IN ('declared', 'requested', 'active');
CREATE UNIQUE INDEX accounts_one_holder ON accounts (provider, number_index) WHERE state = 'active';
CREATE INDEX accounts_unit ON accounts (unit_id, account_id);

-- People: the newest version of each.
CREATE SEQUENCE beneficiary_numbers;
CREATE TABLE beneficiaries (
    beneficiary_id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,            -- HUE-0000123: what officers and transfer texts call the person
    version integer NOT NULL,
    unit_id text NOT NULL,                -- commune
    full_name text NOT NULL,
    name_key text NOT NULL,               -- lower case, no diacritics: what search compares
    sex text NOT NULL CHECK (sex IN ('male', 'female')),
    birth_date date NOT NULL,
    birth_precision text NOT NULL CHECK (birth_precision IN ('day', 'year')),
    ethnicity text,
    village text,
    phone_sealed text,                    -- of contact; may be shared
    phone_index bytea,
    wished_channel text NOT NULL,         -- how the family wants it: cash, viettelpay, vietinbank
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'stopped', 'dead')),
    status_from_month date NOT NULL,
    hold text,                            -- why no money may go out now
    payee_id uuid NOT NULL REFERENCES payees,
    relationship text NOT NULL,           -- of the payee: "self", or as the list says it ("Mẹ")
    account_id uuid REFERENCES accounts,  -- where the money goes; NULL: in cash
    row_id uuid NOT NULL REFERENCES import_rows,   -- list row that the record was last taken from
    listed_month date NOT NULL,           -- newest list that names the person: an older one changes nothing
    listed_index bytea NOT NULL,          -- keyed digest of what that list says: the same again changes nothing
    CHECK ((phone_sealed IS NULL) = (phone_index IS NULL))
) WITH (fillfactor = 85);               -- room for the next version on the same page
CREATE INDEX beneficiaries_unit ON beneficiaries (unit_id, code);
CREATE INDEX beneficiaries_payee ON beneficiaries (payee_id);
CREATE INDEX beneficiaries_phone ON beneficiaries (phone_index) WHERE phone_index IS NOT NULL;

-- Each version as it was: what, from when, by whom, why, out of which list row. Append-only.
CREATE TABLE beneficiary_versions (
    beneficiary_id uuid NOT NULL,
    version integer NOT NULL,
    unit_id text NOT NULL,                -- commune at that version
    effective_from date NOT NULL,         -- first day on which it is so
    recorded_at timestamptz NOT NULL,     -- business clock
    issuer text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('listed', 'list_corrected', 'listed_anew', 'payee_changed', 'account_active', 'account_closed')),
    row_id uuid,                          -- list row that it came from
    changed text[] NOT NULL,              -- fields that differ from the version before; empty in the first
    record json NOT NULL,                 -- the whole record; numbers sealed
    PRIMARY KEY (beneficiary_id, version)
);
CREATE TRIGGER beneficiary_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON beneficiary_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Identity documents of a person, several over a life. A number is one person's at a time, over all communes.
CREATE TABLE identity_documents (
    document_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    kind text NOT NULL CHECK (kind IN ('cccd', 'cmnd')),
    number_sealed text NOT NULL,
    number_index bytea NOT NULL,
    known_from date NOT NULL,             -- when the registry came to know it
    known_to date,                        -- when it was replaced; NULL while current
    row_id uuid                           -- list row that it came from
);
CREATE UNIQUE INDEX identity_documents_current ON identity_documents (number_index) WHERE known_to IS NULL;
CREATE INDEX identity_documents_beneficiary ON identity_documents (beneficiary_id);

-- Decisions: a category from a month.
CREATE TABLE decisions (
    decision_id uuid PRIMARY KEY,
    beneficiary_id uuid NOT NULL REFERENCES beneficiaries,
    unit_id text NOT NULL,                -- the person's commune
    number text NOT NULL,                 -- of the paper, or DS-<month>-<commune>-<row> where the list names none
    number_listed boolean NOT NULL,       -- whether the list names it
    decided_on date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('monthly', 'care_support')),   -- kind of the obligation
    category text NOT NULL,               -- code of shared/data/categories.csv
    from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),
    to_month date CHECK (to_month >= from_month),   -- last month owed; NULL while it lasts
    heads integer NOT NULL CHECK (heads BETWEEN 1 AND 20),   -- children (K4); 1 where the law counts none
    row_id uuid                           -- list row that it came from
);
CREATE INDEX decisions_beneficiary ON decisions (beneficiary_id);
CREATE UNIQUE INDEX decisions_in_force ON decisions (beneficiary_id, kind) WHERE to_month IS NULL;

-- Whose a number is, over all communes: the one look across row-level security. It takes keyed indexes, which only this
-- service can make, and tells no more than an officer must know to settle a row: who, and where.
CREATE FUNCTION number_holders(indexes bytea[])
RETURNS TABLE (number_index bytea, beneficiary_id uuid, code text, unit_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp AS $$
    SELECT d.number_index, b.beneficiary_id, b.code, b.unit_id
    FROM identity_documents d JOIN beneficiaries b USING (beneficiary_id)
    WHERE d.known_to IS NULL AND d.number_index = ANY (indexes)
$$;
