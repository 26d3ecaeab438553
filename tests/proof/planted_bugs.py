"""Bugs that such a gateway could well have, each planted in the real code by itself. The machine must find every one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.provider_gateway.connectors.protocol import Batch
from services.provider_gateway.domain import attempt
from services.provider_gateway.domain.attempt import Attempt, Verdict
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import attempts, chunks, recalls, stops
from services.provider_gateway.use_cases import enquire_chunk
from services.provider_gateway.use_cases.commit_intents import Claim, commit_intents
from services.provider_gateway.workers import enquiries, sender
from shared.database import Tx

Plant = Callable[[pytest.MonkeyPatch], None]


def resent_after_one_not_found(patch: pytest.MonkeyPatch) -> None:
    """Once is taken for never, and at once."""
    patch.setattr(enquire_chunk, "may_resend", lambda held, age, longest: held.state == "unknown")


def resent_to_who_does_not_refuse_duplicates(patch: pytest.MonkeyPatch) -> None:
    """The provider's weakness is forgotten."""
    rule = enquire_chunk.ResendRule
    patch.setattr(enquiries, "ResendRule", lambda refuses, longest: rule(True, longest))


def time_out_taken_for_a_failure(patch: pytest.MonkeyPatch) -> None:
    """What is not known is called refused."""
    meant = attempt._meant
    patch.setattr(attempt, "_meant", lambda said: meant(replace(said, outcome="rejected") if said.outcome == "unknown" else said))


def duplicate_taken_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """The provider has the payment already, and it is called refused: disbursement will pay it again, by a new reference."""
    patch.setattr(attempt, "DUPLICATE", "no such word")


def age_by_the_business_clock(patch: pytest.MonkeyPatch) -> None:
    """A day that begins makes what was sent a moment ago a day older: old enough to be sent again."""
    read_ages = attempts.read_ages

    async def by_the_business_clock(tx: Tx, chunk: Any) -> dict[str, float]:
        ahead = float(await tx.scalar("SELECT extract(epoch FROM platform.business_now() - clock_timestamp())"))
        return {reference: age + ahead for reference, age in (await read_ages(tx, chunk)).items()}

    patch.setattr(attempts, "read_ages", by_the_business_clock)


def new_reference_on_resend(patch: pytest.MonkeyPatch) -> None:
    """A resend looks like another payment to the provider."""

    async def renamed(*all_of_it: Any) -> Any:
        claim = await commit_intents(*all_of_it)
        if not isinstance(claim, Claim) or not claim.resent:
            return claim
        orders = [replace(o, reference=hashlib.sha256(o.reference.encode()).hexdigest()[:26].upper()) for o in claim.batch.orders]
        return replace(claim, batch=Batch(claim.batch.reference, claim.batch.channel, claim.batch.pay_on, orders))

    patch.setattr(sender, "commit_intents", renamed)


def crashed_lease_taken_for_not_sent(patch: pytest.MonkeyPatch) -> None:
    """Who died in the middle is thought to have sent nothing."""

    async def send_again(tx: Tx, schedule: Schedule) -> bool:
        chunk = await chunks.lock_lapsed(tx)
        if chunk is None:
            return False
        await chunks.end_lease(tx, chunk.key, None)
        await chunks.send_later(tx, chunk.key, 0, 0.0)
        return True

    patch.setattr(enquiries, "give_up_lease", send_again)


def paid_believed_without_amount(patch: pytest.MonkeyPatch) -> None:
    """The word alone is enough."""
    meant = attempt._meant
    patch.setattr(attempt, "_meant", lambda said: said if said.outcome == "paid" and said.amount_dong is None else meant(said))


def another_amount_believed(patch: pytest.MonkeyPatch) -> None:
    """Reference alone is enough."""
    judge = attempt._verdict
    patch.setattr(attempt, "_verdict", lambda held, said: judge(held, replace(said, amount_dong=held.amount_dong)))


def stop_not_read_with_the_intent(patch: pytest.MonkeyPatch) -> None:
    """Gates are looked at somewhere, sometime; not in the transaction that commits the intent."""

    async def passes(tx: Tx, chunk: Any) -> bool:
        return True

    patch.setattr(chunks, "_OPEN_GATES", "TRUE")
    patch.setattr(stops, "pass_gates", passes)


def recall_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A line asked back is answered for, and sent."""

    async def none_stopped(tx: Tx, key: Any) -> frozenset[Any]:
        return frozenset()

    async def not_refused(*all_of_it: Any, **more: Any) -> None:
        return None

    patch.setattr(recalls, "stopped", none_stopped)
    patch.setattr("services.provider_gateway.use_cases.recall_payment._refuse", not_refused)


def return_after_paid_overlooked(patch: pytest.MonkeyPatch) -> None:
    """Paid is the end."""
    after = attempt._after_final
    patch.setattr(attempt, "_after_final", lambda held, outcome: Verdict.STALE if held.state == "paid" else after(held, outcome))


def contradiction_dropped(patch: pytest.MonkeyPatch) -> None:
    """Paid after it was refused: nobody is told."""
    after = attempt._after_final

    def quiet(held: Attempt, outcome: Any) -> Verdict:
        verdict = after(held, outcome)
        return Verdict.STALE if verdict is Verdict.CONTRADICTION else verdict

    patch.setattr(attempt, "_after_final", quiet)


def steps_stand_still(patch: pytest.MonkeyPatch) -> None:
    """An outcome is told with the step of the one before."""
    save = attempts.save

    async def same_step(tx: Tx, chunk: Any, changed: Any) -> None:
        await save(tx, chunk, [replace(each, step=each.step - 1) if each.state == "paid" else each for each in changed])

    patch.setattr(attempts, "save", same_step)


BUGS: Sequence[Plant] = (
    resent_after_one_not_found,
    resent_to_who_does_not_refuse_duplicates,
    time_out_taken_for_a_failure,
    duplicate_taken_for_a_refusal,
    age_by_the_business_clock,
    new_reference_on_resend,
    crashed_lease_taken_for_not_sent,
    paid_believed_without_amount,
    another_amount_believed,
    stop_not_read_with_the_intent,
    recall_forgotten,
    return_after_paid_overlooked,
    contradiction_dropped,
    steps_stand_still,
)
