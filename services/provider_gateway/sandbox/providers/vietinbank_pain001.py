"""Reading the client's pain.001.001.09, as strictly as a bank: shape, totals, letters. Names the field, never the value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from services.provider_gateway.sandbox.errors import RequestRefused
from services.provider_gateway.sandbox.parsing import check_totals
from services.provider_gateway.sandbox.records import IncomingPayment

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MAX_PAYMENTS = 20_000

_TEXT_35 = re.compile(r"^[A-Za-z0-9-]{1,35}$")
_REFERENCE = re.compile(r"^[A-Z0-9]{26}$")
_ACCOUNT = re.compile(r"^[0-9]{6,19}$")
_AMOUNT = re.compile(r"^[1-9][0-9]{0,12}$")
_COUNT = re.compile(r"^[0-9]{1,15}$")
_NAME = re.compile(r"^[^\x00-\x1f]{1,140}$")
_REMITTANCE = re.compile(r"^[a-zA-Z0-9 .,_&-]{1,100}$")
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_MOMENT = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$")
_BIC = re.compile(r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$")

_HEADER = {"MsgId": _TEXT_35, "CreDtTm": _MOMENT, "NbOfTxs": _COUNT, "CtrlSum": _AMOUNT, "InitgPty/Nm": _NAME}
_BATCH = {
    "PmtInfId": _TEXT_35,
    "PmtMtd": re.compile("^TRF$"),
    "BtchBookg": re.compile("^(true|false)$"),
    "NbOfTxs": _COUNT,
    "CtrlSum": _AMOUNT,
    "ReqdExctnDt/Dt": _DATE,
    "Dbtr/Nm": _NAME,
    "DbtrAcct/Id/Othr/Id": _ACCOUNT,
    "DbtrAcct/Ccy": re.compile("^VND$"),
    "DbtrAgt/FinInstnId/BICFI": _BIC,
    "ChrgBr": re.compile("^(DEBT|SLEV|SHAR)$"),
}
_TRANSFER = {
    "PmtId/EndToEndId": _REFERENCE,
    "Amt/InstdAmt": _AMOUNT,
    "CdtrAgt/FinInstnId/BICFI": _BIC,
    "Cdtr/Nm": _NAME,
    "CdtrAcct/Id/Othr/Id": _ACCOUNT,
    "RmtInf/Ustrd": _REMITTANCE,
}
"""Every text that an element may hold, in the order in which the elements come; what is not named here is refused."""


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file whose shape and totals were found right."""

    message_id: str
    payments: list[IncomingPayment]


def read_file(body: bytes) -> PaymentFile:
    """Raises 400 malformed_xml; 422 invalid_request, totals_mismatch, reference_repeated."""
    root = _root(body)
    initiation = _only(root, "CstmrCdtTrfInitn")
    parts = [_local(child) for child in initiation]
    if parts != ["GrpHdr", "PmtInf"]:
        raise _wrong("CstmrCdtTrfInitn", "is a GrpHdr and one PmtInf")
    header = _texts(initiation[0], _HEADER, "GrpHdr")
    transfers = [child for child in initiation[1] if _local(child) == "CdtTrfTxInf"]
    first = next((n for n, child in enumerate(initiation[1]) if _local(child) == "CdtTrfTxInf"), 0)
    if not 1 <= len(transfers) <= MAX_PAYMENTS or list(initiation[1])[first:] != transfers:
        raise _wrong("PmtInf", f"ends with 1 to {MAX_PAYMENTS} CdtTrfTxInf")
    batch = _texts(initiation[1], _BATCH, "PmtInf", but="CdtTrfTxInf")
    payments = [_payment(child, n) for n, child in enumerate(transfers)]
    for counted in (header, batch):
        check_totals(payments, int(counted["NbOfTxs"]), int(counted["CtrlSum"]))
    return PaymentFile(header["MsgId"], payments)


