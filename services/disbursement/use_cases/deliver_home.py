"""Say that somebody gets cash at home, or does no more."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disbursement.domain.refusals import NOT_AT_HOME, UNKNOWN_BENEFICIARY
from services.disbursement.storage import home_deliveries
from shared import audit
from shared.auth import Caller
from shared.database import Row, Tx
from shared.kernel.errors import Refusal


async def begin_home_delivery(tx: Tx, caller: Caller, beneficiary_id: UUID, from_on: date, reason: str) -> Row:
    """Orders instructed from a day on say that the cash is carried home. One that lasts already stays. Refused:
    `unknown-beneficiary`."""
    unit_id = await home_deliveries.unit_of(tx, beneficiary_id)
    if unit_id is None:
        raise Refusal(UNKNOWN_BENEFICIARY, beneficiary_id=beneficiary_id)
    await home_deliveries.insert(tx, beneficiary_id, unit_id, from_on, reason, caller.issuer, caller.subject)
    await audit.append(tx, caller, "home-delivery", f"beneficiary/{beneficiary_id}", from_on=from_on, reason=reason)
    return await _newest(tx, beneficiary_id)


async def end_home_delivery(tx: Tx, caller: Caller, beneficiary_id: UUID, to_on: date) -> Row:
    """Its last day. Ended before: how it ended. Refused: `unknown-beneficiary`, `not-at-home`."""
    if await home_deliveries.unit_of(tx, beneficiary_id) is None:
        raise Refusal(UNKNOWN_BENEFICIARY, beneficiary_id=beneficiary_id)
    await home_deliveries.end(tx, beneficiary_id, to_on)
    await audit.append(tx, caller, "end-home-delivery", f"beneficiary/{beneficiary_id}", to_on=to_on)
    return await _newest(tx, beneficiary_id)


async def _newest(tx: Tx, beneficiary_id: UUID) -> Row:
    row = await home_deliveries.newest(tx, beneficiary_id)
    if row is None:
        raise Refusal(NOT_AT_HOME, beneficiary_id=beneficiary_id)
    return row
