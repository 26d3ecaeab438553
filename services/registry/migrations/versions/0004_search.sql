-- Search. A policy makes PostgreSQL check each row's scope before any operator that is not leakproof, and those of text search
-- and trigrams are not: a plain query under row-level security can't use their indexes. So one reviewed function asks the
-- index as the owner, applies the caller's scope itself, and gives back ids; the caller then reads the rows under its policy.
--
-- The index is of words (tsvector), not of trigrams: officers type words and beginnings of words in any order, and one GIN
-- look-up intersects them all, the birth year with them. Measured on 100,000 people in docs/decisions/0007-search.md.

-- Lower case without diacritics, words of letters and digits: the same as `fold` in domain/lists/text.py.
CREATE FUNCTION folded(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN written ~ '^[0-9a-z ]*$' THEN written ELSE
        btrim(regexp_replace(lower(translate(regexp_replace(normalize(written, NFD), '[\u0300-\u036f]', '', 'g'),
                                             'ĐđÐðƉɖ', 'dddddd')), '[^0-9a-z]+', ' ', 'g')) END
$$;

-- What a person is found by: words of the name, of the village and of the payee's name; @1941 for the birth year, and
-- @1941-05-14 for the day, or @1941~ where only the year is known.
CREATE FUNCTION words_of_person(name_key text, village text, payee_key text, birth_date date, birth_precision text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(
        string_to_array(registry.folded(name_key) || ' ' || registry.folded(concat(village, nullif(' ' || payee_key, ' ' || name_key))), ' ')
        || ARRAY['@' || left(born, 4), '@' || CASE birth_precision WHEN 'day' THEN born ELSE left(born, 4) || '~' END], ''))
    FROM to_char(birth_date, 'YYYY-MM-DD') born
$$;

ALTER TABLE beneficiaries ADD COLUMN search_words tsvector;   -- what the person is found by; kept by triggers
UPDATE beneficiaries b SET search_words = words_of_person(b.name_key, b.village, p.name_key, b.birth_date, b.birth_precision)
FROM payees p WHERE p.payee_id = b.payee_id;
CREATE INDEX beneficiaries_search ON beneficiaries USING gin (search_words);

-- As the owner: a payee may stand in another commune than the person who is being written.
CREATE FUNCTION keep_search_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
    NEW.search_words := words_of_person(NEW.name_key, NEW.village, (SELECT name_key FROM payees WHERE payee_id = NEW.payee_id),
                                        NEW.birth_date, NEW.birth_precision);
    RETURN NEW;
END $$;
CREATE TRIGGER beneficiaries_search_words BEFORE INSERT OR UPDATE OF name_key, village, payee_id, birth_date, birth_precision
    ON beneficiaries FOR EACH ROW EXECUTE FUNCTION keep_search_words();

CREATE FUNCTION keep_search_words_of_payee() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
    UPDATE beneficiaries SET payee_id = payee_id WHERE payee_id = NEW.payee_id;
    RETURN NULL;
END $$;
CREATE TRIGGER payees_search_words AFTER UPDATE OF name_key ON payees
    FOR EACH ROW WHEN (OLD.name_key <> NEW.name_key) EXECUTE FUNCTION keep_search_words_of_payee();

CREATE INDEX identity_documents_number ON identity_documents (number_index);   -- replaced ones too: found by an old number
CREATE INDEX payees_number ON payees (identity_index) WHERE identity_index IS NOT NULL;
CREATE INDEX payees_phone ON payees (phone_index) WHERE phone_index IS NOT NULL;

-- Ids of people whom all that is given fits, best first, then by code; a page of them after (after_rank, after_code).
-- `words` are folded, and beginnings of words unless they are digits; `marked` are words as typed with diacritics: they only
-- rank. The scope is the transaction's; `in_unit` can narrow it, never widen it.
--
-- Reviewed for: search_path pinned, temporary schemas last; nothing typed becomes SQL (every value is a parameter, words are
-- letters and digits or an error); scope from platform.scope_*() alone, empty for an unset one; ids and ranks come out, no
-- field of any person.
CREATE FUNCTION find_people(
    words text[], marked text[], birth_year integer, born date, with_code text, with_id uuid, identity bytea, phone bytea,
    in_unit text, after_rank integer, after_code text, page integer)
RETURNS TABLE (beneficiary_id uuid, code text, rank integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = registry, pg_temp AS $$
DECLARE
    asked text[];
    query tsquery;
    units_seen text[];
    conditions text[] := ARRAY[]::text[];
    ranked text := '0';
    phrase text := array_to_string(words, ' ');
BEGIN
    IF EXISTS (SELECT FROM unnest(words) word WHERE word !~ '^[0-9a-z]+$') THEN
        RAISE EXCEPTION 'a word to search for is letters and digits' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    asked := ARRAY(SELECT quote_literal(word) || CASE WHEN word ~ '^[0-9]+$' THEN '' ELSE ':*' END FROM unnest(words) word);
    IF birth_year IS NOT NULL THEN
        asked := asked || quote_literal('@' || birth_year);
    END IF;
    IF born IS NOT NULL THEN
        asked := asked || to_char(born, '"(''@"YYYY-MM-DD"'' | ''@"YYYY"~'')"');
    END IF;
    query := nullif(array_to_string(asked, ' & '), '')::tsquery;
    IF NOT platform.scope_is_all() OR in_unit IS NOT NULL THEN
        units_seen := ARRAY(SELECT u.unit_id FROM units u
                            WHERE (platform.scope_is_all() OR u.path && platform.scope_units())
                              AND (in_unit IS NULL OR u.path @> ARRAY[in_unit]));
        conditions := conditions || 'b.unit_id = ANY ($3)'::text;
    END IF;
    IF query IS NOT NULL THEN conditions := conditions || 'b.search_words @@ $1'::text; END IF;
    IF with_code IS NOT NULL THEN conditions := conditions || 'b.code = $4'::text; END IF;
    IF with_id IS NOT NULL THEN conditions := conditions || 'b.beneficiary_id = $5'::text; END IF;
    IF identity IS NOT NULL THEN
        conditions := conditions || 'b.beneficiary_id = ANY (ARRAY(
            SELECT d.beneficiary_id FROM identity_documents d WHERE d.number_index = $6
            UNION SELECT w.beneficiary_id FROM payees p JOIN beneficiaries w USING (payee_id) WHERE p.identity_index = $6))'::text;
    END IF;
    IF phone IS NOT NULL THEN
        conditions := conditions || 'b.beneficiary_id = ANY (ARRAY(
            SELECT f.beneficiary_id FROM beneficiaries f WHERE f.phone_index = $7
            UNION SELECT w.beneficiary_id FROM payees p JOIN beneficiaries w USING (payee_id) WHERE p.phone_index = $7))'::text;
    END IF;
    IF words <> '{}' THEN   -- with diacritics as typed, then the very name, then words of the name before payee and village
        ranked := '(CASE WHEN $8 <> ''{}'' AND string_to_array(lower(b.full_name), '' '') @> $8 THEN 1000 ELSE 0 END
            + CASE WHEN b.name_key = $9 THEN 500 ELSE 0 END
            + 10 * (SELECT count(*) FROM unnest($2) w WHERE w = ANY (string_to_array(b.name_key, '' '')))::integer
            + (SELECT count(*) FROM unnest($2) w WHERE strpos('' '' || b.name_key, '' '' || w) > 0)::integer
            + CASE WHEN b.birth_precision = ''day'' AND b.birth_date = $10 THEN 100 ELSE 0 END)';
        conditions := conditions || format('(-%s, b.code) > (-$11, $12)', ranked);
    ELSE
        conditions := conditions || 'b.code > $12'::text;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT b.beneficiary_id, b.code, %1$s AS rank FROM beneficiaries b WHERE %2$s ORDER BY %3$s LIMIT $13',
        ranked, array_to_string(conditions, ' AND '), CASE WHEN words <> '{}' THEN 'rank DESC, b.code' ELSE 'b.code' END)
        USING query, words, units_seen, with_code, with_id, identity, phone, marked, phrase, born, after_rank, after_code, page;
END $$;
