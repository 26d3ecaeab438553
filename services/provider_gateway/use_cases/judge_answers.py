"""The error-rate stop: look at what was answered, and stop the provider or the payroll that fails too often."""

from __future__ import annotations

from uuid import UUID

from services.provider_gateway.domain.error_rate import payroll_fails, provider_fails
from services.provider_gateway.domain.stops import Stop
from services.provider_gateway.storage import stops, tallies
from services.provider_gateway.use_cases.stop_sending import stop_by_rule
from shared.database import Tx


async def judge_answers(tx: Tx) -> list[Stop] | None:
    """Judge every provider and payroll of which something bad was said since the last look; the stops that were placed.

    None: there was nothing to judge. It runs beside the senders, not in their transactions, so that a stop never waits for a
    chunk whose settling waits for that stop.
    """
    found = await tallies.take_to_judge(tx)
    if found is None:
        return None
    placed = [await _judge_provider(tx, provider) for provider in found.providers]
    placed += [await _judge_payroll(tx, payroll_id) for payroll_id in found.payroll_ids]
    return [stop for stop in placed if stop is not None]


async def _judge_provider(tx: Tx, provider: str) -> Stop | None:
    """Looked at twice: a person may be lifting the last stop, and what was answered until then is judged no more."""
    if provider_fails(await tallies.newest_of_provider(tx, provider)) is None:
        return None
    await stops.hold_gate(tx, "provider", provider)
    why = provider_fails(await tallies.newest_of_provider(tx, provider))
    return await stop_by_rule(tx, "error-rate", "provider", provider, why) if why else None


async def _judge_payroll(tx: Tx, payroll_id: UUID) -> Stop | None:
    if payroll_fails(await tallies.newest_of_payroll(tx, payroll_id)) is None:
        return None
    await stops.hold_gate(tx, "payroll", str(payroll_id))
    why = payroll_fails(await tallies.newest_of_payroll(tx, payroll_id))
    return await stop_by_rule(tx, "error-rate", "payroll", str(payroll_id), why) if why else None
