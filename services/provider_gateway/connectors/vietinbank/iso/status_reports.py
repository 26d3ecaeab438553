"""pain.002.001.10: what became of a file of ours, as a whole, by payment, or both."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from services.provider_gateway.connectors.protocol import Notice, OfAll
from services.provider_gateway.connectors.vietinbank.iso.codes import STATUSES, reason_word
from services.provider_gateway.connectors.vietinbank.iso.pain001 import batch_of
from services.provider_gateway.connectors.vietinbank.iso.reading import Texts, dong, text_at, walk
from services.provider_gateway.domain.attempt import Said

MESSAGE = "pain.002.001.10"
PART_SIZE = 500

_NAMES = ("OrgnlGrpInfAndSts", "TxInfAndSts", "OrgnlPmtInfAndSts")


def read_parts(body: bytes) -> Iterator[Notice]:
    """The report, part by part; what it says of the whole file comes last, so that it goes for the rest."""
    message_id: str | None = None
    whole: OfAll | None = None
    said: list[Said] = []
    for name, element in walk(body, MESSAGE, _NAMES):
        if name == "OrgnlGrpInfAndSts":
            message_id = text_at(element, MESSAGE, "OrgnlMsgId")
            whole = _whole(element, "GrpSts")
        elif name == "OrgnlPmtInfAndSts":
            whole = whole or _whole(element, "PmtInfSts")
        elif (one := _said(element)) is not None:
            said.append(one)
            if len(said) == PART_SIZE:
                yield Notice(_batch(message_id), said)
                said = []
    is_one_file = message_id is not None and batch_of(message_id) == message_id
    yield Notice(_batch(message_id), said, of_all=whole if is_one_file else None)


def _batch(message_id: str | None) -> str | None:
    """The batch reported on; a bank that could read no MsgId calls the original NOTPROVIDED."""
    return None if message_id in (None, "NOTPROVIDED") else batch_of(message_id or "")


def _whole(element: etree._Element, status_name: str) -> OfAll | None:
    """A status of the whole. PART and what nobody told us of say nothing of those that aren't listed; and of none of them is
    an amount said, so that none is proven paid."""
    outcome = STATUSES.get(text_at(element, MESSAGE, status_name) or "")
    if outcome is None:
        return None
    if outcome == "rejected":
        return OfAll("rejected", reason_word(_code(element)))
    return OfAll("pending" if outcome == "paid" else outcome)


_PAYMENT = Texts(
    MESSAGE, "OrgnlEndToEndId", "TxSts", "StsRsnInf/Rsn/Cd", "OrgnlTxRef/Amt/InstdAmt/@Ccy", "OrgnlTxRef/Amt/InstdAmt",
    "AcctSvcrRef",
)  # fmt: skip


def _said(element: etree._Element) -> Said | None:
    """One payment's status; None where it is not said which, or nothing of it."""
    reference, status, code, currency, amount, servicer_reference = _PAYMENT.of(element)
    if not reference or not status:
        return None
    outcome = STATUSES.get(status, "unknown")
    reason = reason_word(code or None) if outcome == "rejected" else None
    amount_dong = dong(currency, amount) if outcome == "paid" else None
    return Said(reference, outcome, reason, amount_dong, servicer_reference or None)


def _code(element: etree._Element) -> str | None:
    return text_at(element, MESSAGE, "StsRsnInf/Rsn/Cd")
