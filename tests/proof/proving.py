"""What the proofs do again and again: draw payrolls up, have children work on them, let others ask for things, judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.contracts.registry_events import (
    AccountRequest,
    AccountsRequested,
    BeneficiariesChanged,
    NameEnquiriesRequested,
    NameEnquiry,
    NoticeRecord,
    NoticesQueued,
)
from shared.crypto import ACCOUNT, IDENTITY, PHONE
from shared.kernel.ids import new_id
from shared.outbox import emit
from tests.proof.conftest import Ground
from tests.proof.country import payment_by_payment
from tests.proof.kill_points import PROVIDERS

SECONDS = 180.0
"""After so long a child that was not killed ends by itself, done or not: then something is stuck."""


def a_child(
    drawn: dict[str, Any],
    fatal: Collection[str],
    *,
    until: str = "settled",
    door: bool = True,
    seconds: float = SECONDS,
    port: int | None = None,
) -> dict[str, Any]:
    """An order to work, and to die where it is told. `port`: of its door, where the usual one is somebody else's."""
    recall = [
        drawn["payments"].pop()
    ]  # of the last chunks if door and (not fatal or any("recall" in name for name in fatal)) else []
    return {
        "do": "work", "fatal": sorted(fatal), "seconds": seconds, "until": until, "door": door, "recall": recall, "port": port,
        "stop": drawn["payrolls"][0] if not fatal or any("api.stops" in name for name in fatal) else None,
    }  # fmt: skip


async def drawn(ground: Ground, each_way: int) -> dict[str, Any]:
    """A province's payrolls, released."""
    (told,) = await ground.zygote.order({"do": "draw", "each_way": each_way, "ways": PROVIDERS, "skip": ground.provinces})
    ground.provinces += 1
    found: dict[str, Any] = told["done"]
    await ground.ask("POST", "/accounts", accounts=found["accounts"])
    return found


async def others_ask(ground: Ground, unit_id: str) -> None:
    """What else the services do meanwhile: accounts to open, names to ask for, changes to tell people of, a record that changed,
    connectors that can do other things than before."""
    seal = ground.cipher.seal

    def request(phone: str) -> AccountRequest:
        return AccountRequest(
            account_id=new_id(), payee_id=new_id(), unit_id=unit_id, holder_name="Lê Văn Bình",
            identity_sealed=seal(f"046{_digits()}", IDENTITY), phone_sealed=seal(phone, PHONE),
        )  # fmt: skip

    def enquiry() -> NameEnquiry:
        return NameEnquiry(
            enquiry_id=new_id(), account_id=new_id(), account_version=1, unit_id=unit_id, holder_name="Lê Văn Bình",
            number_sealed=seal(f"0{_digits()}", ACCOUNT),
        )  # fmt: skip

    notice = NoticeRecord(
        notice_id=new_id(), payee_id=new_id(), unit_id=unit_id, kind="account_begun", phone_sealed=seal(f"0{_digits()}", PHONE)
    )
    async with ground.registry.transaction() as tx:
        for provider in ("viettelpay", "vietinbank"):
            await emit(tx, AccountsRequested(provider=provider, requests=[request(f"0{_digits()}")]))
            await emit(tx, NameEnquiriesRequested(provider=provider, enquiries=[enquiry()]))
        await emit(tx, NoticesQueued(notices=[notice]))
        await emit(tx, BeneficiariesChanged(records=[]))
    async with ground.looking() as admin:
        await admin.execute("UPDATE provider_gateway.described_providers SET described = '[]'")


def _digits() -> str:
    """Nine of them, never the same."""
    return f"9{UUID(bytes=new_id().bytes).int % 10**8:08d}"


async def settled_and_judged(ground: Ground, drawn: dict[str, Any], port: int | None = None) -> Counter[str]:
    """Days pass, until all cash is collected or has lapsed; then nothing is open anywhere, and the books of the providers, of
    the gateway and of disbursement agree, payment by payment. How many payments ended where."""
    for _ in range(3):
        await ground.set_day(ground.day + timedelta(days=4))
        (told,) = await ground.zygote.order(a_child(drawn, [], port=port))
    assert not told["done"]["left"], (told["done"], ground.zygote.words())
    async with ground.looking() as admin:
        ends = await payment_by_payment(admin, await ground.moved())
    totals = await ground.ask("GET", "/totals")
    assert {name: total["double_payments"] for name, total in totals.items()} == dict.fromkeys(PROVIDERS, 0)
    assert (await ground.ask("GET", "/webhooks"))["forged_believed"] == 0
    for queue in ("chitra.disbursement", "chitra.provider_gateway"):
        assert await ground.bus.dead_letters(queue) == []
    return ends
