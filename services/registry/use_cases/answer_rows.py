"""An officer answers rows: takes one as it is, corrects it, says that it is somebody known, or drops it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.registry.domain.imports import (
    ACCEPT,
    ACCEPTED,
    CORRECT,
    DROP,
    REJECTED,
    SAME,
    Answer,
    ImportRow,
)
from services.registry.domain.lists.findings import Severity
from services.registry.domain.matching import NUMBER_OF_ANOTHER, PERHAPS_REGISTERED
from services.registry.domain.people import missing_fields
from services.registry.domain.refusals import (
    ANSWER_INCOMPLETE,
    ANSWER_WITHOUT_RECORD,
    ROW_ACCEPTED,
    ROW_CONTRADICTS,
    ROW_NOT_KNOWN,
    ROW_REJECTED,
    ROW_SETTLED,
    UNKNOWN_IMPORT,
    UNKNOWN_ROW,
)
from services.registry.storage.import_rows import rows_by_id, store_answers
from services.registry.storage.imports import LISTS
from services.registry.storage.received_lists import lock_list
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal

_MAY_BE_SAME = (PERHAPS_REGISTERED.code, NUMBER_OF_ANOTHER.code)


async def answer_rows(
    tx: Tx, caller: Caller, cipher: FieldCipher, import_id: UUID, month: date, answers: Sequence[Answer]
) -> None:
    """Note answers, all or none. Corrections come standardised and checked again (`Answer.content`).

    Refused: `unknown-import`, `unknown-row`, `row-settled` (confirmed before), `row-needs-no-answer`, `row-rejected` (can't be
    taken as it is), `answer-incomplete` with the fields that are lacking.
    """
    if not await lock_list(tx, LISTS, import_id):
        raise Refusal(UNKNOWN_IMPORT)
    rows = await rows_by_id(tx, import_id, [answer.row_id for answer in answers], cipher)
    for answer in answers:
        row = rows.get(answer.row_id)
        if row is None:
            raise Refusal(UNKNOWN_ROW, str(answer.row_id), row_id=str(answer.row_id))
        _check(row, answer, month)
    await store_answers(tx, answers, caller, cipher)
    await audit.append(
        tx,
        caller,
        "import.answer",
        f"import/{import_id}",
        **{action: sum(answer.action == action for answer in answers) for action in (ACCEPT, CORRECT, SAME, DROP)},
    )


def _check(row: ImportRow, answer: Answer, month: date) -> None:
    about = {"row_id": str(row.row_id), "row": row.row}
    if row.outcome is not None:
        raise Refusal(ROW_SETTLED, f"row {row.row} was confirmed before", **about)
    if answer.action == DROP:
        return
    if answer.action == ACCEPT and row.status == ACCEPTED:
        raise Refusal(ROW_ACCEPTED, f"row {row.row} is accepted as it is", **about)
    if answer.action == SAME and row.raised not in _MAY_BE_SAME:
        raise Refusal(ROW_NOT_KNOWN, f"row {row.row}", **about)
    if answer.action == ACCEPT and row.raised not in (None, PERHAPS_REGISTERED.code):
        raise Refusal(ROW_CONTRADICTS, f"row {row.row}: {row.raised}", **about)
    if answer.action == CORRECT and answer.content is None:
        raise Refusal(ANSWER_WITHOUT_RECORD, f"row {row.row}", **about)
    content = answer.content or row.corrected or row.content
    impossible = [finding for finding in content.findings if finding.severity is Severity.REJECT]
    if impossible or (row.status == REJECTED and answer.action != CORRECT and row.corrected is None):
        codes = [finding.code for finding in impossible]
        raise Refusal(ROW_REJECTED, f"row {row.row} can't be read as a person", findings=codes, **about)
    missing = missing_fields(content.record, month)
    if missing:
        raise Refusal(ANSWER_INCOMPLETE, f"row {row.row} lacks {', '.join(missing)}", missing=missing, **about)
