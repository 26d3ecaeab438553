"""What happens when the public figures are made anew."""

from __future__ import annotations

from services.reporting.domain.open_data import Published
from services.reporting.storage import coverage
from services.reporting.storage.open_data import settled_communes
from shared.database import Tx

MAX_MONTHS = 60
"""The newest months that are published."""


async def publish_figures(tx: Tx) -> Published:
    """Every commune of the newest months."""
    months = (await coverage.months(tx))[-MAX_MONTHS:]
    return Published(await coverage.communes(tx, months), await settled_communes(tx, months))
