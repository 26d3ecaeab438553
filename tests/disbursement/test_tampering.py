"""Somebody with the whole database, who recomputes every digest but lacks the key, changes a payroll after approval: nothing
of it goes out, whether they come before the release or between release and instruction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.seal import Terms, sign_approval, sign_second
from tests.disbursement.office import Office
from tests.disbursement.records import wallet
from tests.disbursement.test_gates import set_gate
from tests.disbursement.test_seal import forge

OF_LINE_2 = "(SELECT payment_id FROM payments WHERE payroll_id = $1 AND line_no = 2)"

# What is done to a payroll of four lines; $1 is its id, $2 that of another payroll, approved as properly as this one.
TAMPERINGS: dict[str, tuple[str, ...]] = {
    "the payment's amount": ("UPDATE payments SET amount_dong = amount_dong + 1000000 WHERE payroll_id = $1 AND line_no = 2",),
    "the payee's name": ("UPDATE payments SET payee_name = 'Kẻ Gian' WHERE payroll_id = $1 AND line_no = 2",),
    "the payee": ("UPDATE payments SET payee_id = uuidv7() WHERE payroll_id = $1 AND line_no = 2",),
    "the beneficiary": ("UPDATE payments SET beneficiary_id = uuidv7() WHERE payroll_id = $1 AND line_no = 2",),
    "the account": ("UPDATE payments SET account_id = uuidv7(), account_version = 1 WHERE payroll_id = $1 AND line_no = 2",),
    "the account's version": ("UPDATE payments SET account_version = 2 WHERE payroll_id = $1 AND line_no = 2",),
    "the transfer text": ("UPDATE payments SET note = 'x' WHERE payroll_id = $1 AND line_no = 2",),
    "amounts of two lines swapped with what they settle": (
        f"UPDATE payment_lines SET amount_dong = amount_dong + 1000 WHERE payment_id = {OF_LINE_2}",
        "UPDATE payments SET amount_dong = amount_dong + 1000 WHERE payroll_id = $1 AND line_no = 2",
    ),
    "the settled revision": (f"UPDATE payment_lines SET revision = 7 WHERE payment_id = {OF_LINE_2}",),
    "the settled amount": (f"UPDATE payment_lines SET amount_dong = 1 WHERE payment_id = {OF_LINE_2}",),
    "the settled kind": (f"UPDATE payment_lines SET kind = 'care_support' WHERE payment_id = {OF_LINE_2}",),
    "a settled obligation taken away": (f"DELETE FROM payment_lines WHERE payment_id = {OF_LINE_2}",),
    "a line taken out without an exception": (
        f"DELETE FROM payment_lines WHERE payment_id = {OF_LINE_2}",
        "DELETE FROM payments WHERE payroll_id = $1 AND line_no = 2",
    ),
    "a line added": (
        """INSERT INTO payments SELECT run_month, uuidv7(), payroll_id, chunk_no, 5, run_id, authority_id, unit_id,
               beneficiary_id, beneficiary_code, payee_id, payee_version, 'Kẻ Gian', account_id, account_version,
               amount_dong, note, line_digest
           FROM payments WHERE payroll_id = $1 AND line_no = 1""",
        """INSERT INTO payment_lines SELECT benefit_month, subject_id, kind, revision, 99, l.run_month,
               (SELECT payment_id FROM payments WHERE payroll_id = $1 AND line_no = 5), l.amount_dong
           FROM payment_lines l JOIN payments p USING (payment_id) WHERE p.payroll_id = $1 AND p.line_no = 1""",
    ),
    "lines in another order": ("UPDATE payments SET line_no = 5 - line_no WHERE payroll_id = $1",),
    "a chunk moved to another payroll": (
        "UPDATE payments SET chunk_no = 1, line_no = line_no + 500, payroll_id = $1 WHERE payroll_id = $2",
        "INSERT INTO chunks SELECT $1, 1, payments, amount_dong, digest FROM chunks WHERE payroll_id = $2",
    ),
    "a chunk moved away": (
        "UPDATE payments SET chunk_no = 1, line_no = line_no + 500, payroll_id = $2 WHERE payroll_id = $1 AND line_no > 2",
        "INSERT INTO chunks SELECT $2, 1, payments, amount_dong, digest FROM chunks WHERE payroll_id = $1",
    ),
    "another channel": ("UPDATE payrolls SET channel = 'cashier' WHERE payroll_id = $1",),
    "another provider": ("UPDATE payrolls SET provider = 'vietinbank' WHERE payroll_id = $1",),
    "another authority": (
        "UPDATE payrolls SET authority_id = (SELECT path[1] FROM units WHERE unit_id = authority_id) WHERE payroll_id = $1",
    ),
    "the signature of another payroll": (
        """UPDATE payrolls p SET root = o.root, signature = o.signature, approved_subject = o.approved_subject,
               approved_at = o.approved_at
           FROM payrolls o WHERE p.payroll_id = $1 AND o.payroll_id = $2""",
    ),
    "the checker's name": ("UPDATE payrolls SET approved_subject = 'giam-doc' WHERE payroll_id = $1",),
    "the time of approval": ("UPDATE payrolls SET approved_at = approved_at - interval '1 day' WHERE payroll_id = $1",),
    "in whose place it was approved": (
        "UPDATE payrolls SET approved_for_issuer = 'i', approved_for_subject = 'giam-doc' WHERE payroll_id = $1",
    ),
    "the second approver's name": ("UPDATE payrolls SET second_subject = 'giam-doc' WHERE payroll_id = $1",),
    "the second approver's signature": ("UPDATE payrolls SET second_signature = sha512('x') WHERE payroll_id = $1",),
    "the second approval of another payroll": (
        """UPDATE payrolls p SET second_signature = o.second_signature, second_subject = o.second_subject, second_at = o.second_at
           FROM payrolls o WHERE p.payroll_id = $1 AND o.payroll_id = $2""",
    ),
    "no second approval wanted": (
        """UPDATE payrolls SET needs_second = false, second_signature = NULL, second_issuer = NULL, second_subject = NULL,
               second_at = NULL WHERE payroll_id = $1""",
    ),
    "the first approval as the second": ("UPDATE payrolls SET second_signature = signature WHERE payroll_id = $1",),
}


async def approved(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two payrolls of two channels of one contract, each signed by checker and second approver, and money for both."""
    await set_gate(office, "second-approval", "1000000")
    people = [office.person("K6-N", commune=0, account=wallet()) for _ in range(4)]
    await office.say(*people, *[office.person("K6-N", commune=0) for _ in range(2)])
    drawn = (await office.draw(await office.run("2021-10", "2021-10-01", "2021-11-01")))["payrolls"]
    for payroll in drawn:
        payroll_id = payroll["payroll_id"]
        await office.approved(payroll_id)
        await office.ok("POST", f"/v1/payrolls/{payroll_id}/second-approval", "head", subject="thu")
    await office.fund(drawn[0]["run_id"], drawn[0]["contract_id"], 100_000_000)
    mine, other = sorted(drawn, key=lambda payroll: -payroll["payments"])
    return mine, other


