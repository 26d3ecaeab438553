"""People have a new version: it is kept in the history and said to the other services, in the transaction that made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Literal, cast
from uuid import UUID

from services.registry.domain.records import FullRecord, Why, fields_of
from services.registry.storage.records import load_records, write_versions
from shared import outbox
from shared.auth import Caller
from shared.contracts.base import MAX_RECORDS
from shared.contracts.registry_events import (
    AccountRecord,
    BeneficiariesChanged,
    BeneficiaryRecord,
    DecisionRecord,
    KindPayeeRecord,
    OneOffPayeeRecord,
    PayeeRecord,
)
from shared.database import Tx


async def publish_changes(
    tx: Tx, caller: Caller, beneficiary_ids: Sequence[UUID], *, reason: str, effective_from: date, listed: bool = False,
    paper_number: str | None = None, note: str | None = None,
) -> None:  # fmt: skip
    """Write the history and say `beneficiaries_changed` of people whose version was raised, commune by commune.

    `reason` is a code; `paper_number` the decision or paper that the change rests on, `note` why, in an officer's words.
    """
    if not beneficiary_ids:
        return
    records = await load_records(tx, beneficiary_ids)
    why = Why(reason, effective_from, paper_number, note)
    await write_versions(tx, records, why, caller=caller, listed=listed)
    records.sort(key=lambda record: (record.unit_id, record.code))
    for unit_id, group in groupby(records, key=lambda record: record.unit_id):
        people = [_for_event(record) for record in group]
        for at in range(0, len(people), MAX_RECORDS):
            await outbox.emit(tx, BeneficiariesChanged(records=people[at : at + MAX_RECORDS]), unit_id)


def _for_event(record: FullRecord) -> BeneficiaryRecord:
    """The record as other services get it. It comes from typed columns: checking it again would double the time."""
    return BeneficiaryRecord.model_construct(
        beneficiary_id=record.beneficiary_id,
        version=record.version,
        code=record.code,
        full_name=record.full_name,
        sex=cast(Literal["male", "female"], record.sex),
        birth_date=record.birth_date,
        birth_precision=cast(Literal["day", "year"], record.birth_precision),
        unit_id=record.unit_id,
        status=cast(Literal["active", "suspended", "stopped", "dead"], record.status),
        status_from_month=record.status_from_month,
        hold=record.hold,
        decisions=[DecisionRecord.model_construct(**fields_of(decision)) for decision in record.decisions],
        payee=PayeeRecord.model_construct(**fields_of(record.payee)),
        account=AccountRecord.model_construct(**fields_of(record.account)) if record.account else None,
        one_off_payees=[
            OneOffPayeeRecord.model_construct(
                purpose=cast(Literal["funeral", "unpaid_months"], one.purpose),
                payee=PayeeRecord.model_construct(**fields_of(one.payee)),
            )
            for one in record.one_off_payees
        ],
        kind_payees=[
            KindPayeeRecord.model_construct(
                kind="care_support",
                payee=PayeeRecord.model_construct(**fields_of(each.payee)),
                account=AccountRecord.model_construct(**fields_of(each.account)) if each.account else None,
                hold=each.hold,
            )
            for each in record.kind_payees
        ],
        merged_into=record.merged_into,
    )
