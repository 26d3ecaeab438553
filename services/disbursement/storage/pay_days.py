"""When contracts' providers hand out cash, and when their channels may be instructed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disbursement.domain.calendar import PayDays, SendOn
from shared.database import Tx


async def put(tx: Tx, days: PayDays) -> bool:
    """Keep pay days from a month on; False when they were kept so before."""
    return bool(
        await tx.run(
            """INSERT INTO pay_days AS held (contract_id, unit_id, from_month, first_day, last_day)
               VALUES (:contract_id, :unit_id, :from_month, :first_day, :last_day)
               ON CONFLICT (contract_id, unit_id, from_month) DO UPDATE
                   SET first_day = excluded.first_day, last_day = excluded.last_day
                   WHERE (held.first_day, held.last_day) <> (excluded.first_day, excluded.last_day)""",
            contract_id=days.contract_id,
            unit_id=days.unit_id,
            from_month=days.from_month,
            first_day=days.first_day,
            last_day=days.last_day,
        )
    )


async def up_to(tx: Tx, month: date) -> list[PayDays]:
    """Pay days of contracts that the transaction's scope shows, of all months up to one."""
    rows = await tx.rows(
        """SELECT d.contract_id, d.unit_id, d.from_month, d.first_day, d.last_day
           FROM pay_days d JOIN contracts c ON c.contract_id = d.contract_id
           WHERE d.from_month <= :month ORDER BY d.contract_id, d.unit_id, d.from_month""",
        month=month,
    )
    return [PayDays(**row) for row in rows]


async def set_sending(tx: Tx, contract_id: UUID, channel: str, canary_payments: int, send_on: SendOn) -> bool:
    """How a contract's channel is instructed; False where the contract has no such channel."""
    return bool(
        await tx.run(
            """UPDATE contract_channels SET canary_payments = :canary_payments, send_on = :send_on
               WHERE contract_id = :contract_id AND channel = :channel""",
            contract_id=contract_id,
            channel=channel,
            canary_payments=canary_payments,
            send_on=send_on,
        )
    )
