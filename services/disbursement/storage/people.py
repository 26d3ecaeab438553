"""The registry's people and their decisions, copied set by set."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson

from shared.contracts.registry_events import AccountRecord, BeneficiaryRecord, PayeeRecord
from shared.database import Tx

_PAYEE = {"payee_id": "uuid", "payee_version": "integer", "payee_name": "text", "payee_relationship": "text"}
_ACCOUNT = {"account_id": "uuid", "account_version": "integer", "account_provider": "text", "account_channel": "text"}

_PERSON = {
    "beneficiary_id": "uuid",
    "version": "integer",
    "code": "text",
    "subject": "text",
    "full_name": "text",
    "sex": "text",
    "birth_date": "date",
    "birth_precision": "text",
    "unit_id": "text",
    "status": "text",
    "status_from_month": "date",
    "hold": "text",
    **_PAYEE,
    **_ACCOUNT,
    "merged_into": "uuid",
    "entitlement": "text",
}
_DECISION = {
    "decision_id": "uuid",
    "beneficiary_id": "uuid",
    "number": "text",
    "decided_on": "date",
    "kind": "text",
    "category": "text",
    "from_month": "date",
    "to_month": "date",
    "heads": "integer",
    "paid_by": "text",
}

_ONE_OFF = {
    "beneficiary_id": "uuid",
    "purpose": "text",
    "unit_id": "text",
    **_PAYEE,
}

_OF_KIND = {
    "beneficiary_id": "uuid",
    "kind": "text",
    "unit_id": "text",
    **_PAYEE,
    **_ACCOUNT,
    "hold": "text",
}


def _typed(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _newer(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in columns)


# Rows are taken in the order of their keys, so that two events at once never wait for each other crosswise.
_UPSERT = f"""
INSERT INTO people AS held (position, entitled_position, {", ".join(_PERSON)})
SELECT CAST(:position AS bigint), CAST(:position AS bigint), r.*
FROM jsonb_to_recordset(CAST(:people AS jsonb)) AS r ({_typed(_PERSON)})
ORDER BY r.beneficiary_id
ON CONFLICT (beneficiary_id) DO UPDATE SET position = excluded.position, {_newer(_PERSON)},
    entitled_position = CASE held.entitlement WHEN excluded.entitlement THEN held.entitled_position ELSE excluded.position END
    WHERE held.version < excluded.version
