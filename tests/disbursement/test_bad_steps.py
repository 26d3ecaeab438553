"""Each step that must not be: what somebody tries, in a sentence, and the code that it is refused with. It changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, changed, wallet
from tests.disbursement.test_gates import set_gate
from tests.disbursement.test_seal import forge

Try = Callable[[Office], Awaitable[dict[str, Any]]]


async def _drawn(office: Office, *people: Any) -> tuple[dict[str, Any], str]:
    await office.say(*(people or [office.person("K6-N"), office.person("K6-N")]))
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    return payroll, f"/v1/payrolls/{payroll['payroll_id']}"


async def _first_payment(office: Office, payroll: dict[str, Any]) -> dict[str, Any]:
    return (await office.payments(payroll["payroll_id"]))[0]


async def approve_own_work(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.prepare(payroll["payroll_id"])
    return await office.refused("maker-is-checker", "POST", f"{path}/approve", "checker", subject="lan")


async def approve_twice_as_two(office: Office) -> dict[str, Any]:
    await set_gate(office, "second-approval", "1")
    payroll, path = await _drawn(office)
    await office.approved(payroll["payroll_id"])
    return await office.refused("checker-is-second", "POST", f"{path}/second-approval", "head", subject="minh")


async def release_without_the_second(office: Office) -> dict[str, Any]:
    await set_gate(office, "second-approval", "1")
    payroll, path = await _drawn(office)
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], payroll["amount_dong"])
    return await office.refused("second-approval-missing", "POST", f"{path}/release", "accountant")


async def approve_over_findings(office: Office) -> dict[str, Any]:
    await set_gate(office, "amount-maximum", "1")
    payroll, path = await _drawn(office)
    await office.prepare(payroll["payroll_id"])
    return await office.refused("open-findings", "POST", f"{path}/approve", "checker")


async def accept_own_finding(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.prepare(payroll["payroll_id"])
    body = {"finding_id": "no-budget", "reason": "x"}
    return await office.refused("maker-accepts-finding", "POST", f"{path}/accepted-findings", "checker", body, subject="lan")


async def release_unfunded(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.approved(payroll["payroll_id"])
    return await office.refused("not-funded", "POST", f"{path}/release", "accountant")


async def release_unapproved(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.prepare(payroll["payroll_id"])
    return await office.refused("wrong-state", "POST", f"{path}/release", "accountant")


async def release_twice(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.released(payroll)
    return await office.refused("already-released", "POST", f"{path}/release", "accountant")


async def change_a_sealed_line(office: Office) -> dict[str, Any]:
    """There is no route; somebody who writes the database is found out."""
    payroll, path = await _drawn(office)
    payment = await _first_payment(office, payroll)
    await office.refused("request-refused", "PATCH", f"{path}/payments", "maker", {"amount_dong": 1})
    await office.prepare(payroll["payroll_id"])
    await office.rows("UPDATE payments SET amount_dong = 1 WHERE payment_id = $1", UUID(payment["payment_id"]))
    return await office.refused("seal-broken", "POST", f"{path}/approve", "checker")


async def pay_a_month_after_death(office: Office) -> dict[str, Any]:
    person = office.person("K6-N")
    payroll, path = await _drawn(office, person)
    await office.prepare(payroll["payroll_id"])
    await office.say(changed(person, status="dead", status_from_month=OCTOBER))
    return await office.refused("pays-after-death", "POST", f"{path}/approve", "checker")


async def cancel_a_paid_line(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    payment = await _first_payment(office, payroll)
    await office.released(payroll)
    await office.dispatcher().step()
    await office.rows("UPDATE payments SET state = 'paid' WHERE payroll_id = $1", UUID(payroll["payroll_id"]))
    body = {"payment_id": payment["payment_id"], "reason": "x"}
    await office.refused("too-late-to-remove", "POST", f"{path}/exceptions", "accountant", body)
    recall = f"/v1/payments/{payment['payment_id']}/recall"
    return await office.refused("already-paid", "POST", recall, "accountant", {"reason": "x"})


async def pay_an_obligation_from_two_payrolls(office: Office) -> dict[str, Any]:
    """Somebody copies a drawn payroll in the database; both are prepared and approved as they should be, and both funded."""
    payroll, _ = await _drawn(office, office.person("K6-N", commune=0, account=wallet()))
    copy = new_id()
    for statement in (
        """INSERT INTO payrolls (payroll_id, run_id, run_month, authority_id, contract_id, provider, channel, seq,
               registry_position, payments, amount_dong)
           SELECT $2, run_id, run_month, authority_id, contract_id, provider, channel, 9, registry_position, payments, amount_dong
           FROM payrolls WHERE payroll_id = $1""",
        """INSERT INTO payments SELECT run_month, $2, $2, chunk_no, line_no, run_id, authority_id, unit_id, beneficiary_id,
               beneficiary_code, payee_id, payee_version, payee_name, account_id, account_version, amount_dong, note, line_digest
           FROM payments WHERE payroll_id = $1""",
        """INSERT INTO payment_lines SELECT l.benefit_month, l.subject_id, l.kind, l.revision, 2, l.run_month, $2, l.amount_dong
           FROM payment_lines l JOIN payments p USING (payment_id) WHERE p.payroll_id = $1""",
    ):
        await office.rows(statement, UUID(payroll["payroll_id"]), copy)
    await office.rows(
        """INSERT INTO chunks SELECT payroll_id, 0, count(*), sum(amount_dong), sha256('x') FROM payments WHERE payroll_id = $1
           GROUP BY payroll_id""",
        copy,
    )
    await _reseal(office, copy)
    for payroll_id in (payroll["payroll_id"], str(copy)):
        await office.approved(payroll_id)
    await office.fund(payroll["run_id"], payroll["contract_id"], 10 * payroll["amount_dong"])
    await office.release(payroll["payroll_id"])
    return await office.refused("obligation-already-live", "POST", f"/v1/payrolls/{copy}/release", "accountant")


async def _reseal(office: Office, payroll_id: UUID) -> None:
    await forge(office, payroll_id)
    await office.rows("UPDATE payrolls SET root = NULL WHERE payroll_id = $1", payroll_id)


async def sign_without_a_paper(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.prepare(payroll["payroll_id"])
    return await office.refused("no-delegation", "POST", f"{path}/approve", "checker", {"in_place_of": "minh"}, subject="tuan")


async def sign_for_the_maker(office: Office) -> dict[str, Any]:
    payroll, path = await _drawn(office)
    await office.prepare(payroll["payroll_id"])
    async with office.database.transaction() as tx:
        today = str(await tx.today())
    body = {
        "authority_id": office.authority, "step": "approve", "to_subject": "tuan", "from_on": today, "to_on": today,
        "paper_number": "15/UQ",
    }  # fmt: skip
    await office.ok("POST", "/v1/delegations", "checker", body, subject="lan")
    return await office.refused(
        "delegator-is-maker", "POST", f"{path}/approve", "checker", {"in_place_of": "lan"}, subject="tuan"
    )


STEPS: list[tuple[str, Try, str]] = [
    ("approve one's own work", approve_own_work, "maker-is-checker"),
    ("be the first and the second to approve", approve_twice_as_two, "checker-is-second"),
    ("release a large sum that one person approved", release_without_the_second, "second-approval-missing"),
    ("approve what a gate blocks", approve_over_findings, "open-findings"),
    ("accept a finding of one's own payroll", accept_own_finding, "maker-accepts-finding"),
    ("release what isn't funded", release_unfunded, "not-funded"),
    ("release what isn't approved", release_unapproved, "wrong-state"),
    ("release twice", release_twice, "already-released"),
    ("change a sealed line", change_a_sealed_line, "seal-broken"),
    ("pay a month after a death", pay_a_month_after_death, "pays-after-death"),
    ("cancel a paid line", cancel_a_paid_line, "already-paid"),
    ("pay an obligation twice from two payrolls at once", pay_an_obligation_from_two_payrolls, "obligation-already-live"),
    ("sign in another's place without a paper", sign_without_a_paper, "no-delegation"),
    ("sign in the maker's place", sign_for_the_maker, "delegator-is-maker"),
]


@pytest.mark.books_broken  # some steps write rows by hand
@pytest.mark.parametrize(("what", "attempt", "code"), STEPS, ids=[what for what, _, _ in STEPS])
async def test_a_bad_step_is_refused_with_its_own_code(office: Office, what: str, attempt: Try, code: str) -> None:
    problem = await attempt(office)
    assert problem["code"] == code
    assert problem["title_vi"] != problem["title"]


def test_every_bad_step_has_a_code_of_its_own() -> None:
    codes = [code for _, _, code in STEPS]
    assert len(codes) == len(set(codes))
