"""Two at the same time: drawing up, releasing, claiming. The database decides, not luck."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.disbursement.storage import units
from services.disbursement.storage.law_data import load_law
from services.disbursement.use_cases.advance_cash import CashAt, record_cash
from services.disbursement.use_cases.draw_up_run import DrawUp, draw_up_run
from services.disbursement.use_cases.recover_receivable import record_repayment
from shared.auth import Caller
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import wallet
from tests.disbursement.test_closing import until_somebody_waits
from tests.disbursement.test_receivables import dead_late, decided

HA = Caller("i", "ha", "person", frozenset(), ())


async def counts(office: Office) -> tuple[int, int]:
    """Payments of the authority, and obligations that are live in more than one of them."""
    (row,) = await office.rows(
        """SELECT (SELECT count(*) FROM payments WHERE authority_id = $1),
                  (SELECT count(*) FROM (SELECT FROM payment_lines l JOIN payments p USING (run_month, payment_id)
                   WHERE p.authority_id = $1 AND p.state IN ('open', 'paid')
                   GROUP BY l.benefit_month, l.subject_id, l.kind, l.revision HAVING count(*) > 1) twice)""",
        office.authority,
    )
    return row[0], row[1]


async def test_two_provinces_open_the_same_new_months(office: Office, disbursement: Any) -> None:
    """The first to come makes the partitions, the other waits for them, and neither for the other's run."""
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay(contracts=False)
    for year in (2022, 2023):
        for month in range(1, 13, 3):
            code = f"{year}-{month:02}"
            ours, theirs = await asyncio.gather(office.run(code), other.run(code))
            assert ours != theirs


async def test_eight_draw_ups_of_one_run(office: Office) -> None:
    await office.say(*[office.person() for _ in range(40)])
    run_id = await office.run()
    drawn = await asyncio.gather(*(office.draw(run_id) for _ in range(8)))
    assert sorted(len(each["payrolls"]) for each in drawn) == [0] * 7 + [1]
    assert await counts(office) == (40, 0)
    assert (await office.ledger()) == {("law", "not_released"): (40, 40 * 360_000)}


async def test_two_runs_that_want_the_same_rests(office: Office) -> None:
    people = [office.person(hold="duplicate") for _ in range(20)]
    await office.say(*people)
    october, november = await office.run("2021-10"), await office.run("2021-11")
    await office.draw(october)
    await office.say(*[p.model_copy(update={"version": 2, "hold": None}) for p in people])
    await asyncio.gather(office.draw(october), office.draw(november))
    obligations = await office.obligations()
    assert len(obligations) == 40
    assert all(o["live_payment_id"] is not None and o["payment_seq"] == 1 for o in obligations)
    assert (await counts(office))[1] == 0


async def test_a_draw_up_that_started_before_another_ended_starts_again(office: Office) -> None:
    """The second waits at the gate while its snapshot grows old; the database makes it fail, never draw."""
    await office.say(office.person())
    run_id = UUID(await office.run())
    async with office.database.transaction() as tx:
        authority = await units.find(tx, office.authority)
    command = DrawUp(run_id, authority, 0, "i", "lan")
    database = office.database
    async with database.transaction(repeatable_read=True) as late:
        assert await late.scalar("SELECT count(*) FROM obligations WHERE run_id = :r", r=run_id) == 0  # its snapshot is taken
        async with database.transaction(repeatable_read=True) as early:
            drawn = await draw_up_run(early, command, load_law())
        assert len(drawn.payrolls) == 1
        with pytest.raises(Exception, match="could not serialize access"):
            await draw_up_run(late, command, load_law())
    assert await counts(office) == (1, 0)


async def race(office: Office, sql: str, *params: Any) -> list[Any]:
    """The same statement on two connections: the second waits for the first's commit. Their results or errors."""
    address = office.platform.admin_database_url
    assert address is not None
    first, second = await asyncpg.connect(address), await asyncpg.connect(address)
    try:
        for connection in (first, second):
            await connection.execute("SET search_path = disbursement")
        transaction = first.transaction()
        await transaction.start()
        mine = await first.execute(sql, new_id(), *params)
        theirs = asyncio.create_task(second.execute(sql, new_id(), *params))
        await _until_it_waits(office, second.get_server_pid())
        await transaction.commit()
        return [mine, (await asyncio.gather(theirs, return_exceptions=True))[0]]
    finally:
        await first.close()
        await second.close()


async def _until_it_waits(office: Office, pid: int) -> None:
    for _ in range(1_000):
        if (
            await office.admin.fetchval("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid = $1", pid)
            is not None
        ):
            return
        await asyncio.sleep(0.01)
    pytest.fail("the second statement did not wait for the first")


@pytest.mark.books_broken
async def test_the_database_refuses_a_second_live_payment(office: Office) -> None:
    person = office.person(hold="duplicate")
    await office.say(person)
    await office.draw(await office.run())
    won, lost = await race(
        office,
        """UPDATE obligations SET live_payment_id = $1, live_run_month = '2021-10-01', payment_seq = payment_seq + 1
           WHERE subject_id = $2""",
        person.beneficiary_id,
    )
    assert won == "UPDATE 1"
    assert isinstance(lost, asyncpg.UniqueViolationError)
    assert lost.constraint_name == "one_live_payment"


