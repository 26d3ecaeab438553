"""Entries of camt.054.001.08 and camt.053.001.08, and returns by pacs.004: money that moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from services.provider_gateway.connectors.protocol import DayLine, Notice, UnreadableWebhook
from services.provider_gateway.connectors.vietinbank.iso.codes import return_word
from services.provider_gateway.connectors.vietinbank.iso.pain001 import batch_of
from services.provider_gateway.connectors.vietinbank.iso.reading import Texts, at, dong, dong_of, text_at, walk
from services.provider_gateway.domain.attempt import Said
from services.provider_gateway.domain.statement import StatementSaid

NOTIFICATION = "camt.054.001.08"
STATEMENT = "camt.053.001.08"
RETURN = "pacs.004.001."
PART_SIZE = 500

_REFERENCE = re.compile(r"^[A-Z0-9]{26}$")
_HEAD = ("Stmt", "ElctrncSeqNb", "StmtPgntn", "FrToDt", "Acct", "Bal", "TxDtls", "Ntry")


@dataclass(slots=True)
class _Statement:
    """A statement as it is being read: what stood before its entries, and their sum."""

    sequence_no: int | None = None
    page_no: int = 1
    is_last_page: bool = True
    day: date | None = None
    account: str = ""
    opening_dong: int | None = None
    closing_dong: int | None = None
    entries: int = 0
    moved_dong: int = 0
    unclear: int = 0
    lines: list[DayLine] = field(default_factory=list)

    def said(self, account: str) -> StatementSaid:
        if self.day is None:
            raise UnreadableWebhook("day")
        return StatementSaid(
            account in ("", self.account),
            self.account[-4:], self.sequence_no, self.page_no, self.is_last_page, self.day, self.opening_dong,
            self.closing_dong, self.entries, self.moved_dong, self.unclear,
        )  # fmt: skip


def read_notification(body: bytes) -> Iterator[Notice]:
    """A camt.054, part by part."""
    said: list[Said] = []
    batches: set[str | None] = set()
    entry = _Entry(NOTIFICATION)
    for name, element in walk(body, NOTIFICATION, ("TxDtls", "Ntry")):
        for one, batch in entry.read(name, element):
            if one is not None:
                said.append(one)
                batches.add(batch)
        if len(said) >= PART_SIZE:
            yield Notice(_single(batches), said)
            said, batches = [], set()
    yield Notice(_single(batches), said)


def read_statements(body: bytes, account: str) -> Iterator[Notice]:
    """A camt.053, part by part; each of its statements ends with a part that holds its head. `account`: ours, as the bank calls
    it there; empty: whichever. Of another's statement nothing is heard but that it came."""
    statement, said, lines = _Statement(), list[Said](), list[DayLine]()
    entry = _Entry(STATEMENT)
    for name, element in walk(body, STATEMENT, _HEAD):
        if name == "Stmt":
            yield Notice(None, said, lines=lines, statement=statement.said(account))
            statement, said, lines = _Statement(), [], []
        elif name not in ("TxDtls", "Ntry"):
            _note_head(statement, name, element)
            continue
        if account not in ("", statement.account):
            continue
        for one, _ in entry.read(name, element):
            statement.unclear += one is None
            if one is not None:
                said.append(one)
                if one.outcome in ("paid", "returned") and one.amount_dong is not None:
                    lines.append(DayLine(one.reference, one.amount_dong, "paid" if one.outcome == "paid" else "returned"))
        if name == "Ntry":
            _count(statement, element)
        if len(said) >= PART_SIZE:
            yield Notice(None, said, lines=lines)
            said, lines = [], []


def read_returns(body: bytes, message: str) -> Iterator[Notice]:
    """A pacs.004 of whatever version: the fields that are read are the same in all."""
    said: list[Said] = []
    batch: str | None = None
    for name, element in walk(body, message, ("OrgnlGrpInf", "TxInf")):
        if name == "OrgnlGrpInf":
            batch = _ours(text_at(element, message, "OrgnlMsgId"))
            continue
        reference = text_at(element, message, "OrgnlEndToEndId")
        if reference is None or not _REFERENCE.match(reference):
            continue
        amount_dong = dong_of(at(element, message, "RtrdIntrBkSttlmAmt"))
        reason = return_word(text_at(element, message, "RtrRsnInf/Rsn/Cd"))
        if amount_dong is not None:
            said.append(Said(reference, "returned", reason, amount_dong, text_at(element, message, "RtrId")))
        if len(said) >= PART_SIZE:
            yield Notice(None, said)
            said = []
    yield Notice(batch, said)


class _Movement(NamedTuple):
    """A transaction of an entry, and what its entry says of it; empty texts where nothing is said."""

    reference: str
    batch: str
    currency: str
    amount: str
    has_amount: str  # anything: it has one of its own
    side: str
    back: str  # anything: it came back
    why_back: str
    status: str
    entry_side: str
    reversal: str
    family: str
    servicer_reference: str


