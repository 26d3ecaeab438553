-- A person's month, commune by commune: payments come by communes, so an event's rows lie side by side, on a few pages of a
-- nation's month. `subject` alone has no order: 500 people by it lie on 500 pages. Nearly everybody has one row in a month.
ALTER TABLE person_months DROP CONSTRAINT person_months_pkey;
DROP INDEX person_months_unit;
ALTER TABLE person_months
    ADD COLUMN joined boolean NOT NULL DEFAULT false,   -- the person has rows in other communes too: see joined_people
    ADD PRIMARY KEY (benefit_month, unit_id, subject);
-- `unit_id` is now the commune of the obligations that the row adds up; group, sex, age and home_* are of the first of these.

-- People with obligations of a month in several communes, as they count: once, where the first of all their obligations stands.
CREATE TABLE joined_people (
    benefit_month date NOT NULL,
    subject text NOT NULL,                -- pseudonym
    unit_id text NOT NULL,                -- commune in which the person counts
    category_group text NOT NULL,
    sex text NOT NULL,
    age_band text NOT NULL,
    owed integer NOT NULL,                -- of all communes, as the next two
    ways jsonb NOT NULL,
    way text NOT NULL,
    PRIMARY KEY (benefit_month, subject)
);
CREATE INDEX joined_people_unit ON joined_people (benefit_month, unit_id);

-- In which communes a person ever had obligations: tells without looking everywhere that a new row of person_months is the only
-- one of its month.
CREATE TABLE person_communes (
    unit_id text NOT NULL,
    subject text NOT NULL,                -- pseudonym
    others text[] NOT NULL DEFAULT '{}',  -- the person's other communes, in order
    subject_hash bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(subject, 0)) STORED,  -- small, and found under row scope
    PRIMARY KEY (unit_id, subject)
);
INSERT INTO person_communes (unit_id, subject) SELECT DISTINCT unit_id, subject FROM person_months;
CREATE INDEX person_communes_subject ON person_communes (subject_hash);
UPDATE person_communes c SET others = o.others
FROM (SELECT x.unit_id, x.subject, array_agg(y.unit_id ORDER BY y.unit_id) AS others
      FROM person_communes x JOIN person_communes y ON y.subject = x.subject AND y.unit_id <> x.unit_id
      GROUP BY x.unit_id, x.subject) o
WHERE c.unit_id = o.unit_id AND c.subject = o.subject;

-- Which of these people may have rows of the month in several communes: who is not known in the commune yet, and who has a row in
-- another where they were. A function, so that the statement that asks names no partitions and is not planned anew each time.
CREATE FUNCTION not_alone(months date[], communes text[], subjects text[]) RETURNS TABLE (month date, commune text, who text)
LANGUAGE plpgsql STABLE ROWS 10 AS $$
BEGIN
    RETURN QUERY
    SELECT t.month, t.commune, t.who FROM unnest(months, communes, subjects) AS t (month, commune, who)
    LEFT JOIN LATERAL (
        SELECT c.others FROM person_communes c WHERE c.unit_id = t.commune AND c.subject = t.who OFFSET 0) known ON true
    WHERE known.others IS NULL OR (known.others <> '{}' AND EXISTS (
        SELECT FROM person_months x
        WHERE x.benefit_month = t.month AND x.unit_id = ANY(known.others) AND x.subject = t.who));
END $$;

-- Whoever a row of person_months is of, as they count in that month.
CREATE VIEW month_people WITH (security_invoker = true) AS
SELECT benefit_month, subject, unit_id AS part_unit_id, unit_id, category_group, sex, age_band, owed, ways, way
FROM person_months WHERE NOT joined
UNION ALL
SELECT p.benefit_month, p.subject, p.unit_id, j.unit_id, j.category_group, j.sex, j.age_band, j.owed, j.ways, j.way
FROM person_months p JOIN joined_people j ON j.benefit_month = p.benefit_month AND j.subject = p.subject WHERE p.joined;

-- The same order for what is kept of people beside.
ALTER TABLE person_failures DROP CONSTRAINT person_failures_pkey;
ALTER TABLE person_failures ADD PRIMARY KEY (benefit_month, unit_id, subject);
ALTER TABLE late_people DROP CONSTRAINT late_people_pkey;
ALTER TABLE late_people ADD PRIMARY KEY (benefit_month, authority_id, position, unit_id, subject);

-- Which units lie in those that a reader may see is asked by every statement that reads. Without this index all units are gone
-- through each time, and the planner takes that for so dear that it would rather read whole tables once than look up by key.
CREATE INDEX units_path ON units USING gin (path);
