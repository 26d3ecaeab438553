"""Contracts, their channels, and the communes they serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from services.disbursement.domain.contracts import Contract, ContractChannel
from services.disbursement.domain.refusals import UNKNOWN_CONTRACT
from shared.database import Tx
from shared.kernel.errors import Refusal

_SELECT = """
SELECT c.contract_id, c.authority_id, c.number, c.lead_provider, c.valid_from, c.valid_to,
       (SELECT json_agg(json_build_object('channel', h.channel, 'provider', h.provider, 'canary_payments', h.canary_payments,
                                          'send_on', h.send_on) ORDER BY h.channel)
        FROM contract_channels h WHERE h.contract_id = c.contract_id) AS channels,
       (SELECT count(DISTINCT s.unit_id) FROM contract_communes s WHERE s.contract_id = c.contract_id) AS communes
FROM contracts c
"""


def _contract(row: Any) -> Contract:
    channels = orjson.loads(row["channels"]) if isinstance(row["channels"], str) else row["channels"]
    return Contract(**{**row, "channels": tuple(ContractChannel(**channel) for channel in channels or ())})


async def insert(tx: Tx, contract: Contract) -> bool:
    """Keep a contract with its channels; False when the authority has one of this number."""
    fresh = await tx.run(
        """INSERT INTO contracts (contract_id, authority_id, number, lead_provider, valid_from, valid_to)
           VALUES (:contract_id, :authority_id, :number, :lead_provider, :valid_from, :valid_to)
           ON CONFLICT (authority_id, number) DO NOTHING""",
        contract_id=contract.contract_id,
        authority_id=contract.authority_id,
        number=contract.number,
        lead_provider=contract.lead_provider,
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
    )
    if fresh:
        await tx.run_many(
            """INSERT INTO contract_channels (contract_id, channel, provider, canary_payments, send_on)
               VALUES (:contract_id, :channel, :provider, :canary_payments, :send_on)""",
            [{"contract_id": contract.contract_id, **asdict(each)} for each in contract.channels],
        )
    return bool(fresh)


async def add_communes(tx: Tx, contract_id: UUID, unit_ids: Sequence[str], from_month: date) -> int:
    """Let a contract serve communes from a run month on; how many it did not serve then already."""
    return await tx.run(
        """INSERT INTO contract_communes (contract_id, unit_id, from_month)
           SELECT :contract_id, u.unit_id, :from_month FROM unnest(CAST(:unit_ids AS text[])) AS u (unit_id)
           WHERE NOT EXISTS (SELECT FROM contract_communes s WHERE s.contract_id = :contract_id AND s.unit_id = u.unit_id
                             AND s.from_month <= :from_month AND (s.to_month IS NULL OR s.to_month >= :from_month))
           ON CONFLICT DO NOTHING""",
        contract_id=contract_id,
        unit_ids=sorted(set(unit_ids)),
        from_month=from_month,
    )


async def find(tx: Tx, contract_id: UUID) -> Contract:
    """The contract; refused with `unknown-contract`."""
    row = await tx.row(f"{_SELECT} WHERE c.contract_id = :contract_id", contract_id=contract_id)
    if row is None:
        raise Refusal(UNKNOWN_CONTRACT, contract_id=contract_id)
    return _contract(row)


async def lock(tx: Tx, contract_id: UUID) -> None:
    """Hold the contract's row: whoever else settles with it waits."""
    await tx.rows("SELECT 1 FROM contracts WHERE contract_id = :contract_id FOR UPDATE", contract_id=contract_id)


async def by_number(tx: Tx, authority_id: str, number: str) -> Contract:
    """The authority's contract of this number; refused with `unknown-contract`."""
    row = await tx.row(
        f"{_SELECT} WHERE c.authority_id = :authority_id AND c.number = :number", authority_id=authority_id, number=number
    )
    if row is None:
        raise Refusal(UNKNOWN_CONTRACT)
    return _contract(row)


async def page(tx: Tx, after: UUID | None, limit: int) -> list[Contract]:
    """Contracts that the transaction's scope shows, by id, from after one."""
    rows = await tx.rows(
        f"""{_SELECT} WHERE CAST(:after AS uuid) IS NULL OR c.contract_id > :after ORDER BY c.contract_id LIMIT :limit""",
        after=after,
        limit=limit,
    )
    return [_contract(row) for row in rows]