async def tamper(office: Office, what: str, mine: UUID, other: UUID) -> None:
    """Do it with triggers switched off, as the owner of the database can; then make all digests and the root fit again."""
    await office.rows("SET session_replication_role = replica")
    try:
        for statement in TAMPERINGS[what]:
            await office.rows(statement, *([mine, other] if "$2" in statement else [mine]))
        if "signature" not in what:
            await forge(office, mine)
    finally:
        await office.rows("SET session_replication_role = origin")


@pytest.mark.books_broken
@pytest.mark.parametrize("what", TAMPERINGS)
async def test_nothing_that_was_tampered_with_is_released_or_instructed(office: Office, what: str) -> None:
    mine, other = await approved(office)
    payroll_id = UUID(mine["payroll_id"])
    await tamper(office, what, payroll_id, UUID(other["payroll_id"]))
    path = f"/v1/payrolls/{payroll_id}/release"
    await office.refused("seal-broken", "POST", path, "accountant", subject="ha")
    await release_by_hand(office, payroll_id)
    while await office.dispatcher().step():
        pass
    assert await office.events("chunk_instructed") == []
    (row,) = await office.rows("SELECT seal_broken_at FROM payrolls WHERE payroll_id = $1", payroll_id)
    assert row[0] is not None
    (audited,) = await office.rows(
        "SELECT subject FROM audit_log WHERE action = 'seal-broken' AND object = $1", f"payroll/{payroll_id}"
    )
    assert audited[0] == "disbursement-dispatcher"


async def release_by_hand(office: Office, payroll_id: UUID) -> None:
    """Write the release into the database, as if the payroll had been tampered with after it."""
    await office.rows(
        """UPDATE payrolls SET state = 'released', released_issuer = 'i', released_subject = 'ha', released_at = now()
           WHERE payroll_id = $1""",
        payroll_id,
    )


async def test_a_release_written_into_the_database_pays_only_what_was_signed(office: Office) -> None:
    """The test above would show nothing if it could not pay."""
    mine, _ = await approved(office)
    await release_by_hand(office, UUID(mine["payroll_id"]))
    assert await office.dispatcher().step() == 1


