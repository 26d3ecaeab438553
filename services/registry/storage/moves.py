"""A person's rows follow the person to another commune, so that its officers see them and the old one's no longer do.

What a list said stays with the commune whose list it is, and each version of the history with the commune of its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.registry.domain.act_refusals import PAYEE_CONFLICT
from services.registry.storage import bulk
from services.registry.storage.accounts import point_at_active_accounts
from services.registry.storage.carers import lock_carer, point_carers
from services.registry.storage.lives import Person
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id

FOLLOW_THE_PERSON = (
    "identity_documents",
    "holds",
    "proposals",
    "acts",
    "dependants",
    "change_requests",
    "notices",
    "payee_appointments",
    "account_refusals",
    "duplicate_keys",
    "duplicate_compared",
)
"""Tables with a person's rows, besides the decisions; a test looks for one that is forgotten."""

FOLLOW_THE_PAYEE = ("accounts",)

FOLLOW_THE_ACCOUNT = ("account_steps", "name_evidence")

_MOVED = {"old_id": "uuid", "new_id": "uuid"}

_PAYEE = """full_name, name_key, identity_kind, identity_sealed, identity_index, phone_sealed, phone_index, birth_year, died_on,
    death_paper"""


async def move_person(tx: Tx, person: Person, to_unit_id: str, village: str | None) -> UUID | None:
    """Let a person's rows follow; the account that stays with a payee of the old commune. The caller raises the version.

    Refused: `payee-number-taken`.

    The transaction must see both communes. Decisions so far stay the old commune's to pay (`paid_by`).
    """
    where = {"id": person.beneficiary_id, "unit_id": to_unit_id}
    payee_id = await _payee_there(tx, person, to_unit_id)
    carer = await lock_carer(tx, person.beneficiary_id)
    carer_id = payee_id if carer and carer["payee_id"] == person.payee_id else None
    if carer and carer_id is None:
        carer_id = await _payee_there(tx, replace(person, payee_id=carer["payee_id"]), to_unit_id)
    paid_into: UUID | None = await tx.scalar("SELECT account_id FROM beneficiaries WHERE beneficiary_id = :id", id=where["id"])
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
    if payee_id != person.payee_id:
        await carry_payees(tx, [person.beneficiary_id], {person.payee_id: payee_id})
    if carer and carer_id and carer_id != carer["payee_id"]:
        await carry_payees(tx, [person.beneficiary_id], {carer["payee_id"]: carer_id})
    await follow_accounts(tx, [payee_id, *([carer_id] if carer_id else ())])
    await point_at_active_accounts(tx, [person.beneficiary_id])
    await point_carers(tx, [person.beneficiary_id])
    return paid_into if payee_id != person.payee_id else None


async def carry_payees(tx: Tx, beneficiary_ids: Sequence[UUID], payees: Mapping[UUID, UUID]) -> None:
    """Let what hangs on a payee of the old commune hang on the same one's row in the new: appointments, notices, and open
    holds and proposals. A death that only the old row knows is known of the new one."""
    where = {"ids": list(beneficiary_ids)}
    where |= bulk.arrays_of(_MOVED, [{"old_id": old, "new_id": new} for old, new in payees.items()])
    moved = bulk.values_of(_MOVED)
    for table in ("payee_appointments", "notices"):
        await tx.run(
            f"""UPDATE {table} t SET payee_id = v.new_id FROM {moved}
                WHERE t.payee_id = v.old_id AND t.beneficiary_id = ANY(CAST(:ids AS uuid[]))""",  # noqa: S608 - constants
            **where,
        )
    await tx.run(
        f"""UPDATE holds h SET about = v.new_id FROM {moved}
            WHERE h.about = v.old_id AND h.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND h.lifted_at IS NULL""",  # noqa: S608
        **where,
    )
    await tx.run(
        f"""UPDATE proposals p SET about = v.new_id FROM {moved}
            WHERE p.about = v.old_id AND p.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (
                SELECT FROM proposals o WHERE o.beneficiary_id = p.beneficiary_id AND o.kind = p.kind
                AND o.about = v.new_id AND o.occasion = p.occasion)""",  # noqa: S608
        **where,
    )
    await tx.run(
        f"""UPDATE payees n SET died_on = o.died_on, death_paper = o.death_paper FROM {moved}, payees o
            WHERE n.payee_id = v.new_id AND o.payee_id = v.old_id AND n.died_on IS NULL AND o.died_on IS NOT NULL""",  # noqa: S608
        **bulk.arrays_of(_MOVED, [{"old_id": old, "new_id": new} for old, new in payees.items()]),
    )


async def follow_accounts(tx: Tx, payee_ids: Sequence[UUID]) -> None:
    """Let what is known of payees' accounts be where the accounts are. A registration list is its commune's own paper."""
    for table in FOLLOW_THE_ACCOUNT:
        await tx.run(
            f"""UPDATE {table} t SET unit_id = a.unit_id FROM accounts a WHERE a.account_id = t.account_id
                AND t.unit_id <> a.unit_id AND a.payee_id = ANY(CAST(:ids AS uuid[]))""",  # noqa: S608 - constants
            ids=list(payee_ids),
        )


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
        """SELECT (SELECT count(*) FROM beneficiaries WHERE payee_id = :payee_id AND beneficiary_id <> :id)
               + (SELECT count(*) FROM payee_appointments WHERE payee_id = :payee_id AND beneficiary_id <> :id
                  AND purpose = 'care_support' AND ended_on IS NULL)""",
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
