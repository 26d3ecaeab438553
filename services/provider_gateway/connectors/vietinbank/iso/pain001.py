"""pain.001.001.09: a file of credit transfers, written payment by payment, so that its size costs no memory.

The same transfers under the same MsgId give the same bytes: what is sent again is the same file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import BinaryIO
from xml.sax.saxutils import escape

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
    """Write a file. CreDtTm is the day of the first sending, so that a second sending is the same file.

    As text: a tree for each transfer would take five times as long.
    """
    count, total_dong = str(len(transfers)), str(sum(each.amount_dong for each in transfers))
    header = (
        ("MsgId", message_id), ("CreDtTm", f"{pay_on.isoformat()}T00:00:00+07:00"), ("NbOfTxs", count), ("CtrlSum", total_dong),
        ("InitgPty/Nm", debtor.name),
    )  # fmt: skip
    head = (
        ("PmtInfId", message_id), ("PmtMtd", "TRF"), ("BtchBookg", "false"), ("NbOfTxs", count), ("CtrlSum", total_dong),
        ("ReqdExctnDt/Dt", pay_on.isoformat()), ("Dbtr/Nm", debtor.name), ("DbtrAcct/Id/Othr/Id", debtor.account),
        ("DbtrAcct/Ccy", "VND"), ("DbtrAgt/FinInstnId/BICFI", debtor.bank_bic), ("ChrgBr", "DEBT"),
    )  # fmt: skip
    out.write(f"{_BEGIN}<GrpHdr>{_leaves(header)}</GrpHdr><PmtInf>{_leaves(head)}".encode())
    bank = _leaves(_bank_of(debtor))
    for transfer in transfers:
        out.write(_transfer(transfer, bank).encode())
    out.write(b"</PmtInf></CstmrCdtTrfInitn></Document>")


_BEGIN = f"<?xml version='1.0' encoding='utf-8'?>\n<Document xmlns=\"{NAMESPACE}\"><CstmrCdtTrfInitn>"


def _bank_of(debtor: Debtor) -> Sequence[tuple[str, str]]:
    """At which bank the payees' accounts are, where that is said."""
    if debtor.creditor_bank_bic:
        return (("CdtrAgt/FinInstnId/BICFI", debtor.creditor_bank_bic),)
    if debtor.creditor_bank_member:
        return (("CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", debtor.creditor_bank_member),)
    return ()


def _transfer(transfer: Transfer, bank: str) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{escape(transfer.reference)}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="VND">{transfer.amount_dong}</InstdAmt></Amt>{bank}'
        f"<Cdtr><Nm>{escape(transfer.payee_name)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>{escape(transfer.account_number)}</Id></Othr></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>{escape(transfer.text)}</Ustrd></RmtInf></CdtTrfTxInf>"
    )


def _leaves(texts: Sequence[tuple[str, str]]) -> str:
    """Elements one after another, each a path and the text at its end; of those that begin alike, one stands for both."""
    written: list[str] = []
    is_in: list[str] = []
    for path, text in texts:
        *branches, leaf = path.split("/")
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(is_in, branches, strict=False)))
        written += [f"</{name}>" for name in reversed(is_in[shared:])] + [f"<{name}>" for name in branches[shared:]]
        written.append(f"<{leaf}>{escape(text)}</{leaf}>")
        is_in = branches
    return "".join(written) + "".join(f"</{name}>" for name in reversed(is_in))
