"""Define contracts and the communes they serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.disbursement.domain.contracts import Contract
from services.disbursement.domain.refusals import CONTRACT_EXISTS
from services.disbursement.domain.routing import check_channels
from services.disbursement.storage import contracts, handovers, units
from services.disbursement.storage.providers import provider_channels
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.months import require_month
from shared.kernel.units import UNKNOWN_UNIT


async def define_contract(tx: Tx, caller: Caller, contract: Contract) -> Contract:
    """Keep a contract, or give the one of this number where it says the same.

    Refused: `unknown-provider`, `authority-handed-over`, `contract-exists` where the authority's contract of this number says
    something else.
    """
    await handovers.check_stands(tx, contract.authority_id)
    described = await provider_channels(tx)
    check_channels(contract.lead_provider, [(each.channel, each.provider) for each in contract.channels], described)
    fresh = await contracts.insert(tx, contract)
    held = await contracts.by_number(tx, contract.authority_id, contract.number)
    if not fresh and replace(held, contract_id=contract.contract_id, communes=0) != contract:
        raise Refusal(CONTRACT_EXISTS, number=contract.number, contract_id=held.contract_id)
    if fresh:
        await audit.append(
            tx,
            caller,
            "define-contract",
            f"contract/{held.contract_id}",
            number=held.number,
            authority_id=held.authority_id,
            channels={each.channel: each.provider for each in held.channels},
        )
    return held


async def serve_communes(tx: Tx, caller: Caller, contract_id: UUID, unit_ids: Sequence[str], from_month: date) -> Contract:
    """Let a contract serve communes of its authority from a run month on. Doing it twice changes nothing.

    Refused: `wrong-month`, `unknown-contract`, `authority-handed-over`, `unknown-unit` where one is no commune of the authority.
    """
    require_month(from_month)
    contract = await contracts.find(tx, contract_id)
    await handovers.check_stands(tx, contract.authority_id)
    outside = await units.outside(tx, unit_ids, contract.authority_id)
    if outside:
        raise Refusal(UNKNOWN_UNIT, f"no communes of {contract.authority_id}: {', '.join(outside[:10])}", units=outside)
    added = await contracts.add_communes(tx, contract_id, unit_ids, from_month)
    if added:
        await audit.append(
            tx, caller, "serve-communes", f"contract/{contract_id}", communes=sorted(set(unit_ids)), from_month=from_month
        )
    return await contracts.find(tx, contract_id)
