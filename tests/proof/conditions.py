"""The four conditions that make a double or a loss likely: each provider is in another."""

from __future__ import annotations

from tests.proof.conftest import Ground

CONDITIONS = {
    "viettelpay": ({"timeout_after": 0.4}, True),
    "vietinbank": ({"timeout_after": 0.4, "webhook_never": 0.7, "webhook_forged": 0.1, "webhook_twice": 0.1}, False),
    "vnpost": ({"not_found_at_first": 0.4, "webhook_never": 0.7}, True),
    "commune_cashier": ({"not_found_at_first": 0.4, "webhook_never": 0.7}, False),
}
"""What the bank says of its payments comes in files too: where no webhook told it before, they bring news. And
"not found" is an answer: where a webhook told what became of the payments, nobody asks."""

EVERYWHERE = {
    "slow": 0.15, "timeout_before": 0.1, "dropped_connection": 0.05,
    "webhook_forged": 0.2, "webhook_never": 0.2, "webhook_twice": 0.2,
    "refused_locked": 0.05, "returned": 0.05, "uncollected": 0.1,
}  # fmt: skip


async def bad_conditions(ground: Ground) -> None:
    """Each provider in its own."""
    for provider, (rates, refuses) in CONDITIONS.items():
        await ground.ask("POST", "/faults", rates={**EVERYWHERE, **rates}, provider=provider)
        await ground.ask("POST", "/duplicates", refuse=refuses, provider=provider)