def _root(body: bytes) -> etree._Element:
    if b"<!DOCTYPE" in body or b"\0" in body[:4096]:
        raise RequestRefused(400, "malformed_xml", "A file is UTF-8 and has no document type declaration")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise RequestRefused(400, "malformed_xml", "The body is not XML") from None
    if root.tag != f"{{{NAMESPACE}}}Document":
        raise _wrong("Document", "is not pain.001.001.09")
    return root


def _payment(element: etree._Element, position: int) -> IncomingPayment:
    place = f"CdtTrfTxInf.{position}"
    texts = _usual(element) or _texts(element, _TRANSFER, place)
    amount = element.find(f"{{{NAMESPACE}}}Amt/{{{NAMESPACE}}}InstdAmt")
    if amount is None or amount.items() != [("Ccy", "VND")]:
        raise _wrong(f"{place}.Amt.InstdAmt", "is in VND")
    return IncomingPayment(
        texts["PmtId/EndToEndId"],
        int(texts["Amt/InstdAmt"]),
        texts["CdtrAcct/Id/Othr/Id"],
        texts["Cdtr/Nm"],
        texts["RmtInf/Ustrd"],
    )


def _tags(paths: Iterable[str]) -> dict[str, str | None]:
    """Where these paths lead in the order of a document: each element's path, and its path again if it holds a text."""
    found: dict[str, str | None] = {}
    for path in paths:
        names = path.split("/")
        for depth in range(1, len(names)):
            found.setdefault("/".join(names[:depth]), None)
        found[path] = path
    return found


_USUAL = _tags(_TRANSFER)
_USUAL_TAGS = [f"{{{NAMESPACE}}}{path.rpartition('/')[2]}" for path in _USUAL]
_USUAL_CHILDREN = [sum(other.rpartition("/")[0] == path for other in _USUAL) for path in _USUAL]
"""Tags in their order and how many children each has: together they are the tree."""


def _usual(element: etree._Element) -> dict[str, str] | None:
    """The texts of a transfer that is as it should be, found quickly; None: look closer, to say what is wrong."""
    below = list(element.iterdescendants())
    if [each.tag for each in below] != _USUAL_TAGS or [len(each) for each in below] != _USUAL_CHILDREN:
        return None
    texts = {path: each.text or "" for path, each in zip(_USUAL.values(), below, strict=True) if path is not None}
    is_right = all(pattern.match(texts[path]) for path, pattern in _TRANSFER.items())
    return texts if is_right else None


def _texts(element: etree._Element, wanted: dict[str, re.Pattern[str]], place: str, but: str = "") -> dict[str, str]:
    """All texts below an element: those wanted, each once, in their order, and no others."""
    found: dict[str, str] = {}
    for child in element:
        if _local(child) != but:
            _gather(child, "", found, place)
    if list(found) != list(wanted):
        wrong = next((path for path in found if path not in wanted), None) or next((p for p in wanted if p not in found), "order")
        raise _wrong(f"{place}.{wrong.replace('/', '.')}", "is missing, unknown or not in its place")
    for path, pattern in wanted.items():
        if not pattern.match(found[path]):
            raise _wrong(f"{place}.{path.replace('/', '.')}", "has another form")
    return found


def _gather(element: etree._Element, above: str, found: dict[str, str], place: str) -> None:
    path = above + _local(element)
    if len(element):
        for child in element:
            _gather(child, f"{path}/", found, place)
    elif path in found:
        raise _wrong(f"{place}.{path.replace('/', '.')}", "stands twice")
    else:
        found[path] = element.text or ""


def _only(element: etree._Element, name: str) -> etree._Element:
    if [_local(child) for child in element] != [name]:
        raise _wrong(name, "is the one thing in it")
    return element[0]


def _local(element: etree._Element) -> str:
    namespace, _, name = str(element.tag).rpartition("}")
    return name if namespace == f"{{{NAMESPACE}" else "(foreign)"


def _wrong(field: str, what: str) -> RequestRefused:
    return RequestRefused(422, "invalid_request", f"{field}: {what}")
