"""Payrolls and their steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.disbursement.domain.payrolls import Payroll, Signatory
from services.disbursement.domain.refusals import UNKNOWN_PAYROLL
from shared.contracts.base import MAX_RECORDS
from shared.database import Tx
from shared.kernel.errors import Refusal

_SELECT = """
SELECT p.*, coalesce(x.payments, 0) AS removed_payments, coalesce(x.amount_dong, 0) AS removed_amount_dong, c.states,
       c.awaiting
FROM payrolls p
CROSS JOIN LATERAL (
    SELECT coalesce(json_object_agg(s.state, s.chunks), '{}') AS states, CAST(coalesce(sum(s.awaiting), 0) AS integer) AS awaiting
    FROM (SELECT state, count(*) AS chunks, count(*) FILTER (WHERE awaits_funding) AS awaiting
          FROM chunks WHERE payroll_id = p.payroll_id GROUP BY state) s) c
CROSS JOIN LATERAL (
    SELECT count(*) AS payments, sum(m.amount_dong) AS amount_dong
    FROM payroll_exceptions e JOIN payments m ON m.run_month = p.run_month AND m.payment_id = e.payment_id
    WHERE e.payroll_id = p.payroll_id) x
"""


def _signatory(row: Any, step: str) -> Signatory | None:
    at = row[f"{step}_at"]
    if at is None:
        return None
    issuer, subject = row.get(f"{step}_for_issuer"), row.get(f"{step}_for_subject")
    return Signatory(row[f"{step}_issuer"], row[f"{step}_subject"], at, (issuer, subject) if issuer and subject else None)


def _payroll(row: Any) -> Payroll:
    states = row["states"]
    return Payroll(
        payroll_id=row["payroll_id"],
        run_id=row["run_id"],
        run_month=row["run_month"],
        authority_id=row["authority_id"],
        contract_id=row["contract_id"],
        provider=row["provider"],
        channel=row["channel"],
        seq=row["seq"],
        registry_position=row["registry_position"],
        payments=row["payments"],
        amount_dong=row["amount_dong"],
        state=row["state"],
        prepared=_signatory(row, "prepared"),
        approved=_signatory(row, "approved"),
        released=_signatory(row, "released"),
        root=row["root"],
        signature=row["signature"],
        seal_broken_at=row["seal_broken_at"],
        removed_payments=row["removed_payments"],
        removed_amount_dong=int(row["removed_amount_dong"]),
        chunks=json.loads(states) if isinstance(states, str) else states,
        released_communes=None if row["released_communes"] is None else frozenset(row["released_communes"]),
        needs_second=row["needs_second"],
        second=_signatory(row, "second"),
        second_signature=row["second_signature"],
        chunks_awaiting_funding=row["awaiting"],
    )


async def find(tx: Tx, payroll_id: UUID, *, lock: bool = False) -> Payroll:
    """The payroll; refused with `unknown-payroll`. `lock` keeps every other step of it waiting until this transaction ends."""
    if lock:
        await tx.rows("SELECT 1 FROM payrolls WHERE payroll_id = :payroll_id FOR UPDATE", payroll_id=payroll_id)
    row = await tx.row(f"{_SELECT} WHERE p.payroll_id = :payroll_id", payroll_id=payroll_id)
    if row is None:
        raise Refusal(UNKNOWN_PAYROLL, payroll_id=payroll_id)
    return _payroll(row)


async def of_run(
    tx: Tx, run_id: UUID, authority_id: str | None = None, seq: int | None = None, after: UUID | None = None, limit: int = 1000
) -> list[Payroll]:
    """Payrolls of a run that the transaction's scope shows, by id (which is their order in time)."""
    rows = await tx.rows(
        f"""{_SELECT} WHERE p.run_id = :run_id AND (CAST(:authority_id AS text) IS NULL OR p.authority_id = :authority_id)
            AND (CAST(:seq AS integer) IS NULL OR p.seq = :seq) AND (CAST(:after AS uuid) IS NULL OR p.payroll_id > :after)
            ORDER BY p.payroll_id LIMIT :limit""",
        run_id=run_id,
        authority_id=authority_id,
        seq=seq,
        after=after,
        limit=limit,
    )
    return [_payroll(row) for row in rows]


