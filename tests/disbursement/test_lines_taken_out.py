"""Lines taken out of a payroll: by the registry's last word at the release, and by an officer at any step."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.disbursement.api import payrolls
from services.disbursement.api.registry_cut import RegistryCut
from shared import outbox
from shared.contracts.registry_events import BeneficiariesChanged
from shared.keys import SEAL, load_signing_key
from shared.web import make_app
from tests.disbursement.office import Office
from tests.disbursement.records import OCTOBER, bank_account, changed, payee, wallet
from tests.disbursement.test_release import audited, drawn

NOVEMBER = date(2021, 11, 1)
OVERTAKEN: list[tuple[str, dict[str, Any], str]] = [
    ("dead", {"status": "dead", "status_from_month": OCTOBER}, "cancelled"),
    ("dead", {"status": "dead", "status_from_month": NOVEMBER}, "new"),  # October is owed still, to an heir
    ("stopped", {"status": "stopped", "status_from_month": OCTOBER}, "cancelled"),
    ("held", {"hold": "duplicate"}, "new"),
    ("suspended", {"status": "suspended"}, "new"),
    ("payee-changed", {"payee": payee(UUID(int=7), full_name="Trần Văn Nam", relationship="guardian")}, "new"),
    ("account-changed", {"account": None}, "new"),
    ("account-changed", {"account": wallet()}, "new"),
]


@pytest.mark.parametrize(("reason", "change", "resting"), OVERTAKEN)
async def test_lines_that_the_registry_overtook_are_taken_out(
    office: Office, reason: str, change: dict[str, Any], resting: str
) -> None:
    person, other = (office.person("K6-N", commune=0, account=wallet()) for _ in range(2))
    payroll = await drawn(office, person, other)
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 540_000)  # enough for what stays
    await office.say(changed(person, **change))
    released = await office.release(payroll["payroll_id"])
    assert (released["removed_payments"], released["removed_amount_dong"]) == (1, 540_000)
    assert (released["payments"], released["amount_dong"], released["root"]) == (2, 1_080_000, released["root"])
    lines = {p["beneficiary_code"]: (p["state"], p["reason"]) for p in await office.payments(payroll["payroll_id"])}
    assert lines == {person.code: ("removed", reason), other.code: ("open", None)}
    (gone,) = await office.obligations(subject_id=person.beneficiary_id)
    assert (gone["live_payment_id"], gone["resting"], gone["payment_seq"]) == (None, resting, 1)
    (event,) = await office.events("payroll_released")
    assert (event["payments"], event["amount_dong"]) == (1, 540_000)
    (exception,) = await office.rows(
        "SELECT reason, subject FROM payroll_exceptions WHERE payroll_id = $1", UUID(payroll["payroll_id"])
    )
    assert tuple(exception) == (reason, "ha")
    assert ("remove-payments", "ha") in await audited(office, payroll["payroll_id"])
    expected = {("law", "not_released"): (2, 1_080_000)}
    if resting == "cancelled":
        expected["not_released", "cancelled"] = (1, 540_000)
    assert await office.ledger() == expected
    moves = [m for e in await office.events("obligations_moved") for m in e["moves"] if m["to_place"] == "cancelled"]
    assert [(m["from_place"], m["step"]) for m in moves] == ([("not_released", 13)] if resting == "cancelled" else [])


async def test_release_waits_for_what_the_registry_said_before(office: Office) -> None:
    person = office.person("K6-N")
    payroll = await drawn(office, person, office.person("K6-N"))
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 540_000)
    async with office.platform.database("registry").transaction() as tx:
        await outbox.emit(tx, BeneficiariesChanged(records=[changed(person, hold="duplicate")]))

    async def deliver_late() -> None:
        await asyncio.sleep(0.3)
        await office.feed()

    released, _ = await asyncio.gather(office.release(payroll["payroll_id"]), deliver_late())
    assert released["removed_payments"] == 1


async def test_no_release_while_the_registry_is_behind(office: Office) -> None:
    payroll = await drawn(office)
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 10_000_000)

    async def far_ahead() -> int:
        return await office.platform.registry_position() + 1_000

    key = load_signing_key(office.platform.settings.keys_dir, SEAL)
    app = make_app("disbursement", "d", "", office.database, office.platform.verifier)
    app.include_router(payrolls.make_router(office.database, key, RegistryCut(office.database, far_ahead, wait_seconds=0.2)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://disbursement") as client:
        office.client = client
        path = f"/v1/payrolls/{payroll['payroll_id']}/release"
        await office.refused("registry-behind", "POST", path, "accountant")


async def test_what_doesn_t_concern_the_money_takes_nothing_out(office: Office) -> None:
    in_cash = office.person("K6-N", commune=0)
    payroll = await drawn(office, in_cash)
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 540_000)
    opened = changed(in_cash, account=wallet(), full_name="Nguyễn Thị Lành", payee=payee(in_cash.beneficiary_id, version=2))
    await office.say(opened)
    assert (await office.release(payroll["payroll_id"]))["removed_payments"] == 0


async def test_a_person_who_moved_to_another_authority_and_died_is_seen(office: Office, disbursement: Any) -> None:
    """Row scope must not hide from the release who moved away."""
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    person = office.person("K6-N")
    payroll = await drawn(office, person)
    await office.approved(payroll["payroll_id"])
    await office.say(changed(person, unit_id=other.communes[0], status="dead", status_from_month=OCTOBER))
    path = f"/v1/payrolls/{payroll['payroll_id']}/release"
    released = await office.ok("POST", path, "accountant", units=[office.authority])
    assert (released["state"], released["removed_payments"]) == ("released", 1)


async def test_a_refused_release_takes_nothing_out(office: Office) -> None:
    person, other = office.person("K6-N"), office.person("K6-N")
    payroll = await drawn(office, person, other)
    await office.approved(payroll["payroll_id"])
    await office.say(changed(person, hold="duplicate"))
    await office.refused("not-funded", "POST", f"/v1/payrolls/{payroll['payroll_id']}/release", "accountant")


async def test_what_was_taken_out_comes_into_a_supplement(office: Office) -> None:
    person = office.person("K6-N", commune=1, account=bank_account())
    payroll = await drawn(office, person)
    await office.approved(payroll["payroll_id"])
    await office.say(changed(person, account=bank_account()))
    assert (await office.release(payroll["payroll_id"]))["removed_payments"] == 1
    supplement = await office.draw(payroll["run_id"])
    assert [(p["channel"], p["payments"], p["seq"]) for p in supplement["payrolls"]] == [("account", 1, 1)]


# --- taking a line out by hand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["draw", "prepare", "approve", "release"])
async def test_a_line_is_taken_out_at_any_step(office: Office, after: str) -> None:
    payroll = await drawn(office)
    payroll_id = payroll["payroll_id"]
    if after != "draw":
        await office.prepare(payroll_id)
    if after in ("approve", "release"):
        await office.approve(payroll_id)
        await office.fund(payroll["run_id"], payroll["contract_id"], 10_000_000)
    if after == "release":
        await office.release(payroll_id)
    payment = (await office.payments(payroll_id))[0]
    body = {"payment_id": payment["payment_id"], "reason": "Đã chuyển đi"}
    view = await office.ok("POST", f"/v1/payrolls/{payroll_id}/exceptions", "accountant", body)
    assert (view["removed_payments"], view["removed_amount_dong"]) == (1, payment["amount_dong"])
    assert await office.ok("POST", f"/v1/payrolls/{payroll_id}/exceptions", "accountant", body) == view
    if after == "draw":
        await office.prepare(payroll_id)
    if after in ("draw", "prepare"):
        await office.approve(payroll_id)
        await office.fund(payroll["run_id"], payroll["contract_id"], payroll["amount_dong"] - payment["amount_dong"])
    if after != "release":
        assert (await office.release(payroll_id))["state"] == "released"


@pytest.mark.books_broken
async def test_exceptions_are_refused(office: Office) -> None:
    payroll = await drawn(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}/exceptions"
    payment = (await office.payments(payroll["payroll_id"]))[0]
    body = {"payment_id": payment["payment_id"], "reason": "x"}
    unknown = {"payment_id": payroll["payroll_id"], "reason": "x"}
    await office.refused("unknown-payment", "POST", path, "accountant", unknown)
    await office.refused("not-allowed", "POST", path, "maker", body)
    await office.refused("unknown-payroll", "POST", path, "accountant", body, units=[office.communes[0]])
    await office.refused("bad-request", "POST", path, "accountant", {**body, "reason": "a\u0000b"})
    await office.rows("UPDATE chunks SET state = 'instructed' WHERE payroll_id = $1", UUID(payroll["payroll_id"]))
    await office.refused("too-late-to-remove", "POST", path, "accountant", body)
