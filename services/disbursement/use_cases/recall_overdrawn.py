"""Recall lines that pay more than is owed now, or what may have been paid, as long as their chunk was not instructed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.differences import dated_law
from services.disbursement.domain.law import Law
from services.disbursement.storage import disputes, overdrawn_lines, owed_again, payrolls, units
from services.disbursement.use_cases.remove_payment import remove_lines
from shared.auth import Caller
from shared.database import Tx

Lines = Mapping[UUID, Sequence[tuple[UUID, str]]]
"""By payroll, payments to take out with the reason."""


async def recall_overdrawn(
    tx: Tx, caller: Caller, authority_id: str, law: Law, key: Ed25519PrivateKey, payroll_id: UUID | None = None
) -> dict[UUID, int]:
    """Take lines out of an authority's payrolls (or of one) that a later decision, a stop, a death or a merge made too much, and
    those that would pay again what a provider says it paid; how many of which payroll.

    Each goes by an exception in the caller's name. What it was to settle rests: the next drawing up cancels what is not owed
    and pays the rest, but for what is disputed until that is settled. The transaction must see all rows.
    """
    gone = Counter(await _take_out(tx, caller, key, await _disputed(tx, authority_id, payroll_id)))
    suspected, people = await overdrawn_lines.suspects(tx, authority_id, payroll_id)
    if not people:
        return dict(gone)
    await overdrawn_lines.hold(tx, suspected)
    await reckon_now(tx, authority_id, law, people)
    return dict(gone + Counter(await _take_out(tx, caller, key, await overdrawn_lines.overdrawn(tx, authority_id, suspected))))


async def _disputed(tx: Tx, authority_id: str, payroll_id: UUID | None) -> Lines:
    """Looked at again once the payrolls are held: what was instructed meanwhile stays."""
    found = await disputes.lines(tx, authority_id, payroll_id)
    if found:
        await overdrawn_lines.hold(tx, sorted(found))
        found = await disputes.lines(tx, authority_id, payroll_id)
    return found


async def _take_out(tx: Tx, caller: Caller, key: Ed25519PrivateKey, found: Lines) -> dict[UUID, int]:
    """The payrolls are held."""
    for each, lines in found.items():
        taken_out = await remove_lines(tx, caller, await payrolls.find(tx, each), lines, key)
        assert taken_out  # its chunks are held: nobody instructed them since
    return {each: len(lines) for each, lines in found.items()}


async def reckon_now(tx: Tx, authority_id: str, law: Law, people: Sequence[UUID]) -> None:
    """What these people are owed now beside all that was drawn of it, by the law of the authority's province."""
    province = await units.find(tx, (await units.find(tx, authority_id)).path[0])
    judged = dated_law(law, await owed_again.months_known(tx), province.name)
    await owed_again.reckon(tx, people, judged)
