"""Top-ups from drawing up to what an officer reads: inside the amount, and a line of their own. The rows are this test's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.disbursement.domain.topups import TopUpRow
from services.disbursement.storage import units
from services.disbursement.storage.law_data import load_law
from services.disbursement.use_cases.draw_up_run import DrawUp, draw_up_run
from shared.contracts.registry_events import BeneficiaryRecord
from tests.disbursement.office import Office
from tests.disbursement.records import FROM, OCTOBER, changed, decision
from tests.disbursement.test_books_end_to_end import books, parts

ELDERLY = TopUpRow("HUE-NCT", "Thừa Thiên Huế", None, "elderly", 100_000, None, FROM, None)
PARENTS = TopUpRow("HUE-DTN", "Thừa Thiên Huế", "K4-", None, None, Decimal("0.5"), date(2021, 11, 1), None)


async def draw(office: Office, run_id: str) -> Any:
    """Draw up by a law with these two top-ups."""
    async with office.database.transaction(repeatable_read=True) as tx:
        command = DrawUp(UUID(run_id), await units.find(tx, office.authority), 0, "test", "lan")
        return await draw_up_run(tx, command, replace(load_law(), topups=(ELDERLY, PARENTS)))


async def owed(office: Office, person: BeneficiaryRecord, month: str) -> list[dict[str, Any]]:
    view = await office.ok("GET", f"/v1/beneficiaries/{person.beneficiary_id}/months/{month}", "maker")
    found: list[dict[str, Any]] = view["obligations"]
    return found


async def test_a_top_up_is_paid_within_the_amount_and_read_as_a_line(office: Office) -> None:
    parent, ordinary = office.person(["K4-DTN", "K5A-60-80"]), office.person("K6-N")
    await office.say(parent, ordinary)
    october = await draw(office, await office.run("2021-10"))
    assert [payroll.amount_dong for payroll in october.payrolls] == [360_000 + 540_000 + 100_000 + 540_000]
    (obligation,) = await owed(office, parent, "2021-10")
    assert obligation["total_dong"] == 1_000_000
    assert obligation["topups"] == [{"code": "HUE-NCT", "amount_dong": 100_000, "instrument": "?", "vi": "HUE-NCT"}]
    assert (await owed(office, ordinary, "2021-10"))[0]["topups"] == []
    await draw(office, await office.run("2021-11"))
    (obligation,) = await owed(office, parent, "2021-11")
    assert obligation["total_dong"] == 1_180_000
    assert [(line["code"], line["amount_dong"]) for line in obligation["topups"]] == [("HUE-DTN", 180_000), ("HUE-NCT", 100_000)]
    assert parts(await books(office, OCTOBER)) == {"not_released": 2}


async def test_a_difference_carries_the_top_ups_of_its_total(office: Office) -> None:
    person = office.person("K6-N")
    await office.say(person)
    run_id = await office.run("2021-10")
    await draw(office, run_id)
    await office.say(changed(person, decisions=[decision("K5A-80")]))
    await draw(office, run_id)
    first, second = await owed(office, person, "2021-10")
    assert (first["amount_dong"], first["topups"]) == (540_000, [])
    assert (second["amount_dong"], second["total_dong"]) == (280_000, 820_000)
    assert [line["amount_dong"] for line in second["topups"]] == [100_000]
    assert parts(await books(office, OCTOBER)) == {"not_released": 2}


async def test_what_rests_keeps_its_top_ups(office: Office) -> None:
    """A held person's obligation, taken by a later payment, still explains itself."""
    person = office.person("K5C-80", hold="duplicate")
    await office.say(person)
    run_id = await office.run("2021-10")
    await draw(office, run_id)
    await office.say(changed(person, hold=None))
    (payroll,) = (await draw(office, run_id)).payrolls
    assert payroll.amount_dong == 460_000
    (obligation,) = await owed(office, person, "2021-10")
    assert [line["amount_dong"] for line in obligation["topups"]] == [100_000]
