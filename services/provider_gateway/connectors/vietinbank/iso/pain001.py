"""pain.001.001.09: a file of credit transfers, written payment by payment, so that its size costs no memory.

The same transfers under the same MsgId give the same bytes: what is sent again is the same file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from lxml import etree

from services.provider_gateway.connectors.texts import plain_letters

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MAX_TRANSFERS = 20_000
"""Of one file; what is more goes into several, each with a MsgId of its own."""

TEXT_LIMIT = 100
NAME_LIMIT = 140
_NOT_ALLOWED = re.compile(r"[^a-zA-Z0-9 .,_&-]+")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays, from which account of which bank, and at which bank the payees' accounts are."""

    name: str
    account: str
    bank_bic: str
    creditor_bank_bic: str = ""
    creditor_bank_member: str = ""  # a clearing member id, where the bank is named by that instead of a BIC
    statement_account: str = ""  # what the account is called in statements, where not by `account`


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer."""

    reference: str  # EndToEndId
    amount_dong: int
    payee_name: str
    account_number: str
    text: str


def message_ids(batch_reference: str, transfers: Sequence[Transfer]) -> Iterator[tuple[str, Sequence[Transfer]]]:
    """The files of a batch: MsgId and its transfers. One file is named as the batch, each of several by its number too.

    Cut by position: a batch of more than one file may be sent again only whole. The gateway's chunks are one file each.
    """
    if len(transfers) <= MAX_TRANSFERS:
        yield batch_reference, transfers
        return
    for number, start in enumerate(range(0, len(transfers), MAX_TRANSFERS), 1):
        yield f"{batch_reference}-{number}", transfers[start : start + MAX_TRANSFERS]


def batch_of(message_id: str) -> str:
    """The batch that a file of ours belongs to."""
    return message_id.partition("-")[0]


def transfer_text(note: str) -> str:
    """1 to 100 characters of what the bank allows: no diacritics, no slash."""
    return _NOT_ALLOWED.sub(" ", plain_letters(note)).strip()[:TEXT_LIMIT].rstrip() or "TCXH"


def party_name(name: str) -> str:
    """A name as it can stand in the file: no characters that XML knows not, single spaces, at most 140; may be empty."""
    return " ".join(_NOT_XML.sub(" ", name).split())[:NAME_LIMIT].rstrip()


def as_bytes(message_id: str, pay_on: date, debtor: Debtor, transfers: Sequence[Transfer]) -> bytes:
    """The file in memory: for a chunk of 500."""
    out = io.BytesIO()
    write(out, message_id, pay_on, debtor, transfers)
    return out.getvalue()


def write(out: BinaryIO, message_id: str, pay_on: date, debtor: Debtor, transfers: Sequence[Transfer]) -> None:
    """Write a file. CreDtTm is the day of the first sending, so that a second sending is the same file."""
    count, total_dong = str(len(transfers)), str(sum(each.amount_dong for each in transfers))
    created = f"{pay_on.isoformat()}T00:00:00+07:00"
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(_n("Document"), nsmap={None: NAMESPACE}), xml.element(_n("CstmrCdtTrfInitn")):
            header = _tree("GrpHdr", [("MsgId", message_id), ("CreDtTm", created), ("NbOfTxs", count), ("CtrlSum", total_dong)])
            _put(header, "InitgPty/Nm", debtor.name)
            xml.write(header)
            with xml.element(_n("PmtInf")):
                for element in _payment_head(message_id, pay_on, debtor, count, total_dong):
                    xml.write(element)
                for transfer in transfers:
                    xml.write(_transfer(transfer, debtor))


def _payment_head(message_id: str, pay_on: date, debtor: Debtor, count: str, total_dong: str) -> list[etree._Element]:
    plain = [
        ("PmtInfId", message_id), ("PmtMtd", "TRF"), ("BtchBookg", "false"), ("NbOfTxs", count), ("CtrlSum", total_dong),
    ]  # fmt: skip
    head = _tree("PmtInf", plain)
    _put(head, "ReqdExctnDt/Dt", pay_on.isoformat())
    _put(head, "Dbtr/Nm", debtor.name)
    account = etree.SubElement(head, "DbtrAcct")
    _put(account, "Id/Othr/Id", debtor.account)
    _put(account, "Ccy", "VND")
    _put(head, "DbtrAgt/FinInstnId/BICFI", debtor.bank_bic)
    _put(head, "ChrgBr", "DEBT")
    return list(head)


def _transfer(transfer: Transfer, debtor: Debtor) -> etree._Element:
    one = etree.Element("CdtTrfTxInf")
    _put(one, "PmtId/EndToEndId", transfer.reference)
    amount = _put(one, "Amt/InstdAmt", str(transfer.amount_dong))
    amount.set("Ccy", "VND")
    if debtor.creditor_bank_bic:
        _put(one, "CdtrAgt/FinInstnId/BICFI", debtor.creditor_bank_bic)
    elif debtor.creditor_bank_member:
        _put(one, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", debtor.creditor_bank_member)
    _put(one, "Cdtr/Nm", transfer.payee_name)
    _put(one, "CdtrAcct/Id/Othr/Id", transfer.account_number)
    _put(one, "RmtInf/Ustrd", transfer.text)
    return one


def _n(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _tree(name: str, texts: Sequence[tuple[str, str]]) -> etree._Element:
    """A branch with these leaves. Branches bear no namespace: written inside the document they are in its default one, and
    say it not once more each."""
    element = etree.Element(name)
    for child, text in texts:
        etree.SubElement(element, child).text = text
    return element


def _put(parent: etree._Element, path: str, text: str) -> etree._Element:
    """A new branch below an element, its last leaf with this text; that leaf."""
    element = parent
    for name in path.split("/"):
        element = etree.SubElement(element, name)
    element.text = text
    return element
