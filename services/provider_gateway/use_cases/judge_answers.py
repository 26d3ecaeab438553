"""The error-rate stop: look at what was answered, and stop the provider or the payroll that fails too often."""

from __future__ import annotations

from services.provider_gateway.domain.error_rate import payroll_fails, provider_fails
from services.provider_gateway.domain.stops import Stop
from services.provider_gateway.storage import tallies
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
    placed: list[Stop | None] = []
    for provider in found.providers:
        if why := provider_fails(await tallies.newest_of_provider(tx, provider)):
            placed.append(await stop_by_rule(tx, "error-rate", "provider", provider, why))
    for payroll_id in found.payroll_ids:
        if why := payroll_fails(await tallies.newest_of_payroll(tx, payroll_id)):
            placed.append(await stop_by_rule(tx, "error-rate", "payroll", str(payroll_id), why))
    return [stop for stop in placed if stop is not None]
