"""Whole records of beneficiaries, and their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.records import (
    AccountInUse,
    Decision,
    FullRecord,
    KindPayee,
    OneOffPayee,
    PayeeInUse,
    Why,
    changed_fields,
)
from services.registry.storage import bulk
from services.registry.storage.carers import STANDING
from shared.auth import Caller
from shared.database import Tx

_RECORDS = """
SELECT b.beneficiary_id, b.version, b.code, b.unit_id, b.full_name, b.sex, b.birth_date, b.birth_precision, b.ethnicity,
       b.village, b.phone_sealed, b.wished_channel, b.status, b.status_from_month, b.hold, b.row_id, b.merged_into,
       b.relationship,
       p.payee_id, p.version AS payee_version, p.full_name AS payee_name, p.identity_sealed AS payee_identity,
       p.phone_sealed AS payee_phone,
       a.account_id, a.version AS account_version, a.provider, a.channel, a.holder_name, a.number_sealed
FROM beneficiaries b JOIN payees p USING (payee_id) LEFT JOIN accounts a ON a.account_id = b.account_id
WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[])) ORDER BY b.code
"""
_KEPT = (
    "beneficiary_id", "version", "code", "unit_id", "full_name", "sex", "birth_date", "birth_precision", "ethnicity",
    "village", "phone_sealed", "wished_channel", "status", "status_from_month", "hold", "row_id", "merged_into",
)  # fmt: skip
_VERSION = {
    "beneficiary_id": "uuid",
    "version": "integer",
    "unit_id": "text",
    "row_id": "uuid",
    "changed": "text",
    "record": "text",
}


async def load_records(tx: Tx, beneficiary_ids: Sequence[UUID]) -> list[FullRecord]:
    """The whole records of people, in the order of their codes; those that the caller may see."""
    ids = list(beneficiary_ids)
    rows = await tx.rows(_RECORDS, ids=ids)
    decisions = await _decisions(tx, ids)
    documents = await _documents(tx, ids)
    one_off = await _one_off_payees(tx, ids)
    carers = await _carers(tx, ids)
    return [
        FullRecord(
            **{name: row[name] for name in _KEPT},
            documents=tuple(documents.get(row["beneficiary_id"], ())),
            decisions=tuple(decisions.get(row["beneficiary_id"], ())),
            payee=_payee(row),
            account=_account(row),
            one_off_payees=tuple(one_off.get(row["beneficiary_id"], ())),
            kind_payees=tuple(carers.get(row["beneficiary_id"], ())),
        )
        for row in rows
    ]


async def _one_off_payees(tx: Tx, ids: list[UUID]) -> dict[UUID, list[OneOffPayee]]:
    rows = await tx.rows(
        """SELECT a.beneficiary_id, a.purpose, p.payee_id, p.version AS payee_version, p.full_name AS payee_name, a.relationship,
               p.identity_sealed AS payee_identity, p.phone_sealed AS payee_phone
           FROM payee_appointments a JOIN payees p USING (payee_id)
           WHERE a.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND a.ended_on IS NULL
               AND a.purpose IN ('funeral', 'unpaid_months')
           ORDER BY a.purpose""",
        ids=ids,
    )
    found: dict[UUID, list[OneOffPayee]] = {}
    for row in rows:
        found.setdefault(row["beneficiary_id"], []).append(OneOffPayee(row["purpose"], _payee(row)))
    return found


async def _carers(tx: Tx, ids: list[UUID]) -> dict[UUID, list[KindPayee]]:
    rows = await tx.rows(
        f"""SELECT c.beneficiary_id, c.purpose, c.hold, p.payee_id, p.version AS payee_version, p.full_name AS payee_name,
                c.relationship, p.identity_sealed AS payee_identity, p.phone_sealed AS payee_phone, a.account_id,
                a.version AS account_version, a.provider, a.channel, a.holder_name, a.number_sealed
            FROM ({STANDING}) c LEFT JOIN payees p USING (payee_id) LEFT JOIN accounts a ON a.account_id = c.account_id""",  # noqa: S608
        ids=ids,
    )
    if any(row["payee_name"] is None for row in rows):  # without their name in the record, the guardian would be paid
        raise LookupError("a carer whom the transaction can't see")
    return {row["beneficiary_id"]: [KindPayee(row["purpose"], _payee(row), _account(row), row["hold"])] for row in rows}


def _payee(row: Any) -> PayeeInUse:
    return PayeeInUse(
        payee_id=row["payee_id"],
        version=row["payee_version"],
        full_name=row["payee_name"],
        relationship=row["relationship"],
        identity_sealed=row["payee_identity"],
        phone_sealed=row["payee_phone"],
    )


def _account(row: Any) -> AccountInUse | None:
    if row["account_id"] is None:
        return None
    return AccountInUse(
        account_id=row["account_id"],
        version=row["account_version"],
        provider=row["provider"],
        channel=row["channel"],
        holder_name=row["holder_name"],
        number_sealed=row["number_sealed"],
    )


async def _decisions(tx: Tx, ids: list[UUID]) -> dict[UUID, list[Decision]]:
    rows = await tx.rows(
        """SELECT beneficiary_id, decision_id, number, decided_on, kind, category, from_month, to_month, heads, paid_by
           FROM decisions WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND annulled_at IS NULL
           ORDER BY from_month, decision_id""",
        ids=ids,
    )
    found: dict[UUID, list[Decision]] = {}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "beneficiary_id"}
        found.setdefault(row["beneficiary_id"], []).append(Decision(**values))
    return found


async def _documents(tx: Tx, ids: list[UUID]) -> dict[UUID, list[Mapping[str, Any]]]:
    rows = await tx.rows(
        """SELECT beneficiary_id, kind, number_sealed, known_from FROM identity_documents
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) AND known_to IS NULL ORDER BY kind""",
        ids=ids,
    )
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in rows:
        document = {"kind": row["kind"], "number_sealed": row["number_sealed"], "known_from": row["known_from"].isoformat()}
        found.setdefault(row["beneficiary_id"], []).append(document)
    return found


async def write_versions(tx: Tx, records: Sequence[FullRecord], why: Why, *, caller: Caller, listed: bool) -> None:
    """Keep records as their newest versions in the history. `listed`: they come from the list row that they name."""
    before = await _newest_versions(tx, [record.beneficiary_id for record in records if record.version > 1])
    rows = []
    for record in records:
        after = record.for_history()
        rows.append(
            {
                "beneficiary_id": record.beneficiary_id,
                "version": record.version,
                "unit_id": record.unit_id,
                "row_id": record.row_id if listed else None,
                "changed": " ".join(changed_fields(before.get(record.beneficiary_id), after)),
                "record": orjson.dumps(after).decode(),
            }
        )
    names = ", ".join(_VERSION)
    await tx.run(
        f"""INSERT INTO beneficiary_versions ({names}, effective_from, recorded_at, issuer, subject, reason,
                paper_number, note)
            SELECT v.beneficiary_id, v.version, v.unit_id, v.row_id,
                coalesce(string_to_array(nullif(v.changed, ''), ' '), CAST(ARRAY[] AS text[])), CAST(v.record AS json),
                :effective_from, platform.business_now(), :issuer, :subject, :reason, :paper_number, :note
            FROM {bulk.values_of(_VERSION)}""",  # noqa: S608 - constants only
        effective_from=why.effective_from,
        issuer=caller.issuer,
        subject=caller.subject,
        reason=why.reason,
        paper_number=why.paper_number,
        note=why.note,
        **bulk.arrays_of(_VERSION, rows),
    )


async def _newest_versions(tx: Tx, ids: list[UUID]) -> dict[UUID, Mapping[str, Any]]:
    if not ids:
        return {}
    rows = await tx.rows(
        """SELECT DISTINCT ON (beneficiary_id) beneficiary_id, record FROM beneficiary_versions
           WHERE beneficiary_id = ANY(CAST(:ids AS uuid[])) ORDER BY beneficiary_id, version DESC""",
        ids=ids,
    )
    return {row["beneficiary_id"]: _json(row["record"]) for row in rows}


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


async def page_of_history(tx: Tx, beneficiary_id: UUID, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Versions of a person, newest first, before one, each with the list row that it came from."""
    rows = await tx.rows(
        """SELECT v.version, v.effective_from, v.recorded_at, v.issuer, v.subject, v.reason, v.paper_number, v.note,
               v.changed, v.record,
               v.row_id, i.import_id, i.file_name, r.sheet, r.row
           FROM beneficiary_versions v LEFT JOIN import_rows r USING (row_id) LEFT JOIN imports i USING (import_id)
           WHERE v.beneficiary_id = :id AND (CAST(:before AS integer) IS NULL OR v.version < CAST(:before AS integer))
           ORDER BY v.version DESC LIMIT :limit""",
        id=beneficiary_id,
        before=before,
        limit=limit,
    )
    return [{**row, "record": _json(row["record"])} for row in rows]
