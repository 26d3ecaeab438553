"""Reconcile payments with what a provider says it paid: take its list in, compare, open breaks, heal old ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.disbursement.domain.reconciliation import (
    ALREADY_COMPARED,
    DAYS_MISSING,
    PART_DIFFERS,
    Source,
    expected_there,
)
from services.disbursement.domain.refusals import UNKNOWN_CONTRACT
from services.disbursement.storage import breaks, compare_payments, contracts, reconciliations, runs
from services.disbursement.storage.authorities import authorities_within
from services.disbursement.storage.compare_payments import Comparison
from services.disbursement.storage.reconciliations import ListLine, Reconciliation
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class StartReconciliation:
    """What is to be compared: a unit's payments through a provider, of a run, or of the days from `from_on`."""

    unit_id: str
    provider: str
    contract_id: UUID | None
    source: Source
    run_id: UUID | None
    from_on: date | None
    to_on: date | None
    from_gateway: bool


async def start_reconciliation(tx: Tx, caller: Caller, command: StartReconciliation) -> Reconciliation:
    """Keep what is asked; lines come after. `to_on` left out is today, or the newest day that the gateway fetched.

    Refused: `unknown-run`, `unknown-contract`, `provider-days-missing` where the gateway has fetched no day yet.
    """
    if command.run_id is not None:
        await runs.find(tx, command.run_id)
    if command.contract_id is not None:
        contract = await contracts.find(tx, command.contract_id)
        if contract.authority_id not in await authorities_within(tx, [command.unit_id]):
            raise Refusal(UNKNOWN_CONTRACT, contract_id=command.contract_id)
    to_on = command.to_on or (
        await reconciliations.newest_day(tx, command.provider, command.source) if command.from_gateway else await tx.today()
    )
    if to_on is None:
        raise Refusal(DAYS_MISSING, f"no day of {command.provider} yet")
    period = f"run {command.run_id}" if command.run_id else f"{command.from_on}..{to_on}"
    kept = Reconciliation(
        reconciliation_id=new_id(),
        unit_id=command.unit_id,
        provider=command.provider,
        contract_id=command.contract_id,
        source=command.source,
        run_id=command.run_id,
        from_on=command.from_on,
        to_on=to_on,
        from_gateway=command.from_gateway,
        scope=f"{command.unit_id} {command.provider} {command.contract_id or '*'} {command.source} {period}",
        state="receiving",
        lines=0,
        result=None,
        made_issuer=caller.issuer,
        made_subject=caller.subject,
        made_at=await tx.business_now(),
        compared_at=None,
    )
    await reconciliations.insert(tx, kept)
    return kept


async def receive_lines(tx: Tx, reconciliation_id: UUID, part_no: int, lines: Sequence[ListLine]) -> None:
    """Keep a part of the list; the same part again changes nothing. Refused: `unknown-reconciliation`, `already-compared`,
    `part-differs`."""
    held = await reconciliations.find(tx, reconciliation_id, lock=True)
    digest = sha256("\n".join(f"{x.reference} {x.amount_dong} {x.state} {x.said_at} {x.seq}" for x in lines).encode()).digest()
    before = await reconciliations.part_digest(tx, reconciliation_id, part_no)
    if before == digest:
        return
    if before is not None:
        raise Refusal(PART_DIFFERS, part_no=part_no)
    if held.state == "compared":
        raise Refusal(ALREADY_COMPARED, reconciliation_id=reconciliation_id)
    await reconciliations.add_part(tx, reconciliation_id, part_no, digest, lines)


async def compare_sides(tx: Tx, caller: Caller, reconciliation_id: UUID) -> Reconciliation:
    """Compare what came with our payments, once; asked again, what was found then. The transaction must see all rows.

    Refused: `unknown-reconciliation`, `provider-days-missing`.
    """
    held = await reconciliations.find(tx, reconciliation_id, lock=True)
    if held.state == "compared":
        return held
    asked = await _comparison(tx, held)
    lines = await compare_payments.compare(tx, asked)
    healed = await breaks.heal(tx, asked, held.unit_id)
    opened = await breaks.open_found(tx, asked, held.unit_id)
    result: dict[str, Any] = {"kinds": await reconciliations.totals(tx), "opened": opened, "healed": healed}
    await reconciliations.set_compared(tx, reconciliation_id, lines, result)
    await audit.append(
        tx,
        caller,
        "reconcile",
        f"reconciliation/{reconciliation_id}",
        scope=held.scope,
        lines=lines,
        opened=opened,
        healed=healed,
    )
    return await reconciliations.find(tx, reconciliation_id)


async def _comparison(tx: Tx, held: Reconciliation) -> Comparison:
    authority_ids = await authorities_within(tx, [held.unit_id])
    first = held.from_on
    if first is None:
        assert held.run_id is not None
        first = await reconciliations.first_handed_over(tx, held.run_id, held.provider, authority_ids) or held.to_on
    if held.from_gateway:
        missing = await reconciliations.days_missing(tx, held.provider, held.source, first, held.to_on)
        if missing:
            raise Refusal(DAYS_MISSING, f"{len(missing)} days, the first {missing[0]}", first=str(missing[0]), days=len(missing))
    source: Source = "statement" if held.source == "statement" else "provider_list"
    return Comparison(
        reconciliation_id=held.reconciliation_id,
        provider=held.provider,
        source=held.source,
        authority_ids=authority_ids,
        contract_id=held.contract_id,
        run_id=held.run_id,
        from_on=first,
        to_on=held.to_on,
        from_gateway=held.from_gateway,
        expected=expected_there(source, held.from_gateway),
        scope=held.scope,
    )


async def assign_break(tx: Tx, caller: Caller, break_id: UUID, owner: str) -> None:
    """Give a break to an officer. Refused: `unknown-break`, `break-closed`."""
    await breaks.set_owner(tx, break_id, owner)
    await audit.append(tx, caller, "assign-break", f"break/{break_id}", owner=owner)


async def close_break(tx: Tx, caller: Caller, break_id: UUID, reason: str, note: str, evidence: str | None) -> None:
    """Close a break with a reason. Nothing of the books changes by it: what must be put right is put right by its own act.

    Refused: `unknown-break`, `break-closed`.
    """
    await breaks.close(tx, break_id, reason, note, evidence, caller.issuer, caller.subject)
    await audit.append(tx, caller, "close-break", f"break/{break_id}", reason=reason, note=note, evidence=evidence)
