"""Orders asked back: requested today, confirmed by the office's signed list once no pay point can hand them out any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from services.provider_gateway.connectors.cash_lists.wire import OfficeWire
from services.provider_gateway.connectors.protocol import Unsure
from services.provider_gateway.connectors.shape import WrongShape, as_object, optional_amount, rows, text, word
from services.provider_gateway.domain.cash import WithdrawalSaid


class ListWithdrawals:
    """One call a withdrawal. An answer whose signature does not hold is no answer."""

    def __init__(self, wire: OfficeWire) -> None:
        self._wire = wire

    async def request(self, withdrawal_reference: str, references: Sequence[str]) -> Sequence[WithdrawalSaid]:
        """Ask; the office answers where each order stands."""
        body = {"withdrawal_reference": withdrawal_reference, "references": list(references)}
        return self._read(await self._wire.call("POST", self._wire.office.withdrawals_path, orjson.dumps(body)))

    async def enquire(self, withdrawal_reference: str) -> Sequence[WithdrawalSaid]:
        """Where it stands."""
        return self._read(await self._wire.call("GET", f"{self._wire.office.withdrawals_path}/{withdrawal_reference}"))

    def _read(self, answer: bytes) -> Sequence[WithdrawalSaid]:
        try:
            return [_said(row) for row in rows(self._wire.open_content(as_object(answer)), "results")]
        except WrongShape as error:
            raise Unsure(f"answer_{error}") from None


def _said(row: dict[str, Any]) -> WithdrawalSaid:
    reference, state, reason = text(row, "reference"), text(row, "state"), word(row, "reason")
    amount_dong = optional_amount(row, "amount_dong")
    if state == "confirmed":
        return WithdrawalSaid(reference, "confirmed", None, amount_dong)
    if state == "refused" and reason != "not_found":
        return WithdrawalSaid(reference, "refused", reason)
    return WithdrawalSaid(reference, "requested" if state == "requested" else "unknown")
