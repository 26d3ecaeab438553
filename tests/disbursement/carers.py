"""A severely disabled child with a guardian, and who cares for it: what the tests of carers share."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.contracts.registry_events import AccountRecord, BeneficiaryRecord, KindPayeeRecord
from shared.kernel.ids import new_id
from tests.disbursement.office import Office
from tests.disbursement.records import decision, payee, wallet

CHILDS_DONG, CARE_DONG, MOTHERS_DONG = 900_000, 360_000, 540_000
MINH = payee(new_id(), 2, "Nguyễn Văn Minh", "chú ruột")
"""The guardian."""


def carer(account: AccountRecord | None = None, hold: str | None = None, **changes: Any) -> KindPayeeRecord:
    """Who cares for the child."""
    who = payee(changes.pop("payee_id", new_id()), 5, changes.pop("full_name", "Lê Thị Chăm"), "cô")
    return KindPayeeRecord(kind="care_support", payee=who, account=account, hold=hold)


def child(office: Office, *carers: KindPayeeRecord, **changes: Any) -> BeneficiaryRecord:
    """A severely disabled child whose guardian has a wallet, and whose care support is 360,000."""
    held = [decision("K6-DBN-TE"), decision("CS-DBN-HGD")]
    told = {"decisions": held, "payee": MINH, "account": wallet(), "kind_payees": list(carers), "birth_date": date(2014, 5, 2)}
    return office.person(**{"commune": 0, **told, **changes})


async def receivers(office: Office, drawn: dict[str, Any]) -> dict[str, tuple[str, int, Any]]:
    """Name of each payee -> channel, đồng, account."""
    return {
        payment["payee_name"]: (payroll["channel"], payment["amount_dong"], payment["account_id"])
        for payroll in drawn["payrolls"]
        for payment in await office.payments(payroll["payroll_id"])
    }
