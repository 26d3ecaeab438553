"""Two months through the whole service: drawn, approved, funded, released, instructed, answered, paid again, closed.

After each step the books balance, and the moves that reporting hears lead to the same places.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.disbursement_events import ChunkInstructed
from tests.disbursement.gateway_voice import answer
from tests.disbursement.office import Office
from tests.disbursement.records import bank_account, wallet

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)
PLACES = ("not_released", "in_flight", "returned", "unclaimed", "cancelled", "paid_cash", "paid_account")


async def books(office: Office, month: date) -> dict[str, Any]:
    """The month's books, which must balance, and agree with what reporting was told."""
    read: dict[str, Any] = await office.ok("GET", f"/v1/months/{month}/books", "checker", units=[office.authority])
    assert read["books_balance"] is True
    places: Counter[str] = Counter()
    for event in await office.events("obligations_moved"):
        for move in event["moves"]:
            if move["benefit_month"] == str(month):
                places[move["to_place"]] += 1
                places[move["from_place"]] -= 1
    assert {place: places[place] for place in PLACES} == {place: read[place]["obligations"] for place in PLACES}
    return read


def parts(read: dict[str, Any]) -> dict[str, int]:
    """Obligations in each place that has some."""
    return {place: read[place]["obligations"] for place in PLACES if read[place]["obligations"]}


async def instructed(office: Office, run_id: str) -> dict[str, ChunkInstructed]:
    """Dispatch all that is released; the run's chunks by `provider/channel`."""
    while await office.dispatcher().step():
        pass
    events = [ChunkInstructed.model_validate(body) for body in await office.events("chunk_instructed")]
    return {f"{event.provider}/{event.channel}": event for event in events if str(event.run_id) == run_id}


async def test_two_months_balance_at_every_step_and_close_at_nothing(office: Office) -> None:
    await office.say(
        *[office.person("K6-N", commune=0, account=wallet()) for _ in range(4)],
        *[office.person("K6-DBN", commune=1, account=bank_account()) for _ in range(3)],
        *[office.person("K5C-80", commune=1) for _ in range(2)],
        office.person("K5C-80"),
    )
    october = await office.run("2021-10")
    payrolls = (await office.draw(october))["payrolls"]
    assert parts(await books(office, OCTOBER)) == {"not_released": 10}

    wallets = next(p for p in payrolls if p["channel"] == "wallet")
    held_back = (await office.payments(wallets["payroll_id"]))[3]["payment_id"]
    reason = {"payment_id": held_back, "reason": "đơn khiếu nại"}
    await office.ok("POST", f"/v1/payrolls/{wallets['payroll_id']}/exceptions", "accountant", reason)
    assert parts(await books(office, OCTOBER)) == {"not_released": 10}

    for payroll in payrolls:
        await office.released(payroll)
    chunks = await instructed(office, october)
    assert parts(await books(office, OCTOBER)) == {"not_released": 1, "in_flight": 9}

    await answer(office, chunks["viettelpay/wallet"], [["paid"], ["accepted", "rejected"], ["paid", "returned"]])
    await answer(office, chunks["vietinbank/account"], [["paid"], ["unknown", "paid"], ["pending"]])
    await answer(office, chunks["vnpost/cash"], [["paid"], ["unclaimed"]])
    await answer(office, chunks["commune_cashier/cashier"], [["paid"]])
    assert parts(await books(office, OCTOBER)) == {
        "not_released": 1,
        "in_flight": 1,
        "returned": 2,
        "unclaimed": 1,
        "paid_cash": 2,
        "paid_account": 3,
    }

    november = await office.run("2021-11")
    later = (await office.draw(november))["payrolls"]
    assert parts(await books(office, OCTOBER)) == {"not_released": 4, "in_flight": 1, "paid_cash": 2, "paid_account": 3}
    for payroll in later:
        await office.released(payroll)
    for chunk in (await instructed(office, november)).values():
        await answer(office, chunk, [["paid"]] * len(chunk.lines))
    await answer(office, chunks["vietinbank/account"], [[], [], ["pending", "paid"]])
    assert parts(await books(office, OCTOBER)) == {"paid_cash": 5, "paid_account": 5}
    assert sum(parts(await books(office, NOVEMBER)).values()) == 10

    await closes(office, october, november)


async def closes(office: Office, october: str, november: str) -> None:
    """What failed in October is refunded for October; then both runs close at nothing."""
    before = await office.ok("GET", f"/v1/runs/{november}/books", "accountant")
    assert before["opening_dong"] == before["closing_dong"] > 0
    for run_id in (october, november):
        await office.ok("POST", f"/v1/runs/{run_id}/refunds", "accountant", {"authority_id": office.authority})
        read = await office.ok("GET", f"/v1/runs/{run_id}/books", "accountant")
        assert read["books_balance"] is True
        assert (read["closing_dong"], read["held_dong"]) == (0, 0)
    rows = await office.rows(
        "SELECT sum(amount_dong) FROM payments WHERE run_id = $1 AND state NOT IN ('paid', 'open')", UUID(october)
    )
    refunded = await office.rows("SELECT sum(amount_dong) FROM refunds WHERE run_id = $1", UUID(october))
    assert refunded[0][0] == rows[0][0] == before["opening_dong"]
    live = await office.rows(
        "SELECT count(*) FROM payment_lines l JOIN payments p USING (run_month, payment_id) WHERE p.state = 'paid' "
        "AND p.authority_id = $1 GROUP BY l.benefit_month, l.subject_id, l.kind, l.revision HAVING count(*) > 1",
        office.authority,
    )
    assert live == []  # nothing was paid twice
