"""Who receives and received: for a person, and by a payee. Each look is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.appointment_refusals import UNKNOWN_PAYEE
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.storage.appointments import appointments_of_payee, appointments_of_person
from services.registry.storage.receiving import lock_person, payee_by_id
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def payees_of_person(tx: Tx, caller: Caller, beneficiary_id: UUID) -> Sequence[Mapping[str, Any]]:
    """All appointments of a person, newest first. Refused: `unknown-beneficiary`."""
    if await lock_person(tx, beneficiary_id) is None:
        raise Refusal(UNKNOWN_BENEFICIARY)
    await audit.append(tx, caller, "beneficiary.payees.read", f"beneficiary/{beneficiary_id}")
    return await appointments_of_person(tx, beneficiary_id)


async def people_of_payee(tx: Tx, caller: Caller, payee_id: UUID) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """A payee, and their appointments, those of now first. Refused: `unknown-payee`."""
    payee = await payee_by_id(tx, payee_id)
    if payee is None:
        raise Refusal(UNKNOWN_PAYEE)
    await audit.append(tx, caller, "payee.read", f"payee/{payee_id}")
    return payee, await appointments_of_payee(tx, payee_id)
