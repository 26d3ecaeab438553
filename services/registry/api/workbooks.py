"""The workbook that goes back to a commune: its own list with what was found beside each row."""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.registry.domain.annotating import AnnotatedList, note_of
from services.registry.domain.file_refusals import WORKBOOK_TOO_LARGE
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import Workbook
from services.registry.files.annotated_workbook import annotate
from services.registry.files.lists import open_list
from services.registry.storage.import_files import open_file
from services.registry.use_cases.read_list_file import ListFile, read_list_file
from shared.auth import Caller, require
from shared.crypto import FieldCipher
from shared.database import Database
from shared.kernel.errors import Refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_CELLS = 400_000
_SUFFIX = "-ket-qua.xlsx"

Writer = Annotated[Caller, Depends(require("registry:write"))]
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The list as it was sent, as .xlsx, with a page of results in front.",
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def make_router(database: Database, cipher: FieldCipher, reference: Reference) -> APIRouter:
    """The route of annotated workbooks."""
    router = APIRouter(prefix="/v1/imports", tags=["imports"])

    @router.get("/{import_id}/workbook", summary="Get the annotated workbook", response_class=Response, responses=_ANSWER)
    async def get_workbook(caller: Writer, import_id: UUID) -> Response:
        """The list as its commune sent it (.xls and .csv too, as .xlsx), with three columns more: how each row stands, what
        to do (in Vietnamese), and what was read otherwise than written. Cells that findings concern are coloured: red
        rejected, amber review, light blue changed. Corrected and sent in again it is read as the same list: our columns
        and page are left out. Numbers are in clear, so it needs `registry:write`, and the reading is audited.

        Refused: `unknown-import`, `import-file-not-kept`, `workbook-too-large`.
        """
        async with database.transaction(caller.row_scope) as tx:
            file = await read_list_file(tx, caller, cipher, import_id)
        content = await asyncio.to_thread(_annotated, file, cipher, reference)
        name = quote(PurePosixPath(file.listed.file_name).stem + _SUFFIX)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
        return Response(content, media_type=XLSX, headers=headers)

    return router


def _annotated(file: ListFile, cipher: FieldCipher, reference: Reference) -> bytes:
    workbook = open_list(open_file(cipher, file.sealed), file.listed.file_name)
    if sum(len(row) for sheet in workbook.sheets for row in sheet.rows) > _MOST_CELLS:
        raise Refusal(WORKBOOK_TOO_LARGE, file.listed.file_name)
    sheets = _layouts(workbook, file, reference)
    return annotate(
        workbook,
        AnnotatedList(
            file_name=file.listed.file_name,
            commune=file.commune.name,
            month=file.listed.month,
            findings=file.listed.findings,
            sheets=sheets,
            notes=[note_of(row, sheets[row.sheet][1] if row.sheet in sheets else {}) for row in file.rows],
        ),
    )


def _layouts(
    workbook: Workbook, file: ListFile, reference: Reference
) -> dict[str, tuple[tuple[int, int], dict[str, tuple[int, ...]]]]:
    """Where each sheet's header and columns are, read again: what was found in the rows comes from the import itself.

    Of a sheet with several tables, those of the first.
    """
    reading = standardise(workbook, reference, ListOptions(file.commune.code, file.listed.month))
    return {sheet.name: (sheet.header_rows, dict(sheet.columns)) for sheet in reversed(reading.sheets)}
