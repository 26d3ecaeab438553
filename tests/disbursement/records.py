"""Registry records of the tests: people's decisions, payees and accounts."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.registry_events import AccountRecord, BeneficiaryRecord, DecisionRecord, PayeeRecord
from shared.kernel.ids import new_id

OCTOBER = date(2021, 10, 1)
FROM = date(2021, 7, 1)


def decision(category: str, heads: int = 1, from_month: date = FROM, to_month: date | None = None) -> DecisionRecord:
    """A decision."""
    kind = "care_support" if category.startswith("CS-") else "funeral" if category.startswith("MT-") else "monthly"
    return DecisionRecord(
        decision_id=new_id(), number="12/QĐ-UBND", decided_on=date(2021, 6, 20), kind=kind, category=category,
        from_month=from_month, to_month=to_month, heads=heads,
    )  # fmt: skip


def payee(payee_id: UUID, version: int = 1, full_name: str = "Nguyễn Thị Lan", relationship: str = "self") -> PayeeRecord:
    """A payee."""
    return PayeeRecord(
        payee_id=payee_id, version=version, full_name=full_name, relationship=relationship, identity_sealed=None,
        phone_sealed=None,
    )  # fmt: skip


def wallet(version: int = 1, account_id: UUID | None = None) -> AccountRecord:
    """A ViettelPay wallet."""
    return AccountRecord(
        account_id=account_id or new_id(), version=version, provider="viettelpay", channel="wallet",
        holder_name="NGUYEN THI LAN", number_sealed="k1.x",
    )  # fmt: skip


def bank_account(version: int = 1, account_id: UUID | None = None) -> AccountRecord:
    """A VietinBank account."""
    return AccountRecord(
        account_id=account_id or new_id(), version=version, provider="vietinbank", channel="account",
        holder_name="NGUYEN THI LAN", number_sealed="k1.x",
    )  # fmt: skip


def changed(record: BeneficiaryRecord, **changes: Any) -> BeneficiaryRecord:
    """The next version of a record."""
    return record.model_copy(update={"version": record.version + 1, **changes})
