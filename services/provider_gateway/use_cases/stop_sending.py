"""The stop switch: of a provider, or of a payroll."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

from services.provider_gateway.domain.refusals import NO_SUCH_STOP, UNKNOWN_PROVIDER, WRONG_STOP
from services.provider_gateway.storage import stops
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def stop_sending(
    tx: Tx, caller: Caller, scope: Literal["provider", "payroll"], key: str, reason: str, providers: Collection[str]
) -> dict[str, Any]:
    """Close a gate: once this has committed no new intent behind it is. Raises unknown-provider, wrong-stop."""
    if scope == "provider" and key not in providers:
        raise Refusal(UNKNOWN_PROVIDER, f"{key!r} is none of {', '.join(sorted(providers))}")
    if scope == "payroll":
        try:
            key = str(UUID(key))
        except ValueError:
            raise Refusal(WRONG_STOP, "the key of a payroll is its id") from None
    stop = await stops.insert_stop(tx, caller, scope, key, reason)
    await audit.append(tx, caller, "stop", f"{scope}/{key}", stop_id=stop["stop_id"], reason=reason)
    return stop


async def lift_stop(tx: Tx, caller: Caller, stop_id: UUID) -> dict[str, Any]:
    """Lift a stop; lifting it twice changes nothing. Raises no-such-stop."""
    stop = await stops.lift_stop(tx, caller, stop_id)
    if stop is None:
        raise Refusal(NO_SUCH_STOP)
    await audit.append(tx, caller, "lift-stop", f"{stop['scope']}/{stop['key']}", stop_id=stop_id)
    return stop
