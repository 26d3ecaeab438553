-- A chunk of which only some communes are released is cut in two, so that what is funded goes out. The seal stays what it was:
-- it is over the lines of the chunk as drawn up, wherever they stand now.
ALTER TABLE chunks
    ADD COLUMN cut_from integer,          -- number of the sealed chunk that its lines were cut from; NULL: it is a sealed one
    ADD CONSTRAINT cut_from_a_chunk FOREIGN KEY (payroll_id, cut_from) REFERENCES chunks (payroll_id, chunk_no);

-- What was prepared stays as it is (0006), but a line may change its chunk for another of the same sealed one, while neither
-- was instructed.
CREATE FUNCTION refuse_sealed_payment() RETURNS trigger LANGUAGE plpgsql SET search_path = disbursement, pg_temp AS $$
DECLARE
    chunk_before integer := OLD.chunk_no;
BEGIN
    IF current_user <> 'chitra_disbursement' OR NOT EXISTS (
        SELECT FROM payrolls p WHERE p.payroll_id = OLD.payroll_id AND p.state <> 'drawn') THEN
        RETURN NEW;
    END IF;
    OLD.chunk_no := NEW.chunk_no;
    IF OLD IS NOT DISTINCT FROM NEW AND EXISTS (
        SELECT FROM chunks before JOIN chunks after USING (payroll_id)
        WHERE payroll_id = NEW.payroll_id AND before.chunk_no = chunk_before AND after.chunk_no = NEW.chunk_no
          AND before.state = 'sealed' AND after.state = 'sealed'
          AND coalesce(after.cut_from, after.chunk_no) = coalesce(before.cut_from, before.chunk_no)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'payroll % was prepared: its lines stay as they are', NEW.payroll_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'sealed_line';
END $$;
DROP TRIGGER sealed_line ON payments;
CREATE TRIGGER sealed_line BEFORE UPDATE OF payment_id, payroll_id, chunk_no, line_no, beneficiary_id, payee_id, payee_version,
    payee_name, account_id, account_version, amount_dong, note, line_digest ON payments
    FOR EACH ROW EXECUTE FUNCTION refuse_sealed_payment();
DROP TRIGGER sealed_chunk ON chunks;
CREATE TRIGGER sealed_chunk BEFORE UPDATE OF payroll_id, chunk_no, payments, amount_dong, digest, cut_from ON chunks
    FOR EACH ROW EXECUTE FUNCTION refuse_sealed_line();
