"""Somebody looks people up: a page of them, one whole record, its history. Reading a whole record is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.registry.domain.imports import ImportRow
from services.registry.domain.records import FullRecord
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.domain.search import SearchPlace, read_search
from services.registry.storage.import_rows import source_row
from services.registry.storage.records import load_records, page_of_history
from services.registry.storage.search import search_people
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class SourcedRecord:
    """A record with the list row that it was last taken from; None where no list of the caller's units names the person."""

    record: FullRecord
    source: Source | None


@dataclass(frozen=True, slots=True)
class Source:
    """A list row, and the import that it is of."""

    import_id: UUID
    file_name: str
    row: ImportRow


async def search_beneficiaries(
    tx: Tx, cipher: FieldCipher, search: str, *, unit_id: str | None, after: SearchPlace | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """People whom all of `search` fits (words, birth year or date, code, number): the best first, then by code."""
    return await search_people(tx, read_search(search), cipher, unit_id=unit_id, after=after, limit=limit)


async def get_beneficiary(tx: Tx, caller: Caller, cipher: FieldCipher, beneficiary_id: UUID) -> SourcedRecord:
    """One person's whole record and where it comes from. Refused: `unknown-beneficiary`."""
    records = await load_records(tx, [beneficiary_id])
    if not records:
        raise Refusal(UNKNOWN_BENEFICIARY)
    found = await source_row(tx, records[0].row_id, cipher) if records[0].row_id else None
    source = Source(found[0]["import_id"], found[0]["file_name"], found[1]) if found else None
    await audit.append(tx, caller, "beneficiary.read", f"beneficiary/{beneficiary_id}", version=records[0].version)
    return SourcedRecord(records[0], source)


async def get_history(
    tx: Tx, caller: Caller, beneficiary_id: UUID, *, before: int | None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """Versions of a person, newest first. Refused: `unknown-beneficiary`."""
    versions = await page_of_history(tx, beneficiary_id, before=before, limit=limit)
    if not versions and before is None:
        raise Refusal(UNKNOWN_BENEFICIARY)
    await audit.append(tx, caller, "beneficiary.history.read", f"beneficiary/{beneficiary_id}")
    return versions
