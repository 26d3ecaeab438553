"""Contracts end and communes change theirs between months: what is under way runs to its end, later months go the new way."""

from __future__ import annotations

from typing import Any

from shared.contracts.disbursement_events import ChunkInstructed
from tests.disbursement.gateway_voice import tell
from tests.disbursement.office import Office, by_way
from tests.disbursement.records import bank_account, wallet

DONG = 540_000


async def end(office: Office, contract_id: Any, valid_to: str) -> Any:
    body = {"valid_to": valid_to, "paper": "05/BB-TLHĐ"}
    return await office.ok("POST", f"/v1/contracts/{contract_id}/end", "province", body)


async def test_a_contract_ends_and_open_payments_run_to_their_end(office: Office) -> None:
    await office.say(office.person("K6-N", commune=0, account=wallet()))
    october = await office.run("2021-10")
    (payroll,) = (await office.draw(october))["payrolls"]
    await office.released(payroll)
    while await office.dispatcher().step():
        pass
    (body,) = await office.events("chunk_instructed")
    chunk = ChunkInstructed.model_validate(body)

    ended = await end(office, office.deeds.viettel, "2021-10-31")
    assert ended["valid_to"] == "2021-10-31"
    assert await end(office, office.deeds.viettel, "2021-10-31") == ended
    path = f"/v1/contracts/{office.deeds.viettel}/end"
    paper = {"paper": "05/BB"}
    await office.refused("contract-ended", "POST", path, "province", {"valid_to": "2021-11-30", **paper})

    drawn = await office.draw(await office.run("2021-11"))
    assert by_way(drawn) == {("cashier", "commune_cashier"): (1, DONG)}, "November goes another way"
    (line,) = chunk.lines
    await tell(office, chunk, {line.payment_id: "paid"})
    await tell(office, chunk, {line.payment_id: "returned"}, step=102)
    month = await office.ok("GET", "/v1/months/2021-10/books", "checker")
    assert (month["books_balance"], month["returned"]["amount_dong"]) == (True, DONG)
    given = await office.ok("POST", f"/v1/runs/{october}/refunds", "accountant", {"authority_id": office.authority})
    assert given["refunds"] == [{"contract_id": str(office.deeds.viettel), "amount_dong": DONG}]


async def test_a_contract_does_not_end_under_payrolls_that_wait(office: Office) -> None:
    await office.say(office.person("K6-N", commune=0, account=wallet()))
    (payroll,) = (await office.draw(await office.run("2021-11")))["payrolls"]
    path = f"/v1/contracts/{office.deeds.viettel}/end"
    body = {"valid_to": "2021-10-31", "paper": "05/BB"}
    problem = await office.refused("contract-in-use", "POST", path, "province", body)
    assert problem["payrolls"] == [payroll["payroll_id"]]
    await office.refused("wrong-period", "POST", path, "province", {**body, "valid_to": "2021-06-30"})
    await office.refused("unknown-contract", "POST", path, "province", body, units=["999@2021-07-01"])
    await office.refused("not-allowed", "POST", path, "maker", body)
    assert (await end(office, office.deeds.viettel, "2021-11-30"))["valid_to"] == "2021-11-30", "November itself is in"


async def test_a_commune_changes_its_contract_between_months(office: Office) -> None:
    moving, staying = office.communes[0], office.communes[1]
    await office.say(office.person("K6-N", commune=0, account=bank_account()))
    leave = f"/v1/contracts/{office.deeds.viettel}/communes/leave"
    body = {"unit_ids": [moving], "to_month": "2021-10"}
    october = await office.draw(await office.run("2021-10"))
    assert by_way(october) == {("cash", "viettelpay"): (1, DONG)}
    await office.refused("commune-not-served", "POST", leave, "province", {**body, "unit_ids": [moving, staying]})
    await office.refused("wrong-month", "POST", leave, "province", {**body, "to_month": "2021-10-05"})
    await office.refused("contract-in-use", "POST", leave, "province", {**body, "to_month": "2021-09"})
    left = await office.ok("POST", leave, "province", body)
    assert await office.ok("POST", leave, "province", body) == left
    served = {"unit_ids": [moving], "from_month": "2021-11"}
    await office.ok("POST", f"/v1/contracts/{office.deeds.vietinbank}/communes", "province", served)
    november = await office.draw(await office.run("2021-11"))
    assert by_way(november) == {("account", "vietinbank"): (1, DONG)}, "October's payroll keeps its own"
    again = await office.draw(october["payrolls"][0]["run_id"])
    assert again["payrolls"] == []
