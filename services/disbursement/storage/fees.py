"""Fees: the contracts' rates, each payment's fee, and what was paid to providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.disbursement.domain.fees import ContractFees, FeeRate
from services.disbursement.storage.outcomes import ChunkRef
from shared.database import Tx


@dataclass(frozen=True, slots=True)
class FeeSettlement:
    """Fees paid to a contract's provider for a run, by a paper."""

    settlement_id: UUID
    run_id: UUID
    authority_id: str
    contract_id: UUID
    amount_dong: int
    paper_number: str
    paid_on: date
    made_issuer: str
    made_subject: str
    made_at: datetime


async def add_rate(tx: Tx, contract_id: UUID, rate: FeeRate) -> bool:
    """Keep a rate; False when the channel has one from this day."""
    return bool(
        await tx.run(
            """INSERT INTO contract_fees (contract_id, channel, from_on, basis_points, flat_dong, back_on_return)
               VALUES (:contract_id, :channel, :from_on, :basis_points, :flat_dong, :back_on_return) ON CONFLICT DO NOTHING""",
            contract_id=contract_id,
            channel=rate.channel,
            from_on=rate.from_on,
            basis_points=rate.basis_points,
            flat_dong=rate.flat_dong,
            back_on_return=rate.back_on_return,
        )
    )


async def rates_of(tx: Tx, contract_ids: Sequence[UUID]) -> dict[UUID, list[FeeRate]]:
    """The rates of contracts, by channel and day."""
    rows = await tx.rows(
        """SELECT contract_id, channel, from_on, basis_points, flat_dong, back_on_return FROM contract_fees
           WHERE contract_id = ANY(CAST(:ids AS uuid[])) ORDER BY contract_id, channel, from_on""",
        ids=list(contract_ids),
    )
    found: dict[UUID, list[FeeRate]] = {contract_id: [] for contract_id in contract_ids}
    for row in rows:
        found[row.pop("contract_id")].append(FeeRate(**row))
    return found


async def accrue(tx: Tx, chunk: ChunkRef, authority_id: str, fees: Sequence[tuple[UUID, int, bool]]) -> int:
    """Keep the fees of payments that were just paid, in the books of an authority: (payment, đồng, whether it goes when the money
    comes back); their sum."""
    await tx.ensure_month("disbursement", "payment_fees", chunk.run_month)
    return int(
        await tx.scalar(
            """WITH kept AS (
                   INSERT INTO payment_fees (run_month, payment_id, run_id, authority_id, contract_id, channel, fee_dong,
                       back_on_return, accrued_at)
                   SELECT :run_month, f.payment_id, :run_id, :authority_id, :contract_id, :channel, f.fee_dong, f.back,
                       (SELECT platform.business_now())
                   FROM unnest(CAST(:ids AS uuid[]), CAST(:fees AS bigint[]), CAST(:backs AS boolean[]))
                        AS f (payment_id, fee_dong, back)
                   ON CONFLICT DO NOTHING RETURNING fee_dong)
               SELECT coalesce(sum(fee_dong), 0)::bigint FROM kept""",
            run_month=chunk.run_month,
            run_id=chunk.run_id,
            authority_id=authority_id,
            contract_id=chunk.contract_id,
            channel=chunk.channel,
            ids=[fee[0] for fee in fees],
            fees=[fee[1] for fee in fees],
            backs=[fee[2] for fee in fees],
        )
    )


async def reverse(tx: Tx, run_month: date, payment_ids: Sequence[UUID]) -> dict[str, int]:
    """Take back the fees of payments that came back, where their contract says so; the sums, by the authority that owed them."""
    rows = await tx.rows(
        """WITH gone AS (
               UPDATE payment_fees SET reversed_at = platform.business_now()
               WHERE run_month = :run_month AND payment_id = ANY(CAST(:ids AS uuid[])) AND back_on_return
                 AND reversed_at IS NULL RETURNING authority_id, fee_dong)
           SELECT authority_id, sum(fee_dong)::bigint AS dong FROM gone GROUP BY authority_id HAVING sum(fee_dong) > 0
           ORDER BY authority_id""",
        run_month=run_month,
        ids=list(payment_ids),
    )
    return {row["authority_id"]: row["dong"] for row in rows}


# Rows on one side, the ledger on the other; neither is taken for granted where only one has the contract. What was posted in a
# later run, since this one was closed, is of this one.
_OF_RUN = """
WITH rows AS (
    SELECT authority_id, contract_id, count(*) AS payments, sum(fee_dong)::bigint AS accrued,
           coalesce(sum(fee_dong) FILTER (WHERE reversed_at IS NOT NULL), 0)::bigint AS reversed
    FROM payment_fees WHERE run_id = :run_id GROUP BY authority_id, contract_id),
settled AS (
    SELECT authority_id, contract_id, sum(amount_dong)::bigint AS settled FROM fee_settlements
    WHERE run_id = :run_id GROUP BY authority_id, contract_id),
ledger AS (
    SELECT authority_id, contract_id,
           coalesce(sum(amount_dong) FILTER (WHERE from_account = 'fee_budget'), 0)::bigint AS accrued,
           coalesce(sum(amount_dong) FILTER (WHERE to_account = 'fee_budget'), 0)::bigint AS reversed,
           coalesce(sum(amount_dong) FILTER (WHERE to_account LIKE 'fee_paid:%'), 0)::bigint AS settled
    FROM ledger_entries
    WHERE run_id = ANY(ARRAY(SELECT CAST(:run_id AS uuid) UNION SELECT in_run_id FROM late_entries WHERE of_run_id = :run_id))
      AND coalesce(about_run_id, run_id) = :run_id AND book = 'fees'
    GROUP BY authority_id, contract_id)
SELECT authority_id, contract_id, coalesce(r.payments, 0) AS payments, coalesce(r.accrued, 0) AS accrued_dong,
       coalesce(r.reversed, 0) AS reversed_dong, coalesce(s.settled, 0) AS settled_dong,
       coalesce(l.accrued, 0) AS ledger_accrued_dong, coalesce(l.reversed, 0) AS ledger_reversed_dong,
       coalesce(l.settled, 0) AS ledger_settled_dong
FROM rows r FULL JOIN settled s USING (authority_id, contract_id) FULL JOIN ledger l USING (authority_id, contract_id)
ORDER BY authority_id, contract_id
"""


async def of_run(tx: Tx, run_id: UUID) -> list[ContractFees]:
    """The fees of a run by contract, as far as the transaction's scope shows."""
    return [ContractFees(**row) for row in await tx.rows(_OF_RUN, run_id=run_id)]


async def insert_settlement(tx: Tx, kept: FeeSettlement) -> bool:
    """Keep a settlement; False when the contract's paper settled one before."""
    return bool(
        await tx.run(
            """INSERT INTO fee_settlements (settlement_id, run_id, authority_id, contract_id, amount_dong, paper_number, paid_on,
                   made_issuer, made_subject, made_at)
               VALUES (:settlement_id, :run_id, :authority_id, :contract_id, :amount_dong, :paper_number, :paid_on, :made_issuer,
                   :made_subject, :made_at)
               ON CONFLICT (contract_id, paper_number) DO NOTHING""",
            settlement_id=kept.settlement_id,
            run_id=kept.run_id,
            authority_id=kept.authority_id,
            contract_id=kept.contract_id,
            amount_dong=kept.amount_dong,
            paper_number=kept.paper_number,
            paid_on=kept.paid_on,
            made_issuer=kept.made_issuer,
            made_subject=kept.made_subject,
            made_at=kept.made_at,
        )
    )
