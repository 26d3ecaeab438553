"""Vietnam Post (simulated, unofficial): cash at the post office of a commune."""

from __future__ import annotations

from services.provider_gateway.sandbox.providers.cash_office import CashOffice
from services.provider_gateway.sandbox.state import Sandbox


def vnpost(sandbox: Sandbox) -> CashOffice:
    """Vietnam Post's office."""
    return CashOffice(sandbox, "vnpost", "/vnpost/v1", "/pay-lists")
