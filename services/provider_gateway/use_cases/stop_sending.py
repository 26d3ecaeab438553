"""The stop switch: of a provider, or of a payroll; by an officer or by a rule, and lifted by an officer only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from services.provider_gateway.domain.refusals import NO_SUCH_STOP, UNKNOWN_PROVIDER, WRONG_STOP
from services.provider_gateway.domain.stops import Cause, Scope, Stop, check_may_lift
from services.provider_gateway.storage import stops
from shared import audit
from shared.auth import LOCAL_ISSUER, Caller
from shared.contracts.disbursement_events import CanaryFailed
from shared.contracts.gateway_events import StopChanged
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.outbox import emit

Rule = Literal["error-rate", "canary", "restore"]

RULES: dict[Rule, Caller] = {
    "error-rate": Caller(LOCAL_ISSUER, "gateway-error-rate", "service", frozenset(), ()),
    "canary": Caller(LOCAL_ISSUER, "disbursement-canary", "service", frozenset(), ()),
    "restore": Caller(LOCAL_ISSUER, "after-restore", "service", frozenset(), ()),
}
"""In whose name a rule stops: what the audit and the list of stops show."""


async def stop_sending(tx: Tx, caller: Caller, scope: Scope, key: str, reason: str, providers: Collection[str]) -> Stop:
    """Close a gate: once this has committed no new intent behind it is. Raises unknown-provider, wrong-stop."""
    if scope == "provider" and key not in providers:
        raise Refusal(UNKNOWN_PROVIDER, f"{key!r} is none of {', '.join(sorted(providers))}")
    if scope == "payroll":
        try:
            key = str(UUID(key))
        except ValueError:
            raise Refusal(WRONG_STOP, "the key of a payroll is its id") from None
    stop = await _place(tx, caller, scope, key, "person", reason)
    assert stop is not None, "a person may stop what is stopped already"
    return stop


async def stop_by_rule(
    tx: Tx, cause: Literal["error-rate", "canary", "restore"], scope: Scope, key: str, why: str
) -> Stop | None:
    """Close a gate because a rule says so; None where the same rule's stop holds it already. A person lifts it."""
    return await _place(tx, RULES[cause], scope, key, cause, why)


async def stop_for_canary(tx: Tx, event: CanaryFailed) -> None:
    """disbursement.canary_failed: stop the payroll here too, where an officer finds it in the list and lifts it."""
    why = f"{event.failed} of the first {event.payments} payments failed"
    await stop_by_rule(tx, "canary", "payroll", str(event.payroll_id), why)


async def stop_after_restore(tx: Tx, providers: Collection[str]) -> list[Stop]:
    """Every provider starts stopped after a restore; the stops that were placed. What is stopped for this stays so."""
    why = "the database was restored: compare statements and enquiries since the backup first"
    placed = [await stop_by_rule(tx, "restore", "provider", provider, why) for provider in providers]
    return [stop for stop in placed if stop is not None]


async def lift_stop(tx: Tx, caller: Caller, stop_id: UUID, reason: str) -> Stop:
    """Lift a stop; lifting it twice changes nothing. Raises no-such-stop, stopper-lifts, service-account-lifts."""
    stop = await stops.lock_stop(tx, stop_id)
    if stop is None:
        raise Refusal(NO_SUCH_STOP, stop_id=stop_id)
    check_may_lift(stop, caller.issuer, caller.subject, caller.kind)
    if stop.lifted_at is not None:
        return stop
    lifted = await stops.lift_stop(tx, caller, stop, reason)
    await audit.append(tx, caller, "lift-stop", f"{stop.scope}/{stop.key}", stop_id=stop_id, cause=stop.cause, reason=reason)
    await _say(tx, lifted)
    return lifted


async def _place(tx: Tx, caller: Caller, scope: Scope, key: str, cause: Cause, reason: str) -> Stop | None:
    stop = await stops.insert_stop(tx, caller, scope, key, cause, reason)
    if stop is not None:
        await audit.append(tx, caller, "stop", f"{scope}/{key}", stop_id=stop.stop_id, cause=cause, reason=reason)
        await _say(tx, stop)
    return stop


async def _say(tx: Tx, stop: Stop) -> None:
    event = StopChanged(
        stop_id=stop.stop_id,
        scope=stop.scope,
        key=stop.key,
        cause=stop.cause,
        reason=stop.reason,
        stopped_at=stop.stopped_at,
        lifted_at=stop.lifted_at,
    )
    await emit(tx, event)
