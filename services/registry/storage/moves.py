"""A person's rows follow the person to another commune, so that its officers see them and the old one's no longer do.

What a list said stays with the commune whose list it is, and each version of the history with the commune of its time.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registry.domain.act_refusals import PAYEE_CONFLICT
from services.registry.storage.accounts import point_at_active_accounts
from services.registry.storage.lives import Person
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

FOLLOW_THE_PERSON = ("identity_documents", "holds", "proposals", "acts", "dependants")
"""Tables with a person's rows, besides the decisions; a test looks for one that is forgotten."""

FOLLOW_THE_PAYEE = ("accounts",)

_PAYEE = "full_name, name_key, identity_kind, identity_sealed, identity_index, phone_sealed, phone_index"


async def move_person(tx: Tx, person: Person, to_unit_id: str, village: str | None) -> None:
    """Let a person's rows follow. The caller raises the version. Refused: `payee-number-taken`.

    The transaction must see both communes. Decisions so far stay the old commune's to pay (`paid_by`).
    """
    where = {"id": person.beneficiary_id, "unit_id": to_unit_id}
    payee_id = await _payee_there(tx, person, to_unit_id)
    await tx.run(
        """UPDATE beneficiaries SET unit_id = :unit_id, village = coalesce(:village, village), payee_id = :payee_id,
               account_id = CASE WHEN payee_id = :payee_id THEN account_id END
           WHERE beneficiary_id = :id""",
        village=village,
        payee_id=payee_id,
        **where,
    )
    await tx.run(
        """UPDATE decisions SET unit_id = :unit_id, paid_by = coalesce(paid_by, unit_id) WHERE beneficiary_id = :id""", **where
    )
    for table in FOLLOW_THE_PERSON:
        await tx.run(f"UPDATE {table} SET unit_id = :unit_id WHERE beneficiary_id = :id", **where)  # noqa: S608 - constants
    await point_at_active_accounts(tx, [person.beneficiary_id])


async def _payee_there(tx: Tx, person: Person, to_unit_id: str) -> UUID:
    """The payee in the new commune: the one that it has already, else the same one, or its copy where others keep it."""
    payee = await tx.row("SELECT * FROM payees WHERE payee_id = :id FOR NO KEY UPDATE", id=person.payee_id)
    if payee is None:
        raise LookupError("a payee whom the transaction can't see")
    there = await tx.row(
        "SELECT * FROM payees WHERE unit_id = :unit_id AND identity_index = :index FOR NO KEY UPDATE",
        unit_id=to_unit_id,
        index=payee["identity_index"],
    )
    own = payee["self_of"] == person.beneficiary_id
    if there is not None:
        if there["name_key"] != payee["name_key"]:
            raise Refusal(PAYEE_CONFLICT)
        if own:
            await _let_be_own(tx, payee["payee_id"], None)
            if there["self_of"] is None:
                await _let_be_own(tx, there["payee_id"], person.beneficiary_id)
        found: UUID = there["payee_id"]
        return found
    others = await tx.scalar(
        "SELECT count(*) FROM beneficiaries WHERE payee_id = :payee_id AND beneficiary_id <> :id",
        payee_id=person.payee_id,
        id=person.beneficiary_id,
    )
    return await _copy(tx, payee, to_unit_id, own, person.beneficiary_id) if others else await _take_along(tx, payee, to_unit_id)


async def _take_along(tx: Tx, payee: dict[str, Any], to_unit_id: str) -> UUID:
    for table in ("payees", *FOLLOW_THE_PAYEE):
        await tx.run(f"UPDATE {table} SET unit_id = :unit_id WHERE payee_id = :id", id=payee["payee_id"], unit_id=to_unit_id)  # noqa: S608
    found: UUID = payee["payee_id"]
    return found


async def _copy(tx: Tx, payee: dict[str, Any], to_unit_id: str, own: bool, beneficiary_id: UUID) -> UUID:
    """Somebody who goes on receiving for others in the old commune: there the account stays too."""
    if own:
        await _let_be_own(tx, payee["payee_id"], None)
    copy_id = new_id()
    await tx.run(
        f"""INSERT INTO payees (payee_id, version, unit_id, self_of, {_PAYEE})
            SELECT :copy_id, 1, :unit_id, :self_of, {_PAYEE} FROM payees WHERE payee_id = :id""",  # noqa: S608 - constants
        copy_id=copy_id,
        unit_id=to_unit_id,
        self_of=beneficiary_id if own else None,
        id=payee["payee_id"],
    )
    return copy_id


async def _let_be_own(tx: Tx, payee_id: UUID, beneficiary_id: UUID | None) -> None:
    await tx.run("UPDATE payees SET self_of = :self_of WHERE payee_id = :id", self_of=beneficiary_id, id=payee_id)
