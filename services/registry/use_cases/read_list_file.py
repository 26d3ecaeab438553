"""An officer asks for a list's file: it holds numbers in clear, so the reading is audited."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.registry.domain.file_refusals import FILE_NOT_KEPT
from services.registry.domain.imports import ImportRow, ListImport
from services.registry.domain.refusals import UNKNOWN_IMPORT
from services.registry.storage.import_files import sealed_file
from services.registry.storage.import_rows import all_rows
from services.registry.storage.imports import get_import
from services.registry.storage.units import unit_by_id
from shared import audit
from shared.auth import Caller
from shared.contracts.registry_events import UnitRecord
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list's file, still sealed, and its rows as they stand."""

    listed: ListImport
    commune: UnitRecord
    sealed: bytes
    rows: list[ImportRow]


async def read_list_file(tx: Tx, caller: Caller, cipher: FieldCipher, import_id: UUID) -> ListFile:
    """The file and the rows of an import. Refused: `unknown-import`, `import-file-not-kept`."""
    listed = await get_import(tx, import_id, cipher)
    commune = await unit_by_id(tx, listed.unit_id) if listed else None
    if listed is None or commune is None:
        raise Refusal(UNKNOWN_IMPORT)
    sealed = await sealed_file(tx, import_id)
    if sealed is None:
        raise Refusal(FILE_NOT_KEPT, listed.file_name)
    rows = await all_rows(tx, import_id, cipher)
    await audit.append(tx, caller, "import.workbook.read", f"import/{import_id}", unit_id=listed.unit_id, rows=len(rows))
    return ListFile(listed, commune, sealed, rows)
