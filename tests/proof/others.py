"""What others ask of the services meanwhile: the registry, officers, days that pass, and providers that are away."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.disbursement_events import AuthorityHandedOver, CommuneHandedOver
from shared.contracts.registry_events import (
    AccountRequest,
    AccountsRequested,
    BeneficiariesChanged,
    NameEnquiriesRequested,
    NameEnquiry,
    NoticeRecord,
    NoticesQueued,
    UnitRecord,
    UnitsDefined,
)
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher
from shared.kernel.ids import new_id
from shared.outbox import emit
from tests.proof.conftest import FIRST_DAY, Ground


async def others_ask(ground: Ground, unit_id: str) -> None:
    """Accounts to open, names to ask for, changes to tell people of, a record that changed, connectors that can do other things
    than before; and an authority hands over to one that nobody here has heard of yet."""
    async with ground.registry.transaction() as tx:
        for provider in ("viettelpay", "vietinbank"):
            await emit(tx, AccountsRequested(provider=provider, requests=[_request(ground.cipher, unit_id)]))
            await emit(tx, NameEnquiriesRequested(provider=provider, enquiries=[_enquiry(ground.cipher, unit_id)]))
        await emit(tx, NoticesQueued(notices=[_notice(ground.cipher, unit_id)]))
        await emit(tx, BeneficiariesChanged(records=[]))
    async with ground.looking() as admin:
        await admin.execute("UPDATE provider_gateway.described_providers SET described = '[]'")


async def hand_over(ground: Ground) -> str:
    """An authority hands over to one of which the registry has not told yet: this event is early. The unit to tell of."""
    heir = f"9{_digits()}@2021-07-01"
    commune = CommuneHandedOver(from_unit_id="1@2021-07-01", to_unit_id=heir, to_authority_id=heir)
    event = AuthorityHandedOver(handover_id=new_id(), from_authority_id="1@2021-07-01", happened_on=FIRST_DAY, communes=[commune])
    async with ground.disbursement.transaction() as tx:
        await emit(tx, event)
    return heir


async def tell_of_unit(ground: Ground, unit_id: str) -> None:
    """The registry tells of it at last."""
    unit = UnitRecord(
        unit_id=unit_id, code=unit_id.split("@")[0], valid_from=FIRST_DAY, valid_to=None, level="district", name="x",
        parent_id=None, path=(unit_id,),
    )  # fmt: skip
    async with ground.registry.transaction() as tx:
        await emit(tx, UnitsDefined(units=[unit]))


async def to_ask_back(ground: Ground) -> list[str]:
    """Payments for officers to ask back: one that is not instructed yet, and one under way with each provider."""
    waiting = """SELECT payment_id FROM disbursement.payments JOIN disbursement.chunks c USING (payroll_id, chunk_no)
                 WHERE c.state = 'sealed' LIMIT 1"""
    under_way = """SELECT DISTINCT ON (c.provider) a.payment_id FROM provider_gateway.attempts a
                   JOIN provider_gateway.chunks c USING (payroll_id, chunk_no)
                   WHERE a.state = 'accepted'
                   AND NOT EXISTS (SELECT FROM provider_gateway.recalls r WHERE r.payment_id = a.payment_id)
                   ORDER BY c.provider"""
    async with ground.looking() as admin:
        return [str(row["payment_id"]) for sql in (waiting, under_way) for row in await admin.fetch(sql)]


def _request(cipher: FieldCipher, unit_id: str) -> AccountRequest:
    return AccountRequest(
        account_id=new_id(), payee_id=new_id(), unit_id=unit_id, holder_name="Lê Văn Bình",
        identity_sealed=cipher.seal(f"046{_digits()}", IDENTITY), phone_sealed=cipher.seal(f"0{_digits()}", PHONE),
    )  # fmt: skip


def _enquiry(cipher: FieldCipher, unit_id: str) -> NameEnquiry:
    return NameEnquiry(
        enquiry_id=new_id(), account_id=new_id(), account_version=1, unit_id=unit_id, holder_name="Lê Văn Bình",
        number_sealed=cipher.seal(f"0{_digits()}", ACCOUNT),
    )  # fmt: skip


def _notice(cipher: FieldCipher, unit_id: str) -> NoticeRecord:
    return NoticeRecord(
        notice_id=new_id(), payee_id=new_id(), unit_id=unit_id, kind="account_begun",
        phone_sealed=cipher.seal(f"0{_digits()}", PHONE),
    )  # fmt: skip


def _digits() -> str:
    """Nine of them, never the same."""
    return f"9{UUID(bytes=new_id().bytes).int % 10**8:08d}"
