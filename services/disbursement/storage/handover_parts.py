"""What went over in a hand-over, by authority: the figures that its minutes show."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.disbursement.domain.handovers import HandedOver
from shared.database import Tx

_COLUMNS = "authority_id, in_flight, in_flight_dong, resting, resting_dong, money_dong, contracts, receivables, receivables_dong"


async def insert(tx: Tx, handover_id: UUID, parts: Sequence[HandedOver]) -> None:
    """Keep the figures, in the order in which the authorities were named."""
    await tx.run_many(
        f"""INSERT INTO handover_parts (handover_id, part_no, {_COLUMNS})
            VALUES (:handover_id, :part_no, :authority_id, :in_flight, :in_flight_dong, :resting, :resting_dong, :money_dong,
                    :contracts, :receivables, :receivables_dong)""",  # noqa: S608 - constants only
        [
            {
                "handover_id": handover_id,
                "part_no": number,
                "authority_id": part.authority_id,
                "in_flight": part.in_flight,
                "in_flight_dong": part.in_flight_dong,
                "resting": part.resting,
                "resting_dong": part.resting_dong,
                "money_dong": part.money_dong,
                "contracts": part.contracts,
                "receivables": part.receivables,
                "receivables_dong": part.receivables_dong,
            }
            for number, part in enumerate(parts, 1)
        ],
    )


async def of_handover(tx: Tx, handover_id: UUID) -> tuple[HandedOver, ...]:
    """The figures of a hand-over that the transaction's scope shows."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM handover_parts WHERE handover_id = :handover_id ORDER BY part_no",  # noqa: S608
        handover_id=handover_id,
    )
    return tuple(HandedOver(**row) for row in rows)
