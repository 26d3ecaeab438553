"""A commune's list was read: it is kept with its rows, for officers to answer and confirm."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.imports import NewImport
from services.registry.domain.refusals import UNKNOWN_COMMUNE
from services.registry.storage.import_files import insert_file
from services.registry.storage.import_rows import insert_rows
from services.registry.storage.imports import LISTS, insert_import
from services.registry.storage.received_lists import list_of_file
from services.registry.storage.units import commune_on
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


async def read_import(tx: Tx, caller: Caller, new: NewImport) -> UUID:
    """Store a list that was read; its import id. The same file for the same commune is the import that it is already.

    Refused: `unknown-commune` where no commune has the list's code in the list's month, `not-your-unit`.
    """
    commune = await commune_on(tx, new.commune_code, new.month)
    if commune is None:
        detail = f"no commune has the code {new.commune_code} in {new.month:%Y-%m}"
        raise Refusal(UNKNOWN_COMMUNE, detail, commune=new.commune_code)
    caller.require_unit(commune.path)
    import_id = new_id()
    if not await insert_import(tx, import_id, commune.unit_id, new, caller):
        there = await list_of_file(tx, LISTS, new.file_sha256, new.commune_code)
        if there is not None:
            return there
    await insert_file(tx, import_id, commune.unit_id, new.file_sealed)
    await insert_rows(tx, import_id, commune.unit_id, new.rows)
    await audit.append(
        tx,
        caller,
        "import.read",
        f"import/{import_id}",
        unit_id=commune.unit_id,
        month=new.month,
        rows=len(new.rows),
        sha256=new.file_sha256.hex(),
    )
    return import_id
