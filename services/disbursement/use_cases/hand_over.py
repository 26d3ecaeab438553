"""An authority hands over to those that follow it, in one dated act."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.handover_refusals import HANDED_OVER, INCOMPLETE
from services.disbursement.domain.handovers import HandedOver, Handover, KeptHandover, Passage, check_units, divide
from services.disbursement.domain.ledger import IN_FLIGHT, provider_account
from services.disbursement.storage import (
    handover_money,
    handover_parts,
    handover_receivables,
    handover_rows,
    handovers,
    payrolls,
    runs,
    units,
)
from services.disbursement.storage.handover_rows import Claim
from services.disbursement.storage.ledger import post
from services.disbursement.use_cases.remove_payment import remove_lines
from shared import audit
from shared.auth import Caller
from shared.contracts.disbursement_events import AuthorityHandedOver, CommuneHandedOver
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit

REASON = "authority-handed-over"


async def hand_over(tx: Tx, caller: Caller, handover: Handover, key: Ed25519PrivateKey) -> KeptHandover:
    """Let everything open of an authority go over to its heirs. The same again gives the same act. The transaction must see
    all rows; whether the caller may act for all these authorities is settled.

    What was not sent yet is taken out of its payroll and rests for the heirs' next drawing up. Refused: `unknown-unit`,
    `no-successor-authority`, `authority-handed-over` (by another act, or an heir that has handed over itself),
    `handover-incomplete`.
    """
    before = await handovers.find(tx, handover.from_authority_id)
    if before is not None:
        if before[1] != handover.asked:
            raise Refusal(HANDED_OVER, f"by {before[0].paper} on {before[0].happened_on}", handover_id=before[0].handover_id)
        return await read_handover(tx, handover.from_authority_id)
    await _check(tx, handover)
    for authority_id in sorted((handover.from_authority_id, *handover.to_authority_ids)):
        await runs.pass_gate(tx, authority_id)
    await handover_rows.lock_books(tx, handover.from_authority_id)
    withdrawn = await _withdraw_unsent(tx, caller, handover.from_authority_id, key)
    await handovers.insert(tx, caller, handover)
    passages = await handover_rows.take_over_open(tx, handover)
    await _check_nobody_lost(tx)
    money = await _money(tx, handover)
    await handover_money.record(tx, handover.handover_id, money)
    owed_back = await handover_receivables.take_over(tx, handover)
    await post(tx, [entry for passage in [*passages, *money, *(each for _, each in owed_back)] for entry in passage.entries])
    contracts = await handover_rows.continue_contracts(tx, handover)
    followed = await handover_rows.take_over_followers(tx, handover.from_authority_id)
    parts = _parts(handover, passages, money, owed_back, contracts)
    await handover_parts.insert(tx, handover.handover_id, parts)
    await _say(tx, caller, handover, parts, withdrawn, followed)
    return await read_handover(tx, handover.from_authority_id)


async def read_handover(tx: Tx, from_authority_id: str) -> KeptHandover:
    """The hand-over that an authority made."""
    found = await handovers.find(tx, from_authority_id)
    assert found is not None
    handover, _, made_subject, made_at = found
    return KeptHandover(handover, made_subject, made_at, await handover_parts.of_handover(tx, handover.handover_id))


async def _check(tx: Tx, handover: Handover) -> None:
    named = {handover.from_authority_id}
    for heir in handover.heirs:
        named |= {heir.from_unit_id, heir.to_authority_id, heir.to_unit_id}
    check_units(handover, {unit_id: await units.find(tx, unit_id) for unit_id in sorted(named)}, await tx.today())
    for authority_id in handover.to_authority_ids:
        await handovers.check_stands(tx, authority_id)
    missing = await handovers.forgotten(tx, handover.from_authority_id, [heir.from_unit_id for heir in handover.heirs])
    if missing:
        raise Refusal(INCOMPLETE, f"{', '.join(missing[:10])}", units=missing)


async def _check_nobody_lost(tx: Tx) -> None:
    people = await handover_rows.without_heir(tx)
    if people:
        raise Refusal(INCOMPLETE, f"lines of {len(people)} people lie in communes that nobody takes over", people=len(people))


async def _withdraw_unsent(tx: Tx, caller: Caller, authority_id: str, key: Ed25519PrivateKey) -> int:
    """Take out what no dispatcher has sent; how many lines. Payrolls that were not released are cancelled."""
    withdrawn = 0
    for payroll_id, payment_ids in await handover_rows.unsent(tx, authority_id):
        payroll = await payrolls.find(tx, payroll_id, lock=True)
        removed = await remove_lines(tx, caller, payroll, [(payment_id, REASON) for payment_id in payment_ids], key)
        assert removed  # their chunks are locked
        withdrawn += len(payment_ids)
    await handover_rows.cancel_unreleased(tx, authority_id)
    return withdrawn


async def _money(tx: Tx, handover: Handover) -> list[Passage]:
    """What lies at providers goes with its lines: of each run what is in flight, and once what nothing claims any more."""
    claims: dict[UUID, list[Claim]] = defaultdict(list)
    for claim in await handover_rows.claims(tx):
        claims[claim.contract_id].append(claim)
    passages: list[Passage] = []
    for held in await handover_money.held(tx, handover.from_authority_id):
        own = claims.get(held.contract_id, [])
        passages += [
            _passage(handover, each.run_id, held.contract_id, each.authority_id, each.open_dong) for each in own if each.open_dong
        ]
        resting = Counter[str]()
        for each in own:
            resting[each.authority_id] += each.resting_dong
        unspent_dong = held.held_dong - sum(each.open_dong for each in own)
        for authority_id, dong in divide(unspent_dong, resting, handover.to_authority_ids).items():
            passages.append(_passage(handover, held.newest_run_id, held.contract_id, authority_id, dong))
    return passages


def _passage(handover: Handover, run_id: UUID, contract_id: UUID, to_authority_id: str, amount_dong: int) -> Passage:
    """Below zero (a provider that paid more than it got) it goes the other way."""
    passage = Passage(
        book="money",
        run_id=run_id,
        account=provider_account(contract_id),
        from_authority_id=handover.from_authority_id,
        to_authority_id=to_authority_id,
        amount_dong=abs(amount_dong),
        contract_id=contract_id,
    )
    if amount_dong > 0:
        return passage
    return replace(passage, from_authority_id=to_authority_id, to_authority_id=handover.from_authority_id)


def _parts(
    handover: Handover,
    passages: Sequence[Passage],
    money: Sequence[Passage],
    owed_back: Sequence[tuple[int, Passage]],
    contracts: Mapping[str, int],
) -> list[HandedOver]:
    parts = []
    for authority_id in handover.to_authority_ids:
        flying = [p for p in passages if p.to_authority_id == authority_id and p.account == IN_FLIGHT]
        resting = [p for p in passages if p.to_authority_id == authority_id and p.account != IN_FLIGHT]
        owed = [(number, p.amount_dong) for number, p in owed_back if p.to_authority_id == authority_id]
        parts.append(
            HandedOver(
                authority_id=authority_id,
                in_flight=sum(p.obligations for p in flying),
                in_flight_dong=sum(p.amount_dong for p in flying),
                resting=sum(p.obligations for p in resting),
                resting_dong=sum(p.amount_dong for p in resting),
                money_dong=sum(p.amount_dong for p in money if p.to_authority_id == authority_id)
                - sum(p.amount_dong for p in money if p.from_authority_id == authority_id),
                contracts=contracts.get(authority_id, 0),
                receivables=sum(number for number, _ in owed),
                receivables_dong=sum(dong for _, dong in owed),
            )
        )
    return parts


async def _say(
    tx: Tx, caller: Caller, handover: Handover, parts: Sequence[HandedOver], withdrawn: int, followed: Mapping[str, int]
) -> None:
    await audit.append(
        tx,
        caller,
        "hand-over",
        f"authority/{handover.from_authority_id}",
        handover_id=handover.handover_id,
        paper=handover.paper,
        happened_on=handover.happened_on,
        to={part.authority_id: {"money_dong": part.money_dong, "resting_dong": part.resting_dong} for part in parts},
        withdrawn=withdrawn,
        followed=followed,
    )
    event = AuthorityHandedOver(
        handover_id=handover.handover_id,
        from_authority_id=handover.from_authority_id,
        happened_on=handover.happened_on,
        communes=[
            CommuneHandedOver(from_unit_id=h.from_unit_id, to_authority_id=h.to_authority_id, to_unit_id=h.to_unit_id)
            for h in handover.heirs
        ],
    )
    await emit(tx, event, unit_id=handover.from_authority_id)
