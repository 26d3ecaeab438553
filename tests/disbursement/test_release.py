"""From the maker to the accountant: who may take which step, money first, and the registry's last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from shared.auth import LOCAL_ISSUER
from shared.contracts.registry_events import BeneficiaryRecord
from shared.kernel.clock import wall_now
from shared.keys import ISSUER, load_signing_key
from tests.disbursement.office import Office
from tests.disbursement.records import wallet


async def drawn(office: Office, *people: BeneficiaryRecord) -> dict[str, Any]:
    """One payroll of the cashier's, or of the people given."""
    await office.say(*(people or [office.person("K6-N"), office.person("K6-DBN")]))
    (payroll,) = (await office.draw(await office.run()))["payrolls"]
    return dict(payroll)


async def audited(office: Office, payroll_id: str) -> list[tuple[str, str]]:
    rows = await office.rows("SELECT action, subject FROM audit_log WHERE object = $1 ORDER BY seq", f"payroll/{payroll_id}")
    return [(row[0], row[1]) for row in rows]


async def test_the_whole_way(office: Office) -> None:
    payroll = await drawn(office)
    payroll_id = payroll["payroll_id"]
    prepared = await office.prepare(payroll_id)
    assert (prepared["state"], prepared["prepared_by"], len(prepared["root"])) == ("prepared", "lan", 64)
    approved = await office.approve(payroll_id)
    assert (approved["state"], approved["approved_by"], approved["root"]) == ("approved", "minh", prepared["root"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 1_260_000)
    released = await office.release(payroll_id)
    assert (released["state"], released["released_by"], released["removed_payments"]) == ("released", "ha", 0)
    assert await audited(office, payroll_id) == [
        ("prepare-payroll", "lan"),
        ("approve-payroll", "minh"),
        ("release-payroll", "ha"),
    ]
    (event,) = await office.events("payroll_released")
    assert (event["payments"], event["amount_dong"], event["channel"]) == (2, 1_260_000, "cashier")
    assert await office.events("chunk_instructed") == []  # release publishes no payment by itself
    money = await office.ledger("money")
    assert money == {("treasury", f"provider:{payroll['contract_id']}"): (0, 1_260_000)}
    (broken,) = await office.rows("SELECT audit_first_break()")
    assert broken[0] is None


# --- who may ----------------------------------------------------------------------------------------------------------


async def test_the_maker_may_not_approve(office: Office) -> None:
    payroll = await drawn(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}"
    await office.prepare(payroll["payroll_id"])
    await office.refused("maker-is-checker", "POST", f"{path}/approve", "checker", subject="lan")


async def test_the_database_refuses_the_maker_too(office: Office) -> None:
    payroll = await drawn(office)
    await office.prepare(payroll["payroll_id"])
    with pytest.raises(Exception, match="payrolls_check"):
        await office.rows(
            """UPDATE payrolls SET state = 'approved', signature = 'x', approved_issuer = prepared_issuer,
                   approved_subject = prepared_subject, approved_at = now() WHERE payroll_id = $1""",
            UUID(payroll["payroll_id"]),
        )


async def test_a_service_account_approves_nothing(office: Office) -> None:
    payroll = await drawn(office)
    await office.prepare(payroll["payroll_id"])
    claims = {
        "iss": LOCAL_ISSUER, "sub": "robot", "aud": "chitra", "exp": wall_now() + timedelta(hours=1), "unit_ids": ["*"],
        "scope": "disbursement:approve", "kind": "service",
    }  # fmt: skip
    token = jwt.encode(claims, load_signing_key(office.platform.settings.keys_dir, ISSUER), algorithm="EdDSA")
    path = f"/v1/payrolls/{payroll['payroll_id']}/approve"
    headers = {"Authorization": f"Bearer {token}"}
    await office.refused("service-account-approves", "POST", path, "checker", headers=headers)


STEPS = {"prepare": "maker", "approve": "checker", "release": "accountant"}


OTHER_ROLES = ["commune_officer", "provider_staff", "operations", "admin", *STEPS.values()]


@pytest.mark.parametrize(("step", "role"), [(step, role) for step in STEPS for role in OTHER_ROLES if role != STEPS[step]])
async def test_a_token_without_the_role(office: Office, step: str, role: str) -> None:
    payroll = await drawn(office)
    await office.refused("not-allowed", "POST", f"/v1/payrolls/{payroll['payroll_id']}/{step}", role)


@pytest.mark.parametrize("step", STEPS)
async def test_a_token_for_another_unit_sees_no_payroll(office: Office, disbursement: Any, step: str) -> None:
    payroll = await drawn(office)
    other = await Office(disbursement, office.platform, office.client, office.admin, office.tokens).lay()
    path = f"/v1/payrolls/{payroll['payroll_id']}"
    for units in ([other.province], [other.authority], [office.communes[0]]):
        await office.refused("unknown-payroll", "POST", f"{path}/{step}", STEPS[step], units=units)
        await office.refused("unknown-payroll", "GET", path, "maker", units=units)
        await office.refused("unknown-payroll", "GET", f"{path}/payments", "maker", units=units)
    assert (await office.ok("GET", path, "maker", units=[office.authority]))["payroll_id"] == payroll["payroll_id"]


# --- order of steps ---------------------------------------------------------------------------------------------------


async def test_steps_can_t_be_left_out_or_repeated(office: Office) -> None:
    payroll = await drawn(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}"
    await office.fund(payroll["run_id"], payroll["contract_id"], 10_000_000)
    await office.refused("wrong-state", "POST", f"{path}/approve", "checker")
    await office.refused("wrong-state", "POST", f"{path}/release", "accountant")
    await office.prepare(payroll["payroll_id"])
    await office.refused("wrong-state", "POST", f"{path}/prepare", "maker")
    await office.refused("wrong-state", "POST", f"{path}/release", "accountant")
    await office.approve(payroll["payroll_id"])
    await office.refused("wrong-state", "POST", f"{path}/approve", "checker")
    await office.release(payroll["payroll_id"])
    for step, role in STEPS.items():
        await office.refused("already-released", "POST", f"{path}/{step}", role)


# --- money first ------------------------------------------------------------------------------------------------------


async def test_no_release_without_confirmed_funding(office: Office) -> None:
    payroll = await drawn(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}/release"
    await office.approved(payroll["payroll_id"])
    problem = await office.refused("not-funded", "POST", path, "accountant")
    assert (problem["available_dong"], problem["needed_dong"]) == (0, 1_260_000)
    await office.fund(payroll["run_id"], payroll["contract_id"], 1_259_999)
    await office.refused("not-funded", "POST", path, "accountant")
    await office.fund(payroll["run_id"], payroll["contract_id"], 1)
    await office.release(payroll["payroll_id"])


@pytest.mark.books_broken
async def test_one_đồng_pays_one_payroll_only(office: Office) -> None:
    """Two channels of one contract draw on the same money."""
    await office.say(office.person("K6-N", commune=0, account=wallet()), office.person("K6-N", commune=0))
    first, second = (await office.draw(await office.run()))["payrolls"]
    for payroll in (first, second):
        await office.approved(payroll["payroll_id"])
    await office.fund(first["run_id"], first["contract_id"], 540_000)
    await office.release(first["payroll_id"])
    path = f"/v1/payrolls/{second['payroll_id']}/release"
    await office.refused("not-funded", "POST", path, "accountant")
    await office.rows("UPDATE payments SET state = 'rejected' WHERE payroll_id = $1", UUID(first["payroll_id"]))
    await office.release(second["payroll_id"])  # what finally failed leaves its money


async def test_funding_of_another_contract_or_run_doesn_t_count(office: Office) -> None:
    payroll = await drawn(office)
    path = f"/v1/payrolls/{payroll['payroll_id']}/release"
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], office.deeds.viettel, 10_000_000)
    await office.fund(await office.run("2021-11"), payroll["contract_id"], 10_000_000)
    await office.refused("not-funded", "POST", path, "accountant")


@pytest.mark.books_broken
async def test_money_that_went_back_pays_nothing(office: Office) -> None:
    payroll = await drawn(office)
    await office.approved(payroll["payroll_id"])
    await office.fund(payroll["run_id"], payroll["contract_id"], 2_000_000)
    async with office.database.transaction() as tx:
        await tx.run(
            """INSERT INTO refunds (refund_id, run_id, authority_id, contract_id, amount_dong, made_issuer, made_subject, made_at)
               VALUES (uuidv7(), :run, :authority, :contract, 740001, 'i', 's', now())""",
            run=UUID(payroll["run_id"]), authority=office.authority, contract=UUID(payroll["contract_id"]),
        )  # fmt: skip
    path = f"/v1/payrolls/{payroll['payroll_id']}/release"
    await office.refused("not-funded", "POST", path, "accountant")
