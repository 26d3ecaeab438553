"""What happens when the public figures are made anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting.domain.coverage import Commune
from services.reporting.domain.open_data import Published
from services.reporting.storage import coverage
from services.reporting.storage.levels import COUNTRY
from services.reporting.storage.open_data import settled_communes
from shared.database import Tx

MAX_MONTHS = 60
MAX_ROWS = 100_000
"""Communes and months that are published, the newest: five years of a province, ten months of the country."""


async def publish_figures(tx: Tx) -> Published:
    """Every commune of the newest months."""
    found: dict[date, Sequence[Commune]] = {}
    for month in reversed((await coverage.months(tx, [COUNTRY]))[-MAX_MONTHS:]):
        found |= await coverage.communes(tx, [month])
        if sum(map(len, found.values())) > MAX_ROWS and len(found) > 1:
            del found[month]
            break
    months = dict(sorted(found.items()))
    return Published(months, await settled_communes(tx, list(months)))