async def test_the_database_refuses_a_second_line_of_the_same_turn(office: Office) -> None:
    won, lost = await race(
        office,
        """INSERT INTO payment_lines (benefit_month, subject_id, kind, revision, payment_seq, run_month, payment_id, amount_dong)
           VALUES ('2021-10-01', $2, 'monthly', 0, 1, '2021-10-01', $1, 1000)""",
        new_id(),
    )
    assert won == "INSERT 0 1"
    assert isinstance(lost, asyncpg.UniqueViolationError)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("live_payment_id = uuidv7()", "one_live_payment"),
        ("live_payment_id = NULL, live_run_month = NULL", "lets_go_when_failed"),  # the payment is open still
    ],
)
async def test_a_live_payment_stays_until_it_failed(office: Office, change: str, constraint: str) -> None:
    person = office.person()
    await office.say(person)
    await office.draw(await office.run())
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        await office.rows(f"UPDATE obligations SET {change} WHERE subject_id = $1", person.beneficiary_id)
    assert refusal.value.constraint_name == constraint


async def test_two_releases_on_the_same_money(office: Office) -> None:
    """Two channels of one contract, funded for one of them: whoever comes second finds nothing."""
    await office.say(office.person("K6-N", commune=0, account=wallet()), office.person("K6-N", commune=0))
    run_id = await office.run()
    both = (await office.draw(run_id))["payrolls"]
    for payroll in both:
        await office.approved(payroll["payroll_id"])
    await office.fund(run_id, office.deeds.viettel, 540_000)
    paths = [f"/v1/payrolls/{p['payroll_id']}/release" for p in both]
    answers = await asyncio.gather(*(office.call("POST", path, "accountant") for path in paths))
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert [a.json()["code"] for a in answers if a.status_code == 409] == ["not-funded"]


async def test_five_releases_of_one_payroll(office: Office) -> None:
    await office.say(office.person())
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 360_000)
    path = f"/v1/payrolls/{payroll['payroll_id']}/release"
    answers = await asyncio.gather(*(office.call("POST", path, "accountant") for _ in range(5)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"already-released"}
    assert len(await office.events("payroll_released")) == 1


async def test_a_line_is_taken_out_or_instructed_never_both(office: Office) -> None:
    await office.say(*[office.person("K6-N", commune=0, account=wallet()) for _ in range(20)])
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    await office.released(payroll)
    payments = await office.payments(payroll["payroll_id"])
    path = f"/v1/payrolls/{payroll['payroll_id']}/exceptions"
    removed: set[str] = set()

    async def remove(payment_id: str) -> None:
        answer = await office.call("POST", path, "accountant", {"payment_id": payment_id, "reason": "x"})
        assert answer.status_code == 201 or answer.json()["code"] == "too-late-to-remove"
        if answer.status_code == 201:
            removed.add(payment_id)

    removing = [remove(p["payment_id"]) for p in payments[:10]]
    await asyncio.gather(*removing[:5], office.dispatcher().step(), *removing[5:])
    while await office.dispatcher().step():
        pass
    (event,) = await office.events("chunk_instructed")
    instructed = {line["payment_id"] for line in event["lines"]}
    assert removed.isdisjoint(instructed)
    assert removed | instructed == {p["payment_id"] for p in payments}


async def test_one_treasury_reference_for_two_receivables_at_once(office: Office) -> None:
    """Recorded for one while it is being recorded for another: a conflict, as if one had come after the other."""
    one, other = [await decided(office, await dead_late(office), 360_000) for _ in range(2)]
    async with office.database.transaction() as tx:
        await record_repayment(tx, HA, UUID(one), 100_000, "KB 1", date(2022, 1, 28))
        body = {"amount_dong": 90_000, "treasury_reference": "KB 1", "repaid_on": "2022-01-28"}
        second = asyncio.create_task(office.call("POST", f"/v1/receivables/{other}/repayments", "accountant", body))
        await until_somebody_waits(office)
    assert ((await second).status_code, (await second).json()["code"]) == (409, "repayment-exists")
    left = [(await office.ok("GET", f"/v1/receivables/{each}", "checker"))["left_dong"] for each in (one, other)]
    assert left == [260_000, 360_000]


async def test_one_paper_for_cash_of_two_contracts_at_once(office: Office) -> None:
    run_id = await office.run()
    contracts = [office.deeds.cashier, await office.contract("commune_cashier", {"cashier": "commune_cashier"}, [], number="9")]
    for contract_id in contracts:
        await office.fund(run_id, contract_id, 1_000_000)
    at = [CashAt(UUID(run_id), contract_id, office.communes[2]) for contract_id in contracts]
    async with office.database.transaction() as tx:
        await record_cash(tx, HA, at[0], "advance", 100_000, "PC 1", date(2021, 10, 4), "Trần Thị Mai")
        body = {
            "contract_id": str(contracts[1]), "unit_id": office.communes[2], "amount_dong": 100_000, "paper_number": "PC 1",
            "happened_on": "2021-10-04", "counterpart": "Trần Thị Mai",
        }  # fmt: skip
        second = asyncio.create_task(office.call("POST", f"/v1/runs/{run_id}/cash-advances", "accountant", body))
        await until_somebody_waits(office)
    assert ((await second).status_code, (await second).json()["code"]) == (409, "cash-paper-exists")
