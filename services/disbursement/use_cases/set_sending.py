"""How and when a contract's channels are instructed: canary, days, pay days."""

from __future__ import annotations

from uuid import UUID

from services.disbursement.domain.calendar import PayDays, SendOn, check_pay_days
from services.disbursement.domain.calendar_refusals import UNKNOWN_CHANNEL
from services.disbursement.domain.contracts import Contract
from services.disbursement.storage import contracts, pay_days, units
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import require_month
from shared.kernel.units import UNKNOWN_UNIT


async def set_sending(tx: Tx, caller: Caller, contract_id: UUID, channel: str, canary_payments: int, send_on: SendOn) -> Contract:
    """Set a channel's canary and days. Payrolls that are drawn up keep their chunks.

    Refused: `unknown-contract`, `unknown-channel`.
    """
    await contracts.find(tx, contract_id)
    if not await pay_days.set_sending(tx, contract_id, channel, canary_payments, send_on):
        raise Refusal(UNKNOWN_CHANNEL, channel=channel)
    await audit.append(
        tx,
        caller,
        "set-sending",
        f"contract/{contract_id}",
        channel=channel,
        canary_payments=canary_payments,
        send_on=send_on,
    )
    return await contracts.find(tx, contract_id)


async def set_pay_days(tx: Tx, caller: Caller, days: PayDays) -> PayDays:
    """Let a contract's provider hand out cash on these days of the month, from a run month on. Twice changes nothing.

    Refused: `wrong-month`, `bad-pay-days`, `unknown-contract`, `unknown-unit` where it is neither the contract's authority nor
    one of its communes.
    """
    require_month(days.from_month)
    check_pay_days(days)
    contract = await contracts.find(tx, days.contract_id)
    if days.unit_id != contract.authority_id and await units.outside(tx, [days.unit_id], contract.authority_id):
        raise Refusal(UNKNOWN_UNIT, f"not {contract.authority_id} and no commune of it", unit=days.unit_id)
    if await pay_days.put(tx, days):
        await audit.append(
            tx,
            caller,
            "set-pay-days",
            f"contract/{days.contract_id}",
            unit_id=days.unit_id,
            from_month=days.from_month,
            first_day=days.first_day,
            last_day=days.last_day,
        )
    return days