_PATHS = (
    "Refs/EndToEndId", "Refs/MsgId", "Amt/@Ccy", "Amt", "name(Amt)", "CdtDbtInd", "name(RtrInf)", "RtrInf/Rsn/Cd",
    "../../Sts/Cd", "../../CdtDbtInd", "../../RvslInd", "../../BkTxCd/Domn/Fmly/SubFmlyCd", "../../AcctSvcrRef",
)  # fmt: skip


@lru_cache(maxsize=8)
def _texts(message: str) -> Texts:
    return Texts(message, *_PATHS)


@dataclass(slots=True)
class _Entry:
    """Reads entries transaction by transaction: one entry may stand for a whole file of payments."""

    message: str
    details: int = 0
    without_amount: _Movement | None = None

    def read(self, name: str, element: etree._Element) -> Iterator[tuple[Said | None, str | None]]:
        """What a transaction, or an entry's end, says of payments of ours, each with its batch; None for one of them that
        can't be read as paid or returned. What bears no reference like ours (a fee, money put in) is nobody's payment."""
        if name == "TxDtls":
            self.details += 1
            one = _Movement(*_texts(self.message).of(element))
            if self.details == 1 and not one.has_amount:  # the entry's own amount, if this turns out to be its only transaction
                self.without_amount = one
                return
            yield from _payment(one, dong(one.currency, one.amount))
        elif name == "Ntry":
            only, alone = self.without_amount, self.details == 1
            self.without_amount, self.details = None, 0
            if only is not None:
                yield from _payment(only, dong_of(at(element, self.message, "Amt")) if alone else None)


def _payment(one: _Movement, amount_dong: int | None) -> Iterator[tuple[Said | None, str | None]]:
    if _REFERENCE.match(one.reference):
        yield _movement(one, amount_dong), _ours(one.batch)


def _movement(one: _Movement, amount_dong: int | None) -> Said | None:
    """A debit of our account is a payment made, a credit that says so is one that came back. Only what is booked is money."""
    is_credit = (one.side or one.entry_side) == "CRDT"
    is_back = one.reversal in ("true", "1") or one.back != "" or one.family == "RRTN"
    ref = one.servicer_reference or None
    if one.status == "PDNG" and not is_credit and not is_back:
        return Said(one.reference, "pending", None, None, ref)
    if one.status != "BOOK" or amount_dong is None or is_credit != is_back:
        return None
    if is_credit:
        return Said(one.reference, "returned", return_word(one.why_back or None), amount_dong, ref)
    return Said(one.reference, "paid", None, amount_dong, ref)


def _count(statement: _Statement, entry: etree._Element) -> None:
    if text_at(entry, STATEMENT, "Sts/Cd") != "BOOK":
        return
    statement.entries += 1
    amount_dong = dong_of(at(entry, STATEMENT, "Amt"))
    if amount_dong is None:
        statement.unclear += 1
        return
    statement.moved_dong += amount_dong if text_at(entry, STATEMENT, "CdtDbtInd") == "CRDT" else -amount_dong


def _note_head(statement: _Statement, name: str, element: etree._Element) -> None:
    match name:
        case "ElctrncSeqNb":
            statement.sequence_no = _number(element.text)
        case "StmtPgntn":
            statement.page_no = _number(text_at(element, STATEMENT, "PgNb")) or 1
            statement.is_last_page = text_at(element, STATEMENT, "LastPgInd") in ("true", "1")
        case "FrToDt":
            statement.day = statement.day or _day(text_at(element, STATEMENT, "ToDtTm"))
        case "Acct":
            number = text_at(element, STATEMENT, "Id/IBAN") or text_at(element, STATEMENT, "Id/Othr/Id")
            statement.account = number or statement.account
        case "Bal":
            _note_balance(statement, element)


def _note_balance(statement: _Statement, element: etree._Element) -> None:
    amount_dong = dong_of(at(element, STATEMENT, "Amt"))
    if amount_dong is None:
        return
    signed_dong = amount_dong if text_at(element, STATEMENT, "CdtDbtInd") == "CRDT" else -amount_dong
    match text_at(element, STATEMENT, "Tp/CdOrPrtry/Cd"):
        case "OPBD" | "PRCD":
            statement.opening_dong = signed_dong
        case "CLBD":
            statement.closing_dong = signed_dong
            day = text_at(element, STATEMENT, "Dt/Dt") or text_at(element, STATEMENT, "Dt/DtTm")
            statement.day = _day(day) or statement.day


def _single(batches: set[str | None]) -> str | None:
    """The batch that all of a part are of; None where they are of several."""
    return next(iter(batches)) if len(batches) == 1 else None


def _ours(message_id: str | None) -> str | None:
    return batch_of(message_id) if message_id and _REFERENCE.match(batch_of(message_id)) else None


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