async def test_untouched_they_go(office: Office) -> None:
    mine, other = await approved(office)
    for payroll in (mine, other):
        await office.release(payroll["payroll_id"])
    while await office.dispatcher().step():
        pass
    assert len(await office.events("chunk_instructed")) == 2


@pytest.mark.books_broken
async def test_an_obligation_s_amount_changes_nothing_that_was_sealed(office: Office) -> None:
    """What goes out is what was approved, not what somebody writes beside it."""
    mine, _ = await approved(office)
    await office.rows("UPDATE obligations SET amount_dong = amount_dong * 9 WHERE authority_id = $1", office.authority)
    await office.release(mine["payroll_id"])
    while await office.dispatcher().step():
        pass
    (event,) = await office.events("chunk_instructed")
    assert {line["amount_dong"] for line in event["lines"]} == {1_080_000}


async def test_both_signatures_by_another_key(office: Office) -> None:
    mine, _ = await approved(office)
    (row,) = await office.rows("SELECT * FROM payrolls WHERE payroll_id = $1", UUID(mine["payroll_id"]))
    key = Ed25519PrivateKey.generate()
    first = sign_approval(
        key, row["root"], row["approved_issuer"], row["approved_subject"], row["approved_at"], Terms(needs_second=True)
    )
    second = sign_second(key, row["root"], first, row["second_issuer"], row["second_subject"], row["second_at"])
    await office.rows(
        "UPDATE payrolls SET signature = $2, second_signature = $3 WHERE payroll_id = $1", row["payroll_id"], first, second
    )
    await office.refused("seal-broken", "POST", f"/v1/payrolls/{mine['payroll_id']}/release", "accountant")


# --- what the service itself can't do -----------------------------------------------------------------------------------

BY_THE_SERVICE = {
    "UPDATE payments SET amount_dong = 1 WHERE payroll_id = :p": "sealed_line",
    "UPDATE payments SET payee_name = 'x' WHERE payroll_id = :p": "sealed_line",
    "UPDATE payments SET line_digest = sha256('x') WHERE payroll_id = :p": "sealed_line",
    "DELETE FROM payments WHERE payroll_id = :p": "sealed_line",
    "UPDATE chunks SET digest = sha256('x') WHERE payroll_id = :p": "sealed_line",
    "DELETE FROM chunks WHERE payroll_id = :p": "sealed_line",
    "UPDATE payrolls SET amount_dong = 1 WHERE payroll_id = :p": "sealed_payroll",
    "UPDATE payrolls SET root = sha256('x') WHERE payroll_id = :p": "sealed_payroll",
    "UPDATE payrolls SET signature = sha256('x') WHERE payroll_id = :p": "sealed_payroll",
    "UPDATE payrolls SET needs_second = false WHERE payroll_id = :p": "sealed_payroll",
    "UPDATE payrolls SET second_signature = NULL, second_subject = NULL WHERE payroll_id = :p": "sealed_payroll",
}


@pytest.mark.parametrize("statement", BY_THE_SERVICE)
async def test_the_service_s_role_changes_nothing_that_was_sealed(office: Office, statement: str) -> None:
    mine, _ = await approved(office)
    with pytest.raises(Exception, match="was prepared") as refusal:
        async with office.database.transaction() as tx:
            await tx.run(statement, p=UUID(mine["payroll_id"]))
    assert getattr(refusal.value.__cause__, "constraint_name", None) == BY_THE_SERVICE[statement]


async def test_the_service_s_role_only_adds_exceptions_and_lines(office: Office) -> None:
    mine, _ = await approved(office)
    payment_id = (await office.payments(mine["payroll_id"]))[0]["payment_id"]
    body = {"payment_id": payment_id, "reason": "x"}
    await office.ok("POST", f"/v1/payrolls/{mine['payroll_id']}/exceptions", "accountant", body)
    for statement in (
        "DELETE FROM payroll_exceptions",
        "UPDATE payroll_exceptions SET reason = 'y'",
        "DELETE FROM payment_lines",
    ):
        with pytest.raises(Exception, match="append-only"):
            async with office.database.transaction() as tx:
                await tx.run(statement)


async def test_what_is_only_drawn_up_may_still_be_written(office: Office) -> None:
    await office.say(office.person("K6-N"))
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    async with office.database.transaction() as tx:
        assert await tx.run("UPDATE payments SET note = 'x' WHERE payroll_id = :p", p=UUID(payroll["payroll_id"])) == 1
