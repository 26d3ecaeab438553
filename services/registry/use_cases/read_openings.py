"""A list of opening balances was read: its lines are matched to people, and it is kept for officers to answer and agree on."""

from __future__ import annotations

from uuid import UUID

from services.registry.domain.openings.matching import Residents, mark_repeated
from services.registry.domain.openings.records import NewOpenings, OpeningLine
from services.registry.domain.refusals import UNKNOWN_COMMUNE
from services.registry.storage import opening_rows
from services.registry.storage.openings import LISTS, insert_list
from services.registry.storage.people import holders_of
from services.registry.storage.received_lists import list_of_file
from services.registry.storage.units import commune_on
from shared import audit
from shared.auth import Caller
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


async def read_openings(tx: Tx, caller: Caller, cipher: FieldCipher, new: NewOpenings) -> UUID:
    """Store a list that was read, its lines matched; its id. The same file for the same commune is the list that it is.

    Refused: `unknown-commune` where no commune known here has the list's code today, `not-your-unit`.
    """
    reading = new.reading
    commune = await commune_on(tx, reading.commune_code, reading.as_of)
    if commune is None:
        detail = f"no commune has the code {reading.commune_code} on {reading.as_of}"
        raise Refusal(UNKNOWN_COMMUNE, detail, commune=reading.commune_code)
    caller.require_unit(commune.path)
    list_id = new_id()
    if not await insert_list(tx, list_id, commune.unit_id, new, caller, cipher):
        there = await list_of_file(tx, LISTS, new.file_sha256, reading.commune_code)
        if there is not None:
            return there
    lines = await _matched(tx, cipher, commune.unit_id, reading.lines)
    await opening_rows.insert_opening_rows(tx, list_id, commune.unit_id, lines, cipher)
    await audit.append(
        tx,
        caller,
        "openings.read",
        f"openings/{list_id}",
        unit_id=commune.unit_id,
        entries=len(lines),
        amount_dong=sum(line.amount_dong or 0 for line in lines),
        sha256=new.file_sha256.hex(),
    )
    return list_id


async def _matched(tx: Tx, cipher: FieldCipher, unit_id: str, lines: tuple[OpeningLine, ...]) -> list[OpeningLine]:
    said = {line.person.national_id for line in lines if line.person.national_id}
    numbers = {number: cipher.index(number, IDENTITY) for number in said}
    known = await opening_rows.residents(tx, unit_id)
    people = Residents(known, await holders_of(tx, list(numbers.values())))
    settled = [people.settle(line, numbers.get(line.person.national_id or "")) for line in lines]
    ids = {line.beneficiary_id for line in settled if line.beneficiary_id}
    return mark_repeated(settled, await opening_rows.entered_before(tx, ids))
