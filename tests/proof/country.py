"""A province whose people are paid all four ways, and the judge's look at the books of all who moved their money."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.provider_gateway.domain.attempt import WITHDRAWN
from shared.contracts.registry_events import AccountRecord, BeneficiaryRecord, PayeeRecord
from shared.crypto import ACCOUNT, IDENTITY, FieldCipher
from shared.kernel.ids import new_id, payment_reference
from tests.disbursement.office import Office
from tests.gateway.sandbox_at_work import SandboxAtWork

NAME = "Nguyễn Thị Lan"

SET_CLOCK = """
INSERT INTO platform.business_clock (business_at, set_at) VALUES ($1, clock_timestamp())
ON CONFLICT (only_row) DO UPDATE SET business_at = excluded.business_at, set_at = excluded.set_at
"""

Moved = dict[str, list[tuple[str, int]]]
"""Reference -> what moved at the provider: kind and đồng."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """People to be paid: their records, and the accounts that their providers know."""

    records: list[BeneficiaryRecord]
    accounts: list[dict[str, Any]]


def make_crowd(office: Office, cipher: FieldCipher, each_way: int, ways: Sequence[str]) -> Crowd:
    """So many people for each way: `viettelpay`, `vietinbank`, `vnpost`, `commune_cashier`."""
    records, accounts = [], []
    commune = {"viettelpay": 0, "vietinbank": 1, "vnpost": 1, "commune_cashier": 2}
    numbers = iter(random.sample(range(100_000_000, 999_999_999), each_way * len(ways)))
    for way in ways:
        for _ in range(each_way):
            number = next(numbers)
            account = None
            if way in ("viettelpay", "vietinbank"):
                ours, theirs = (f"0{number}", f"84{number}") if way == "viettelpay" else (f"101{number}", f"101{number}")
                account = AccountRecord(
                    account_id=new_id(), version=1, provider=way, holder_name=NAME,
                    channel="wallet" if way == "viettelpay" else "account", number_sealed=cipher.seal(ours, ACCOUNT),
                )  # fmt: skip
                accounts.append({"provider": way, "account_number": theirs, "holder_name": NAME})
            person = office.person("K6-N", commune=commune[way], account=account)
            payee = PayeeRecord(
                payee_id=person.beneficiary_id, version=1, full_name=NAME, relationship="self",
                identity_sealed=cipher.seal(f"046{number}", IDENTITY), phone_sealed=None,
            )  # fmt: skip
            records.append(person.model_copy(update={"payee": payee}))
    return Crowd(records, accounts)


async def set_days(admin_url: str, sandbox: SandboxAtWork, day: date) -> None:
    """Move both business clocks: ours to the morning of a day, and the providers' to its end."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(SET_CLOCK, datetime(day.year, day.month, day.day, 5, tzinfo=UTC))
    finally:
        await connection.close()
    await asyncio.to_thread(sandbox.ask, "POST", "/clock", today=day.isoformat())


async def payment_by_payment(admin: asyncpg.Connection, moved: Moved) -> Counter[str]:
    """Compare, for every payment that was ever instructed, the provider's books, the gateway's and disbursement's; how many
    ended where. Raises AssertionError with what does not agree."""
    rows = await admin.fetch(
        """SELECT p.payment_id, p.amount_dong, p.state AS ours, a.attempt_no, a.reference, a.state AS gateways, a.sends, a.reason
           FROM disbursement.payments p
           LEFT JOIN provider_gateway.attempts a USING (run_month, payment_id)
           WHERE p.state <> 'removed' AND EXISTS (SELECT FROM provider_gateway.chunks c
                         WHERE c.payroll_id = p.payroll_id AND c.chunk_no = p.chunk_no)"""
    )
    wrong, ends, known = [], Counter[str](), set()
    attempts: Counter[UUID] = Counter(row["payment_id"] for row in rows)
    for row in rows:
        reference = row["reference"] or payment_reference(row["payment_id"], 1)
        known.add(reference)
        what = moved.get(reference, [])
        paid = [dong for kind, dong in what if kind != "return"]
        came_back = len(what) - len(paid)
        should = "returned" if came_back else "paid" if paid else None
        agree = row["ours"] == row["gateways"] and (
            row["ours"] == should if should else row["ours"] in ("rejected", "unclaimed") or row["reason"] == WITHDRAWN
        )
        if not agree or len(paid) > 1 or set(paid) - {row["amount_dong"]} or attempts[row["payment_id"]] > 1:
            wrong.append((dict(row), what))
        ends[row["ours"]] += 1
    assert not wrong, wrong[:5]
    assert moved.keys() <= known, "the providers moved money for what nobody instructed"
    return ends


async def whole(admin: asyncpg.Connection) -> dict[str, int]:
    """What must be nothing at the end, counted: each of these is something that stuck."""
    sql = {
        "chunks_open": "SELECT count(*) FROM provider_gateway.chunks WHERE state <> 'settled'",
        "chunks_unsent": "SELECT count(*) FROM disbursement.chunks WHERE state <> 'answered'",
        "webhooks_waiting": "SELECT count(*) FROM provider_gateway.webhooks WHERE state <> 'applied'",
        "contradictions": "SELECT count(*) FROM provider_gateway.contradictions",
        "gateway_parked": "SELECT count(*) FROM provider_gateway.inbox_parked",
        "disbursement_parked": "SELECT count(*) FROM disbursement.inbox_parked",
        **{
            f"{service}_unsaid": f"SELECT count(*) FROM {service}.outbox o, {service}.outbox_state s"
            " WHERE o.position IS NULL OR o.position > s.published_position"
            for service in ("registry", "disbursement", "provider_gateway")
        },
        "unanswered": "SELECT count(*) FROM provider_gateway.attempts WHERE state IN ('sending', 'unknown')",
        "accounts_open": "SELECT count(*) FROM provider_gateway.account_requests WHERE state IN ('waiting', 'asked')",
        "payments_open": "SELECT count(*) FROM disbursement.payments WHERE state = 'open'",
    }
    return {name: int(await admin.fetchval(query)) for name, query in sql.items()}
