"""Who in force is not in a list: told to the officer, who decides; nothing changes by itself."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.imports import ListImport
from services.registry.domain.missing import InForcePerson, named_by
from services.registry.domain.refusals import UNKNOWN_IMPORT
from services.registry.storage.import_rows import all_rows
from services.registry.storage.imports import get_import
from services.registry.storage.standing import in_force_before
from shared import audit
from shared.auth import Caller
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


async def people_missing(tx: Tx, cipher: FieldCipher, listed: ListImport) -> list[InForcePerson]:
    """People of the list's commune in force, whom neither it nor a list of a later month names, by their codes."""
    before = await in_force_before(tx, listed.unit_id, listed.month)
    if not before:
        return []
    named = named_by(await all_rows(tx, listed.import_id, cipher), lambda number: cipher.index(number, IDENTITY))
    return [person for person in before if not named.has(person)]


async def find_missing(
    tx: Tx, caller: Caller, cipher: FieldCipher, import_id: UUID, *, after: str, limit: int
) -> list[InForcePerson]:
    """A page of them, before or after the list is confirmed. The reading is audited. Refused: `unknown-import`."""
    listed = await get_import(tx, import_id, cipher)
    if listed is None:
        raise Refusal(UNKNOWN_IMPORT)
    missing = [person for person in await people_missing(tx, cipher, listed) if person.code > after][:limit]
    if missing:
        await audit.append(tx, caller, "import.missing.read", f"import/{import_id}", people=len(missing))
    return missing
