"""An officer settles entries of a list of opening balances: what each really is, or that it is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.registry.domain.openings.records import CORRECT, DROP, OpeningAnswer, OpeningRow
from services.registry.domain.openings.refusals import (
    OPENING_ANSWER_INCOMPLETE,
    OPENING_MONTH_AHEAD,
    OPENINGS_CONFIRMED,
    PERSON_OUTSIDE,
    UNKNOWN_OPENING,
    UNKNOWN_OPENINGS,
)
from services.registry.storage import opening_rows, openings
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

_NEEDED = ("beneficiary_id", "kind", "provider", "month", "amount_dong")


async def answer_openings(tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID, answers: Sequence[OpeningAnswer]) -> None:
    """Note answers, all or none; whoever agreed to the list before must agree again.

    Refused: `unknown-openings`, `openings-confirmed`, `unknown-opening`, `person-not-of-commune`,
    `opening-answer-incomplete` with what is lacking, `opening-month-ahead`.
    """
    if not await openings.lock_list(tx, list_id):
        raise Refusal(UNKNOWN_OPENINGS)
    opening = await openings.get_list(tx, list_id, cipher)
    assert opening is not None
    if opening.state == "confirmed":
        raise Refusal(OPENINGS_CONFIRMED)
    rows = await opening_rows.opening_rows_by_id(tx, list_id, [answer.entry_id for answer in answers], cipher)
    named = [answer.beneficiary_id for answer in answers if answer.beneficiary_id]
    people = await opening_rows.those_of_commune(tx, opening.unit_id, named)
    today = await tx.today()
    for answer in answers:
        row = rows.get(answer.entry_id)
        if row is None:
            raise Refusal(UNKNOWN_OPENING, str(answer.entry_id), entry_id=str(answer.entry_id))
        if answer.beneficiary_id and answer.beneficiary_id not in people:
            raise Refusal(PERSON_OUTSIDE, f"row {row.row}", entry_id=str(answer.entry_id))
        if answer.action == CORRECT:
            _check(row, answer, today)
    await openings.undo_agreements(tx, list_id)
    await opening_rows.store_opening_answers(tx, answers, caller)
    counts = {action: sum(answer.action == action for answer in answers) for action in (CORRECT, DROP)}
    await audit.append(tx, caller, "openings.answer", f"openings/{list_id}", **counts)


def _check(row: OpeningRow, answer: OpeningAnswer, today: date) -> None:
    missing = [name for name in _NEEDED if getattr(answer, name) is None and getattr(row, name) is None]
    about = {"entry_id": str(row.entry_id), "row": row.row}
    if missing:
        raise Refusal(OPENING_ANSWER_INCOMPLETE, f"row {row.row} lacks {', '.join(missing)}", missing=missing, **about)
    month = answer.month or row.month
    if month and month > today:
        raise Refusal(OPENING_MONTH_AHEAD, f"row {row.row}: {month:%m/%Y}", **about)
