"""An officer settles entries of a list of opening balances: what each really is, or that it is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.registry.domain.openings.records import CORRECT, DROP, OpeningAnswer, OpeningRow
from services.registry.domain.openings.refusals import (
    OPENING_ANSWER_INCOMPLETE,
    OPENING_MONTH_AHEAD,
    PERSON_OUTSIDE,
    UNKNOWN_OPENING,
)
from services.registry.domain.openings.words import RECEIVABLE
from services.registry.storage import opening_rows, openings
from services.registry.use_cases.agree_openings import open_list
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

_NEEDED = ("kind", "provider", "month", "amount_dong")


async def answer_openings(tx: Tx, caller: Caller, cipher: FieldCipher, list_id: UUID, answers: Sequence[OpeningAnswer]) -> None:
    """Note answers, all or none; whoever agreed to the list before must agree again.

    Refused: `unknown-openings`, `openings-confirmed`, `unknown-opening`, `person-not-of-commune`,
    `opening-answer-incomplete` with what is lacking, `opening-month-ahead`.
    """
    opening = await open_list(tx, cipher, list_id)
    rows = await opening_rows.opening_rows_by_id(tx, list_id, [answer.entry_id for answer in answers], cipher)
    named = [answer.beneficiary_id for answer in answers if answer.beneficiary_id]
    communes = await opening_rows.communes_of_people(tx, named)
    today = await tx.today()
    noted = []
    for answer in answers:
        row = rows.get(answer.entry_id)
        if row is None:
            raise Refusal(UNKNOWN_OPENING, str(answer.entry_id), entry_id=str(answer.entry_id))
        if answer.action == CORRECT:
            _check(row, answer, today)
            _check_person(row, answer, communes, opening.unit_id)
            noted.append(replace(answer, person_name=_unregistered(row, answer)))
        else:
            noted.append(OpeningAnswer(answer.entry_id, DROP))
    await openings.undo_agreements(tx, list_id)
    await opening_rows.store_opening_answers(tx, noted, caller)
    counts = {action: sum(answer.action == action for answer in answers) for action in (CORRECT, DROP)}
    await audit.append(tx, caller, "openings.answer", f"openings/{list_id}", **counts)


def _check(row: OpeningRow, answer: OpeningAnswer, today: date) -> None:
    missing = [name for name in _NEEDED if getattr(answer, name) is None and getattr(row, name) is None]
    if not (answer.beneficiary_id or row.beneficiary_id or _unregistered(row, answer)):
        missing.insert(0, "beneficiary_id")
    about = {"entry_id": str(row.entry_id), "row": row.row}
    if missing:
        raise Refusal(OPENING_ANSWER_INCOMPLETE, f"row {row.row} lacks {', '.join(missing)}", missing=missing, **about)
    month = answer.month or row.month
    if month and month > today:
        raise Refusal(OPENING_MONTH_AHEAD, f"row {row.row}: {month:%m/%Y}", **about)


def _check_person(row: OpeningRow, answer: OpeningAnswer, communes: Mapping[UUID, str], unit_id: str) -> None:
    """What is owed is owed to people of the commune; a receivable may be of somebody who moved, where the caller sees them."""
    commune = communes.get(answer.beneficiary_id) if answer.beneficiary_id else unit_id
    if commune is None or (commune != unit_id and (answer.kind or row.kind) != RECEIVABLE):
        raise Refusal(PERSON_OUTSIDE, f"row {row.row}", entry_id=str(row.entry_id))


def _unregistered(row: OpeningRow, answer: OpeningAnswer) -> str | None:
    """The name of a receivable's person who is in no registry: died or moved away before go-live."""
    registered = answer.beneficiary_id or row.beneficiary_id
    return None if registered or (answer.kind or row.kind) != RECEIVABLE else row.person["full_name"]