async def set_prepared(tx: Tx, payroll_id: UUID, root: bytes, who: Signatory) -> None:
    """Record the maker and the root over what was drawn up."""
    await _step(tx, payroll_id, "prepared", who, "root = :sealed", root)


async def set_approved(tx: Tx, payroll_id: UUID, signature: bytes, who: Signatory, *, needs_second: bool = False) -> None:
    """Record the checker and the signature over the root. The database refuses the maker."""
    await tx.run(
        """UPDATE payrolls SET state = 'approved', approved_issuer = :issuer, approved_subject = :subject, approved_at = :at,
               approved_for_issuer = :for_issuer, approved_for_subject = :for_subject, signature = :signature,
               needs_second = :needs_second
           WHERE payroll_id = :payroll_id""",
        needs_second=needs_second,
        **_signed(payroll_id, signature, who),
    )


async def set_second(tx: Tx, payroll_id: UUID, signature: bytes, who: Signatory) -> None:
    """Record the second approver. The database refuses the maker and the first one."""
    await tx.run(
        """UPDATE payrolls SET second_issuer = :issuer, second_subject = :subject, second_at = :at,
               second_for_issuer = :for_issuer, second_for_subject = :for_subject, second_signature = :signature
           WHERE payroll_id = :payroll_id""",
        **_signed(payroll_id, signature, who),
    )


def _signed(payroll_id: UUID, signature: bytes, who: Signatory) -> dict[str, Any]:
    for_issuer, for_subject = who.in_place_of or (None, None)
    return {
        "payroll_id": payroll_id,
        "signature": signature,
        "issuer": who.issuer,
        "subject": who.subject,
        "at": who.at,
        "for_issuer": for_issuer,
        "for_subject": for_subject,
    }


async def set_released(tx: Tx, payroll_id: UUID, who: Signatory) -> None:
    """Open the payroll to the dispatcher. Who released some communes of it first stays named."""
    await _step(tx, payroll_id, "released", who)


async def _step(tx: Tx, payroll_id: UUID, step: str, who: Signatory, also: str = "", sealed: bytes | None = None) -> None:
    assert step in ("prepared", "released")
    params: dict[str, Any] = {"sealed": sealed} if also else {}
    await tx.run(
        f"""UPDATE payrolls SET state = '{step}', {step}_issuer = :issuer, {step}_subject = :subject, {step}_at = :at
            {", " + also if also else ""} WHERE payroll_id = :payroll_id""",  # noqa: S608 - constants only
        payroll_id=payroll_id,
        issuer=who.issuer,
        subject=who.subject,
        at=who.at,
        **params,
    )


async def mark_seal_broken(tx: Tx, payroll_id: UUID) -> bool:
    """Stop the payroll: the dispatcher takes no more of it. False when it was stopped before."""
    return bool(
        await tx.run(
            """UPDATE payrolls SET seal_broken_at = platform.business_now()
               WHERE payroll_id = :payroll_id AND seal_broken_at IS NULL""",
            payroll_id=payroll_id,
        )
    )


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment of a payroll, as officers see it."""

    payment_id: UUID
    line_no: int
    chunk_no: int
    unit_id: str
    beneficiary_id: UUID
    beneficiary_code: str
    payee_name: str
    account_id: UUID | None
    account_version: int | None
    amount_dong: int
    note: str
    state: str
    reason: str | None


async def payments(tx: Tx, payroll: Payroll, after_line: int, limit: int) -> Sequence[PaymentLine]:
    """The payments of a payroll in line order, from after one."""
    rows = await tx.rows(
        f"""SELECT payment_id, line_no, chunk_no, unit_id, beneficiary_id, beneficiary_code, payee_name, account_id,
                  account_version, amount_dong, note, state, reason
           FROM payments WHERE run_month = :run_month AND payroll_id = :payroll_id AND line_no > :after
             AND chunk_no >= CAST(:after AS integer) / {MAX_RECORDS}
           ORDER BY line_no LIMIT :limit""",  # noqa: S608 - constants only
        run_month=payroll.run_month,
        payroll_id=payroll.payroll_id,
        after=after_line,
        limit=limit,
    )
    return [PaymentLine(**row) for row in rows]