RETURNING beneficiary_id, old.merged_into AS was_merged_into, merged_into
"""  # noqa: S608 - constants only

# Who was merged into somebody, or is so no longer, changes what that one is owed.
_TOUCH = """
UPDATE people SET position = greatest(position, :position), entitled_position = greatest(entitled_position, :position)
WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))
"""

_DROP_DECISIONS = "DELETE FROM decisions WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))"

_DECISIONS = f"""
INSERT INTO decisions ({", ".join(_DECISION)})
SELECT r.* FROM jsonb_to_recordset(CAST(:decisions AS jsonb)) AS r ({_typed(_DECISION)})
WHERE r.beneficiary_id = ANY(CAST(:ids AS uuid[]))
ORDER BY r.decision_id
ON CONFLICT (decision_id) DO UPDATE SET {_newer(_DECISION)}
"""  # noqa: S608 - constants only

_DROP_ONE_OFF = "DELETE FROM one_off_payees WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))"

_ADD_ONE_OFF = f"""
INSERT INTO one_off_payees ({", ".join(_ONE_OFF)})
SELECT r.* FROM jsonb_to_recordset(CAST(:payees AS jsonb)) AS r ({_typed(_ONE_OFF)})
WHERE r.beneficiary_id = ANY(CAST(:ids AS uuid[]))
ORDER BY r.beneficiary_id, r.purpose
"""  # noqa: S608 - constants only

_DROP_OF_KIND = "DELETE FROM kind_payees WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))"

_ADD_OF_KIND = f"""
INSERT INTO kind_payees ({", ".join(_OF_KIND)})
SELECT r.* FROM jsonb_to_recordset(CAST(:payees AS jsonb)) AS r ({_typed(_OF_KIND)})
WHERE r.beneficiary_id = ANY(CAST(:ids AS uuid[]))
ORDER BY r.beneficiary_id, r.kind
"""  # noqa: S608 - constants only


async def upsert(tx: Tx, records: Sequence[tuple[BeneficiaryRecord, str]], position: int) -> int:
    """Take over records, each with the person's pseudonym, from the event at a position; how many were newer than what is held.

    A record that is not newer is left out whole, with its decisions and the payees of its own purposes and kinds.
    """
    newest = {record.beneficiary_id: (record, subject) for record, subject in sorted(records, key=lambda r: r[0].version)}
    people = orjson.dumps([_person(record, subject) for record, subject in newest.values()]).decode()
    rows = await tx.rows(_UPSERT, people=people, position=position)
    taken = [row["beneficiary_id"] for row in rows]
    if taken:
        decisions = [decision for record, _ in newest.values() for decision in _decisions(record)]
        await tx.run(_DROP_DECISIONS, ids=taken)
        await tx.run(_DECISIONS, decisions=orjson.dumps(decisions).decode(), ids=taken)
        one_off = [payee for record, _ in newest.values() for payee in _one_off(record)]
        await tx.run(_DROP_ONE_OFF, ids=taken)
        if one_off:
            await tx.run(_ADD_ONE_OFF, payees=orjson.dumps(one_off).decode(), ids=taken)
        of_kind = [payee for record, _ in newest.values() for payee in _of_kind(record)]
        await tx.run(_DROP_OF_KIND, ids=taken)
        if of_kind:
            await tx.run(_ADD_OF_KIND, payees=orjson.dumps(of_kind).decode(), ids=taken)
    joined = {
        row[name] for row in rows for name in ("was_merged_into", "merged_into") if row["was_merged_into"] != row["merged_into"]
    }
    if ids := sorted(joined - {None}):
        await tx.run(_TOUCH, ids=ids, position=position)
    return len(taken)


def _person(record: BeneficiaryRecord, subject: str) -> dict[str, Any]:
    plain = record.model_dump(mode="json", exclude={"decisions", "payee", "account", "one_off_payees", "kind_payees"})
    return {
        **plain,
        "subject": subject,
        **_payee(record.payee),
        **_account(record.account),
        "entitlement": _entitlement(plain, _decisions(record)),
    }


def _payee(payee: PayeeRecord) -> dict[str, Any]:
    return {
        "payee_id": str(payee.payee_id),
        "payee_version": payee.version,
        "payee_name": payee.full_name,
        "payee_relationship": payee.relationship,
    }


def _account(account: AccountRecord | None) -> dict[str, Any]:
    return {
        "account_id": str(account.account_id) if account else None,
        "account_version": account.version if account else None,
        "account_provider": account.provider if account else None,
        "account_channel": account.channel if account else None,
    }


def _entitlement(person: dict[str, Any], decisions: list[dict[str, Any]]) -> str:
    """A digest of all that says what the person is owed."""
    held = sorted(decisions, key=lambda decision: str(decision["decision_id"]))
    said = [person["status"], person["status_from_month"], person["merged_into"], held]
    return sha256(orjson.dumps(said)).hexdigest()[:32]


def _decisions(record: BeneficiaryRecord) -> list[dict[str, Any]]:
    whose = {"beneficiary_id": str(record.beneficiary_id)}
    return [{**decision.model_dump(mode="json"), **whose} for decision in record.decisions]


def _one_off(record: BeneficiaryRecord) -> list[dict[str, Any]]:
    whose = {"beneficiary_id": str(record.beneficiary_id), "unit_id": record.unit_id}
    return [{**whose, "purpose": one.purpose, **_payee(one.payee)} for one in record.one_off_payees]


def _of_kind(record: BeneficiaryRecord) -> list[dict[str, Any]]:
    whose = {"beneficiary_id": str(record.beneficiary_id), "unit_id": record.unit_id}
    return [
        {**whose, "kind": one.kind, "hold": one.hold, **_payee(one.payee), **_account(one.account)} for one in record.kind_payees
    ]
