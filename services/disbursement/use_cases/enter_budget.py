"""Enter an authority's yearly estimate (dự toán)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.disbursement.domain.approval_refusals import BUDGET_EXISTS
from services.disbursement.storage import budgets
from services.disbursement.storage.budgets import Budget
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class EnterBudget:
    """What a paper allots an authority for a year."""

    authority_id: str
    budget_year: int
    amount_dong: int
    paper_number: str
    decided_on: date


async def enter_budget(tx: Tx, caller: Caller, command: EnterBudget) -> Budget:
    """Keep the estimate; it replaces what an earlier paper said of the year. The same paper again changes nothing.

    Refused: `budget-exists` where the paper's number stands for something else.
    """
    kept = Budget(
        budget_id=new_id(),
        authority_id=command.authority_id,
        budget_year=command.budget_year,
        amount_dong=command.amount_dong,
        paper_number=command.paper_number,
        decided_on=command.decided_on,
        entered_issuer=caller.issuer,
        entered_subject=caller.subject,
        entered_at=await tx.business_now(),
    )
    if not await budgets.insert(tx, kept):
        held = await budgets.by_paper(tx, command.authority_id, command.budget_year, command.paper_number)
        if held is None or (held.amount_dong, held.decided_on) != (command.amount_dong, command.decided_on):
            raise Refusal(BUDGET_EXISTS, f"paper {command.paper_number} of {command.budget_year}")
        return held
    await audit.append(
        tx,
        caller,
        "enter-budget",
        f"unit/{kept.authority_id}",
        budget_year=kept.budget_year,
        amount_dong=kept.amount_dong,
        paper_number=kept.paper_number,
    )
    return kept
