"""Answers made ready: corrected records go through the list's own rules again, in a thread and outside a transaction."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

from services.registry.api.import_views import AnswerInput, Answers
from services.registry.domain.corrections import Correction, recheck
from services.registry.domain.imports import CORRECT, Answer, ImportRow, ListImport
from services.registry.domain.lists.reference import Reference
from services.registry.domain.refusals import ANSWER_WITHOUT_RECORD, UNKNOWN_IMPORT, UNKNOWN_ROW
from services.registry.storage.import_rows import rows_by_id
from services.registry.storage.imports import get_import
from services.registry.storage.units import unit_by_id
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal


async def prepare_answers(
    database: Database, caller: Caller, cipher: FieldCipher, reference: Reference, import_id: UUID, answers: Answers
) -> tuple[list[Answer], date]:
    """The answers with their corrections checked, and the list's month. Refused: `unknown-import`, `unknown-row`."""
    correcting = [answer for answer in answers.answers if answer.action == CORRECT]
    async with database.transaction(caller.row_scope) as tx:
        listed = await get_import(tx, import_id, cipher)
        unit = await unit_by_id(tx, listed.unit_id) if listed else None
        rows = await rows_by_id(tx, import_id, [answer.row_id for answer in correcting], cipher)
    if listed is None or unit is None:
        raise Refusal(UNKNOWN_IMPORT)
    corrections = [_correction(answer, rows, listed) for answer in correcting]
    checked = await asyncio.to_thread(recheck, corrections, unit.code, listed.month, reference) if corrections else []
    contents = {answer.row_id: content for answer, content in zip(correcting, checked, strict=True)}
    prepared = [Answer(answer.row_id, answer.action, contents.get(answer.row_id)) for answer in answers.answers]
    return prepared, listed.month


def _correction(answer: AnswerInput, rows: dict[UUID, ImportRow], listed: ListImport) -> Correction:
    row = rows.get(answer.row_id)
    if row is None:
        raise Refusal(UNKNOWN_ROW, f"{answer.row_id} is no row of {listed.import_id}", row_id=str(answer.row_id))
    if answer.record is None:
        raise Refusal(ANSWER_WITHOUT_RECORD, f"row {row.row}", row_id=str(answer.row_id))
    written = answer.record.model_dump(mode="json", exclude_unset=True)
    return Correction(row.sheet, row.row, {**row.record, **written})
