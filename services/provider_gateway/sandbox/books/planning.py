"""What will become of a payment, decided when it is taken: by the books first, by the faults after."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from services.provider_gateway.sandbox.clock import day_of, days_later
from services.provider_gateway.sandbox.fault_kinds import ACCOUNT_KINDS, CASH_KINDS
from services.provider_gateway.sandbox.names import folded_name
from services.provider_gateway.sandbox.records import IncomingBatch, IncomingPayment
from services.provider_gateway.sandbox.state import Sandbox

LAPSE_HOUR = 17
"""Post offices close: what was not collected by now on the last day lapses."""

RETURN_HOUR = 9
"""Returned transfers are booked in the morning."""

_REASONS = {
    "refused_invalid_account": "invalid_account",
    "refused_locked": "locked",
    "refused_name_mismatch": "name_mismatch",
}


class Plan(NamedTuple):
    """The last seven columns of a payment: its state now, the next step and its moment, and the fault behind it."""

    state: str
    reason: str | None = None
    booked_on: str | None = None
    step: str | None = None
    step_at: str | None = None
    return_on: str | None = None
    fault: str | None = None


def plan_payment(
    sandbox: Sandbox, batch: IncomingBatch, payment: IncomingPayment, clock: str, holders: dict[str, tuple[str, bool]]
) -> Plan:
    """The plan of a payment whose reference may be taken. `holders`: account number -> (holder's name, locked)."""
    if payment.amount_dong > batch.limit_dong:
        return Plan("open", "limit", None, "refuse", clock)
    if batch.channel == "cash":
        return _plan_cash(sandbox, batch.provider, payment, clock, batch.pay_on or day_of(clock))
    holder = holders.get(payment.account)
    if holder is None:
        return Plan("open", "invalid_account", None, "refuse", clock)
    name, locked = holder
    if locked:
        return Plan("open", "locked", None, "refuse", clock)
    if name != payment.payee_name and folded_name(name) != folded_name(payment.payee_name):
        return Plan("open", "name_mismatch", None, "refuse", clock)
    fault = sandbox.faults.choose(ACCOUNT_KINDS, f"payment:{payment.reference}", batch.provider)
    if fault is None:
        return Plan("open", None, None, "credit", clock)
    if fault == "returned":
        days = 2 + int(sandbox.faults.share(f"return:{payment.reference}") * 3)
        return Plan("open", None, None, "credit", clock, days_later(day_of(clock), days, RETURN_HOUR)[:10], fault)
    return Plan("open", _REASONS[fault], None, "refuse", clock, None, fault)


def _plan_cash(sandbox: Sandbox, provider: str, payment: IncomingPayment, clock: str, pay_on: date) -> Plan:
    first_day = max(pay_on, day_of(clock))
    if fault := sandbox.faults.choose(CASH_KINDS, f"payment:{payment.reference}", provider):
        lapses_at = days_later(first_day, sandbox.settings.collection_days, LAPSE_HOUR)
        return Plan("open", "not_collected", None, "expire", lapses_at, None, fault)
    share = sandbox.faults.share(f"collect:{payment.reference}")
    days = 0 if share < 0.8 else 1 if share < 0.95 else 2
    hour = 8 + int(share * 10_000) % 9
    collected_at = days_later(first_day, min(days, sandbox.settings.collection_days), hour)
    return Plan("open", None, None, "pay_cash", max(collected_at, clock))


def withdrawal_moment(today: date) -> str:
    """When a withdrawal asked for today takes effect: tomorrow morning, once all pay points have reported."""
    return days_later(today, 1, 8)
