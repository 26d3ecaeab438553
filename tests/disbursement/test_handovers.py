"""The act of handing over: what it is refused for, what follows, what the old authority may do no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts.registry_events import OpeningBalancesAgreed, OpeningEntry
from shared.kernel.ids import new_id
from tests.disbursement.hue import PROVINCES, Hue, communes_of, next_unit, parts
from tests.disbursement.records import bank_account

OLD, NEW = "483@2021-07-01", "482@2025-01-01"
OTHER = "482@2021-07-01"
DONG = 750_000
DECEMBER, JANUARY = "2024-12-01", "2025-01-01"


@pytest.fixture
async def district(hue: Hue, set_business_clock: Callable[..., Any]) -> Hue:
    """Nam Đông in December 2024, with its contracts."""
    await set_business_clock(datetime(2024, 12, 10, 2, tzinfo=UTC))
    if not await hue.rows("SELECT 1 FROM contracts WHERE authority_id = $1", OLD):
        await hue.serve(OLD)
    hue.authority, hue.communes = OLD, tuple(communes_of(OLD))
    return hue


async def test_what_cannot_be_handed_over(district: Hue, set_business_clock: Callable[..., Any]) -> None:
    act = district.handover(OLD, "2025-01-01")
    await refuse(district, "no-successor-authority", act)  # it lies ahead
    await set_business_clock(datetime(2025, 1, 6, 2, tzinfo=UTC))
    (heir,) = act["to"]
    first = heir["communes"][0]

    def with_first(**changes: str) -> dict[str, Any]:
        return {**act, "to": [{**heir, "communes": [{**first, **changes}, *heir["communes"][1:]]}]}

    await refuse(district, "no-successor-authority", {**act, "on": "2025-01-02"})
    await refuse(district, "no-successor-authority", {**act, "on": "2024-12-01"})
    await refuse(district, "no-successor-authority", with_first(from_unit_id=communes_of(OTHER)[0]))
    await refuse(district, "no-successor-authority", with_first(to_unit_id=communes_of("474@2025-01-01")[0]))
    await refuse(district, "no-successor-authority", with_first(to_unit_id=NEW))
    await refuse(district, "no-successor-authority", {**act, "to": [{**heir, "authority_id": OLD}]})
    await refuse(district, "unknown-unit", with_first(to_unit_id="99999@2025-01-01"))
    problem = await refuse(district, "handover-incomplete", {**act, "to": [{**heir, "communes": heir["communes"][1:]}]})
    assert problem["units"] == [first["from_unit_id"]]
    await refuse(district, "not-your-unit", act, units=[PROVINCES[0]])
    await refuse(district, "not-your-unit", act, units=[PROVINCES[1]])
    await district.refused("not-allowed", "POST", "/v1/handovers", "accountant", act)


async def refuse(hue: Hue, code: str, act: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await hue.refused(code, "POST", "/v1/handovers", "province", act, **more)


async def test_what_was_not_sent_rests_and_everything_follows(district: Hue, set_business_clock: Callable[..., Any]) -> None:
    hue = district
    people = [hue.person("K6-N", commune=commune, account=bank_account()) for commune in range(4)]
    mover = people[3]
    await hue.say(*people[:3])
    december = await hue.pay_run("2024-12", PROVINCES[0])
    (chunk,) = await hue.pay(december, OLD)
    paid, refused, flying = (line.payment_id for line in chunk.lines)
    await hue.tell(chunk, {paid: "paid", refused: "rejected"})
    await hue.tell(chunk, {refused: "paid"}, step=103)
    await hue.say(mover)
    drawn = await hue.draw_for(december, OLD)  # a supplement that is drawn up and released, and not sent; its seal holds
    assert {p["amount_dong"] for p in drawn["payrolls"]} == {DONG}
    await hue.released(drawn["payrolls"][0])
    entry = OpeningEntry(
        entry_id=new_id(), beneficiary_id=mover.beneficiary_id, person_name=None, kind="unclaimed",
        benefit_month=date(2024, 10, 1), amount_dong=500_000, provider="vnpost", minutes_number="1/BB",
        agreed_on=date(2024, 11, 1),
    )  # fmt: skip
    await hue.emit(OpeningBalancesAgreed(list_id=new_id(), unit_id=mover.unit_id, entries=[entry]))
    before = [parts(await hue.month_books(month)) for month in ("2024-10-01", DECEMBER)]

    await set_business_clock(datetime(2025, 1, 6, 2, tzinfo=UTC))
    people = await hue.succeed(people)
    act = await hue.hand_over(OLD, "2025-01-01")
    assert [parts(await hue.month_books(month)) for month in ("2024-10-01", DECEMBER)] == before
    (part,) = act["parts"]
    assert (part["in_flight"], part["in_flight_dong"], part["contracts"]) == (1, DONG, 2)
    assert (part["resting"], part["resting_dong"]) == (3, 2 * DONG + 500_000)
    assert await hue.hand_over(OLD, "2025-01-01") == act, "the same again is the same act"
    await refuse(hue, "authority-handed-over", {**hue.handover(OLD, "2025-01-01"), "paper": "2/NQ"})
    await hue.counted(["2024-10-01", DECEMBER], [december], [OLD, NEW])

    # what followed
    rows = await hue.rows("SELECT state FROM payrolls WHERE authority_id = $1 AND state NOT IN ('released', 'cancelled')", OLD)
    assert rows == []
    opening = await hue.ok("GET", "/v1/openings", "maker", units=[NEW])
    assert [(e["authority_id"], e["amount_dong"]) for e in opening["items"]] == [(NEW, 500_000)]
    (contradiction,) = (await hue.ok("GET", "/v1/contradictions", "checker", units=[NEW]))["items"]
    assert contradiction["authority_id"] == NEW
    contracts = (await hue.ok("GET", "/v1/contracts", "maker", units=[NEW]))["items"]
    assert {(c["authority_id"], c["number"], c["valid_to"]) for c in contracts} >= {
        (NEW, "01/vietinbank", None), (OLD, "01/vietinbank", "2024-12-31"),
    }  # fmt: skip
    seen = (await hue.ok("GET", "/v1/payments", "checker", units=[next_unit(people_unit(hue, 0))]))["items"]
    assert [p["state"] for p in seen] == ["paid"], "a commune's past is its heir's to see"
    (listed,) = (await hue.ok("GET", "/v1/handovers", "checker", units=[NEW]))["items"]
    assert listed == act
    (event,) = await hue.rows("SELECT body::text FROM outbox WHERE type = 'authority_handed_over' AND unit_id = $1", OLD)
    assert OLD in event[0]

    # what the old authority may do no more
    asked = {"authority_id": OLD}
    await hue.refused("authority-handed-over", "POST", f"/v1/runs/{december}/draw-up", "maker", asked)
    old = next(c for c in contracts if c["authority_id"] == OLD)
    funding = {
        **asked, "contract_id": old["contract_id"], "amount_dong": 1, "withdrawal_paper": "RDT", "treasury_reference": "KB 7",
        "credited_on": "2025-01-02",
    }  # fmt: skip
    await hue.refused("authority-handed-over", "POST", f"/v1/runs/{december}/fundings", "accountant", funding)
    contract = {
        **asked, "number": "02", "lead_provider": "commune_cashier", "valid_from": "2025-01-01",
        "channels": [{"channel": "cashier", "provider": "commune_cashier"}],
    }  # fmt: skip
    await hue.refused("authority-handed-over", "POST", "/v1/contracts", "province", contract)
    served = {"unit_ids": [people_unit(hue, 0)], "from_month": "2025-01"}
    path = f"/v1/contracts/{old['contract_id']}/communes"
    await hue.refused("authority-handed-over", "POST", path, "province", served)

    # the contradiction is settled by the heir: the money had been paid after all, in the heir's books now
    path = f"/v1/contradictions/{contradiction['contradiction_id']}/settle"
    body = {"resolution": "provider_right", "reason": "sao kê", "evidence": "SK-1"}
    await hue.ok("POST", path, "checker", body, units=[NEW])
    counted = await hue.counted(["2024-10-01", DECEMBER], [december], [OLD, NEW])
    assert counted[DECEMBER]["paid_account"] == 2 * DONG

    # money that nothing claims goes back to the Treasury from the heir; the heir's run pays what rests
    given = await hue.ok("POST", f"/v1/runs/{december}/refunds", "accountant", {"authority_id": NEW})
    assert given["amount_dong"] == (await hue.run_books(december))["returned_dong"] > 0
    january = await hue.pay_run("2025-01", PROVINCES[1])
    for sent in await hue.pay(january, NEW):
        await hue.tell(sent, dict.fromkeys((line.payment_id for line in sent.lines), "paid"))
    await hue.tell(chunk, {flying: "paid"}, step=105)
    counted = await hue.counted(["2024-10-01", DECEMBER, JANUARY], [december, january], [OLD, NEW])
    assert [sum(counted[m].values()) for m in ("2024-10-01", DECEMBER, JANUARY)] == [500_000, 4 * DONG, 4 * DONG]
    assert all(counted[m].keys() <= {"paid_account", "paid_cash"} for m in ("2024-10-01", DECEMBER, JANUARY))
    await hue.ok("POST", f"/v1/runs/{december}/refunds", "accountant", {"authority_id": NEW})
    closed = await hue.ok("POST", f"/v1/runs/{december}/close", "accountant", {"authority_id": NEW})
    assert closed["authority_id"] == NEW
    (event,) = await hue.rows("SELECT body::text FROM outbox WHERE type = 'month_closed' AND unit_id = $1", NEW)
    assert '"whole_run":true' in event[0].replace(" ", "")

    # and still, what the old district had paid comes back: the old books of the closed run stay, the open run carries it
    at_closing = [await hue.run_books(december, authority) for authority in (OLD, NEW)]
    await hue.tell(chunk, {paid: "returned"}, step=106)
    assert [await hue.run_books(december, authority) for authority in (OLD, NEW)] == at_closing
    counted = await hue.counted([DECEMBER, JANUARY], [december, january], [OLD, NEW])
    assert counted[DECEMBER]["returned"] == DONG
    assert parts(await hue.month_books(DECEMBER, NEW))["returned"] == DONG


def people_unit(hue: Hue, commune: int) -> str:
    """The old commune that people of a number live in."""
    return communes_of(OLD)[commune]
