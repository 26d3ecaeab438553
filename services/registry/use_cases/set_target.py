"""A unit is to have so many of its people paid into an account by a date."""

from __future__ import annotations

from services.registry.domain.accounts import CHANNEL_OF
from services.registry.domain.enrolment import Target
from services.registry.domain.enrolment_refusals import BAD_TARGET, UNKNOWN_TARGET_UNIT
from services.registry.domain.refusals import UNKNOWN_PROVIDER
from services.registry.storage.gaps import put_target
from services.registry.storage.units import unit_by_id
from shared import audit
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.errors import Refusal


async def set_target(tx: Tx, caller: Caller, target: Target) -> None:
    """Set the target of a unit below the caller's (or of the caller's province); it counts for all below without their own.

    Refused: `unknown-target-unit`, `not-your-unit`, `bad-target`, `unknown-provider`.
    """
    unit = await unit_by_id(tx, target.unit_id)
    if unit is None:
        raise Refusal(UNKNOWN_TARGET_UNIT, target.unit_id)
    caller.require_unit(unit.path[:-1] or unit.path)  # nobody sets the target that the own work is held against
    if target.target_on <= target.starts_on:
        raise Refusal(BAD_TARGET)
    if target.provider is not None and target.provider not in CHANNEL_OF:
        raise Refusal(UNKNOWN_PROVIDER, target.provider, provider=target.provider)
    if await put_target(tx, caller, target):
        await audit.append(
            tx, caller, "enrolment.target", f"unit/{target.unit_id}",
            target_on=target.target_on, share_percent=target.share_percent,
        )  # fmt: skip
