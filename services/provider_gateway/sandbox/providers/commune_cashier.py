"""The commune's own cashier (simulated, unofficial): cash handed out as before the plan, reported over the same protocol."""

from __future__ import annotations

from services.provider_gateway.sandbox.providers.cash_office import CashOffice
from services.provider_gateway.sandbox.state import Sandbox


def commune_cashier(sandbox: Sandbox) -> CashOffice:
    """The commune cashier's office."""
    return CashOffice(sandbox, "commune_cashier", "/cashier/v1", "/lists")
