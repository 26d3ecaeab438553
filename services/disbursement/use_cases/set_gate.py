"""Set a gate for a province or a paying authority from a day on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.disbursement.domain.gates import Gate, check_gate
from services.disbursement.domain.payrolls import Signatory
from services.disbursement.storage import gates
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id


async def set_gate(tx: Tx, caller: Caller, unit_id: str, gate: Gate, valid_from: date) -> UUID:
    """Keep what a unit says of a gate; the later of two from the same day counts. Refused: `unknown-gate`."""
    check_gate(gate.code)
    gate_id = new_id()
    who = Signatory(caller.issuer, caller.subject, await tx.business_now())
    await gates.insert(tx, gate_id, unit_id, gate, valid_from, who)
    await audit.append(
        tx,
        caller,
        "set-gate",
        f"unit/{unit_id}",
        gate=gate.code,
        severity=gate.severity,
        threshold=gate.threshold,
        valid_from=valid_from,
    )
    return gate_id
