-- What the gates look up of each line of a payroll, so that preparing takes as long as the payroll is large, not the run.
CREATE INDEX payments_payee ON payments (payee_id, run_month);
CREATE INDEX payments_account ON payments (account_id, run_month) WHERE account_id IS NOT NULL;
CREATE INDEX people_ended ON people (beneficiary_id) INCLUDE (unit_id) WHERE status IN ('stopped', 'dead');
CREATE INDEX people_born ON people (birth_date);
