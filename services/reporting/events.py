"""Which event leads to what."""

from __future__ import annotations

from services.reporting.storage import moves
from services.reporting.storage.units import copy_units
from services.reporting.use_cases.apply_moves import apply_moves
from services.reporting.use_cases.close_month import close_month
from services.reporting.use_cases.rebuild_read_models import Part
from shared.contracts.disbursement_events import MonthClosed, ObligationsMoved
from shared.contracts.envelope import Envelope
from shared.contracts.registry_events import UnitsDefined
from shared.database import Tx
from shared.inbox import EventHandler

SUBSCRIBES_TO = ("disbursement.*", "registry.*")
"""Whole logs, since the inbox's watermark counts positions without a gap; events without a handler are only recorded."""


async def obligations_moved(tx: Tx, envelope: Envelope) -> None:
    """The read models follow."""
    await apply_moves(tx, ObligationsMoved.model_validate(envelope.body), envelope.position, envelope.occurred_at)


async def month_closed(tx: Tx, envelope: Envelope) -> None:
    """The months stand as closed from here on."""
    await close_month(tx, MonthClosed.model_validate(envelope.body), envelope.position, envelope.occurred_at)


async def units_defined(tx: Tx, envelope: Envelope) -> None:
    """Copy the units."""
    await copy_units(tx, UnitsDefined.model_validate(envelope.body).units)


HANDLERS: dict[str, EventHandler] = {
    "disbursement.obligations_moved": obligations_moved,
    "disbursement.month_closed": month_closed,
    "registry.units_defined": units_defined,
}

PARTS = (Part("disbursement", moves.forget, HANDLERS),)
"""What `rebuild` makes again, log by log."""
