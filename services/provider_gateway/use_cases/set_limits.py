"""What operations set of a provider: its limits, and when it has maintenance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.provider_gateway.domain.limits import changed_limits
from services.provider_gateway.domain.maintenance import Window, check_window
from services.provider_gateway.domain.refusals import NO_SUCH_WINDOW, UNKNOWN_PROVIDER
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import ways, windows
from services.provider_gateway.storage.ways import Standing
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


def known_provider(provider: str, providers: Collection[str]) -> str:
    """The provider. Raises unknown-provider."""
    if provider not in providers:
        raise Refusal(UNKNOWN_PROVIDER, f"providers are {', '.join(sorted(providers))}")
    return provider


async def set_limits(tx: Tx, caller: Caller, provider: str, changes: Mapping[str, Any], schedule: Schedule) -> Standing:
    """Set a provider's limits, whole: what is not named is as the installation has it. Intents committed from now on keep to
    them. Raises wrong-limit."""
    changed_limits(schedule.limits, changes)
    before = (await ways.lock_standing(tx, provider, schedule.limits)).way.limits
    await ways.set_limits(tx, provider, changes)
    after = await ways.lock_standing(tx, provider, schedule.limits)
    await audit.append(tx, caller, "set-limits", f"provider/{provider}", before=asdict(before), after=asdict(after.way.limits))
    return after


async def set_window(tx: Tx, caller: Caller, window: Window, schedule: Schedule) -> dict[str, Any]:
    """Set a maintenance window: once this has committed, no new intent is inside it, for whoever commits one holds the way too.
    Raises wrong-window."""
    check_window(window)
    await ways.lock_way(tx, window.provider, schedule.limits)
    row = await windows.insert_window(tx, caller, window)
    detail = {name: value for name, value in asdict(window).items() if value is not None}
    await audit.append(tx, caller, "set-window", f"provider/{window.provider}", **detail)
    return row


async def end_window(tx: Tx, caller: Caller, provider: str, window_id: UUID, reason: str) -> dict[str, Any]:
    """Take a window back; a second time changes nothing. Raises no-such-window."""
    row = await windows.end_window(tx, caller, provider, window_id, reason)
    if row is not None:
        await audit.append(tx, caller, "end-window", f"provider/{provider}", window_id=window_id, reason=reason)
        return row
    row = await windows.read_window(tx, provider, window_id)
    if row is None:
        raise Refusal(NO_SUCH_WINDOW, window_id=window_id)
    return row
