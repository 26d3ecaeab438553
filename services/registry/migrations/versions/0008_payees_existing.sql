-- Payees of before, as the lists named them: the capacity out of the relationship's word and the person's age, no paper known.
-- The same rule as `listed_capacity` in domain/appointments.py; a test holds the two together.
INSERT INTO payee_appointments (appointment_id, beneficiary_id, unit_id, payee_id, purpose, capacity, relationship, from_on,
    of_age_on, row_id, made_at, made_issuer, made_subject)
SELECT uuidv7(), b.beneficiary_id, b.unit_id, b.payee_id, 'monthly', guessed.capacity, b.relationship,
    least(b.listed_month, platform.business_today()),
    CASE WHEN guessed.capacity IN ('parent', 'guardian', 'carer') AND b.birth_date + interval '18 years' > b.listed_month
         THEN (b.birth_date + interval '18 years')::date END,
    b.row_id, platform.business_now(), 'chitra', 'registry'
FROM beneficiaries b CROSS JOIN LATERAL (
    SELECT lower(b.relationship) AS word, b.birth_date + interval '18 years' > b.listed_month AS minor) w CROSS JOIN LATERAL (
    SELECT CASE WHEN b.relationship = 'self' THEN 'self'
                WHEN w.word ~ 'giám hộ|giam ho' THEN 'guardian'
                WHEN w.word ~ 'ủy quyền|uỷ quyền|uy quyen' THEN 'authorised'
                WHEN w.word ~ 'chăm sóc|nuôi dưỡng|cham soc|nuoi duong' THEN 'carer'
                WHEN NOT w.minor THEN 'authorised'
                WHEN w.word ~ '^((cha|bố|bọ|tía|bo|mẹ|má|mạ|me)([ /(-]|$)|ba$|ba mẹ$)' THEN 'parent'
                ELSE 'guardian' END AS capacity) guessed
ON CONFLICT DO NOTHING;
