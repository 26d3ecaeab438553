"""How a row is paid: phone, channel, account, and who receives in the beneficiary's place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.cell_words import MEANS_NOTHING, is_mark
from services.registry.domain.lists.channels import CASH, VIETINBANK, VIETTELPAY, names_other_bank, read_channel, split_number
from services.registry.domain.lists.dates import age_on
from services.registry.domain.lists.headers import Column
from services.registry.domain.lists.identity import birth_year_of, read_identity, sex_of
from services.registry.domain.lists.names import is_trivial_change, read_name
from services.registry.domain.lists.payee_words import (
    kin_beside,
    names_nobody,
    number_beside,
    payee_in_note,
    without_kin,
    without_number,
)
from services.registry.domain.lists.person_fields import NumberColumnFacts, Person, believable
from services.registry.domain.lists.phones import PhoneNote, national_form, read_phone
from services.registry.domain.lists.records import PayeeRecord
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.relationships import Kin, age_contradicts, read_relationship, sex_contradicts
from services.registry.domain.lists.row_cells import RowCells, written_form
from services.registry.domain.lists.syllables import standard_tone
from services.registry.domain.lists.text import fold
from services.registry.domain.lists.workbook import Cell

MINOR_AGE, ADULT_AGE = 16, 18
"""A child under 16 can't receive by itself; a payee is of age (Civil Code 2015 Art. 20, 21)."""

_NOT_DIGITS = re.compile(r"[\s.\-_'’‘`´′\"“”]+")


_OF_NO_FAMILY = (Kin.SELF, Kin.UNKNOWN, Kin.GUARDIAN)
"""Beside the beneficiary's own name these say nothing of another person: `Chủ tài khoản`."""


@dataclass(slots=True)
class Payment:
    """Phone (E.164), channel and account number (a wallet's is its phone in national form)."""

    phone: str | None = None
    channel: str | None = None
    account: str | None = None


def read_payment(cells: RowCells, reference: Reference) -> Payment:
    """Phone, channel and account of a row."""
    payment = Payment(phone=_phone(cells, reference))
    account_words, account = _words_and_number(cells.cell(Column.ACCOUNT))
    words, beside = split_number(_channel_words(cells) or cells.text(Column.BANK))
    if not words and account_words and (read_channel(account_words) or names_other_bank(account_words)):
        words = account_words
    if account is None and beside:
        account = beside
    if words:
        payment.channel = read_channel(f"{words} {cells.text(Column.BANK)}")
        if payment.channel is None:
            cells.add(f.CHANNEL_UNKNOWN, "channel", words)
    payment.account = _account(cells, account, payment, reference)
    if payment.channel == VIETINBANK and account is None:
        cells.add(f.ACCOUNT_MISSING, "account_number", words)
    elif payment.channel == CASH and payment.account:
        cells.add(f.ACCOUNT_WITH_CASH, "account_number", payment.account)
    return payment


def _words_and_number(cell: Cell) -> tuple[str, Cell]:
    """The words in an account's cell, and its number: the cell itself where it holds nothing else."""
    if not isinstance(cell, str) or cell.isdigit():
        return "", cell
    words, number = split_number(cell)
    if number is None:
        return (cell, None) if read_channel(cell) and not any(map(str.isdigit, cell)) else ("", cell)
    return words, number


def _channel_words(cells: RowCells) -> str:
    """The channel's words; of a mark under `Tiền mặt`, `Qua tài khoản` side by side (or an amount there) the column's."""
    for at in cells.layout.columns.get(Column.CHANNEL, ()):
        cell = cells.read[at] if at < len(cells.read) else None
        if is_mark(cell) or isinstance(cell, int | float):
            return cells.layout.headers[at]
        if isinstance(cell, str) and cell.lower() not in MEANS_NOTHING:
            return cell
    account = cells.layout.first(Column.ACCOUNT)
    return cells.layout.headers[account] if account is not None and is_mark(cells.cell(Column.ACCOUNT)) else ""


def _phone(cells: RowCells, reference: Reference) -> str | None:
    column = Column.PHONE
    if Column.PHONE not in cells.layout.columns and cells.cell(Column.PAYEE_PHONE) is not None:
        column = Column.PAYEE_PHONE
    reading = read_phone(cells.cell(column), reference.phone_prefixes)
    if reading is None:
        return None
    written = written_form(cells.cell(column))
    if reading.note is PhoneNote.IMPOSSIBLE:
        cells.add(f.PHONE_IMPOSSIBLE, "phone", written)
    elif reading.note is PhoneNote.PREFIX_2018:
        cells.add(f.PHONE_PREFIX_2018, "phone", written, reading.number)
    elif reading.note is PhoneNote.SECOND_NUMBER:
        cells.add(f.PHONE_SECOND_NUMBER, "phone", written, reading.number)
    if column is Column.PAYEE_PHONE and reading.number:
        cells.add(f.PHONE_OF_PAYEE, "phone", written, reading.number)
    return reading.number


def _account(cells: RowCells, cell: Cell, payment: Payment, reference: Reference) -> str | None:
    if payment.channel == VIETTELPAY:
        wallet = read_phone(cell, reference.phone_prefixes)
        if wallet and wallet.number:
            return national_form(wallet.number)
        if payment.phone:
            cells.add(f.WALLET_FROM_PHONE, "account_number", written_form(cell), national_form(payment.phone))
            return national_form(payment.phone)
        return None
    if cell is None:
        return None
    digits = f"{cell:.0f}" if isinstance(cell, int | float) else _NOT_DIGITS.sub("", str(cell))
    if not any(map(str.isdigit, digits)):
        return None
    if not digits.isdigit() or not 6 <= len(digits) <= 19:
        cells.add(f.ACCOUNT_UNREADABLE, "account_number", cells.as_written(Column.ACCOUNT) or written_form(cell))
        return None
    return digits


def read_payee(
    cells: RowCells, person: Person, reference: Reference, facts: dict[int, NumberColumnFacts], year: int
) -> PayeeRecord | None:
    """Who receives in the beneficiary's place, checked against age and sex; None where the beneficiary does."""
    said = person.payee_said
    if Column.PAYEE_NAME in cells.values:
        said = ""
    elif not said and Column.NOTE in cells.values:
        said = _payee_noted(cells)
    name = _payee_name(cells, said)
    number = _payee_number(cells, reference, facts, said)
    relation = _relation(cells, said)
    if said and name:
        cells.add(f.PAYEE_BESIDE, "payee", said, name)
    if not name and not number:
        if relation and read_relationship(relation).kin is not Kin.SELF:
            cells.add(f.PAYEE_NAME_MISSING, "payee", relation)
        return None
    if _is_self(person, name, number, relation):
        cells.add(f.PAYEE_IS_SELF, "payee", name or number)
        return None
    if number and number == person.number:
        cells.add(f.PAYEE_IS_BENEFICIARY, "payee", number)
    if not name:
        cells.add(f.PAYEE_NAME_MISSING, "payee", number)
    if relation:
        _check_relationship(cells, person, name, number, relation, year)
    _check_age(cells, number, year)
    return PayeeRecord(name or None, number, _standard_relationship(relation) or None)


def _payee_noted(cells: RowCells) -> str:
    note = cells.cell(Column.NOTE)
    return payee_in_note(note) if isinstance(note, str) and cells.cell(Column.PAYEE_ID) is None else ""


def _payee_name(cells: RowCells, payee_said: str) -> str:
    text = _payee_cell(cells, payee_said)
    name = read_name(without_kin(text)).name if text else ""
    if name and cells.was_decoded(Column.PAYEE_NAME):
        cells.add(f.TEXT_DECODED, "payee", cells.as_written(Column.PAYEE_NAME), name)
    elif name and not is_trivial_change(text, name):
        cells.add(f.NAME_REWRITTEN, "payee", cells.as_written(Column.PAYEE_NAME) or text, name)
    return name


def _relation(cells: RowCells, payee_said: str) -> str:
    """The relationship's words; as they stand where only so they name one (`Chú` in a column of TCVN3 is no `Chỳ`)."""
    text = cells.text(Column.RELATIONSHIP)
    if text and cells.was_decoded(Column.RELATIONSHIP) and read_relationship(text).kin is Kin.UNKNOWN:
        plain = cells.undecoded(Column.RELATIONSHIP)
        return plain if read_relationship(plain).kin is not Kin.UNKNOWN else text
    return text or kin_beside(_payee_cell(cells, payee_said))


def _payee_cell(cells: RowCells, payee_said: str) -> str:
    text = without_number(cells.text(Column.PAYEE_NAME) or payee_said)
    return "" if names_nobody(text) else text


def _payee_number(cells: RowCells, reference: Reference, facts: dict[int, NumberColumnFacts], payee_said: str) -> str | None:
    cell = cells.cell(Column.PAYEE_ID)
    if cell is None:
        return number_beside(cells.text(Column.PAYEE_NAME) or payee_said)
    at = cells.layout.first(Column.PAYEE_ID)
    column = facts.get(-1 if at is None else at, NumberColumnFacts())
    reading = believable(read_identity(cell, zeros_kept=column.zeros_kept), reference, column)
    if reading is None:
        return None
    if reading.number is None:
        cells.add(f.PAYEE_ID_LENGTH, "payee", reading.written)
    elif reading.zeros_restored:
        cells.add(f.ID_ZERO_RESTORED, "payee", reading.written, reading.number)
    return reading.number


def _is_self(person: Person, name: str, number: str | None, relation: str) -> bool:
    kin = read_relationship(relation).kin if relation else Kin.SELF
    if relation and kin is Kin.SELF:
        return True
    same_name = bool(name) and person.name is not None and fold(name) == fold(person.name)
    return same_name and (number is None or number == person.number) and kin in _OF_NO_FAMILY


def _check_relationship(cells: RowCells, person: Person, name: str, number: str | None, relation: str, year: int) -> None:
    relationship = read_relationship(relation)
    if relationship.kin is Kin.UNKNOWN:
        cells.add(f.RELATIONSHIP_UNKNOWN, "payee", relation)
        return
    cccd = number if number and len(number) == 12 else None
    if sex_contradicts(relationship, sex_of(cccd) if cccd else None, name, person.sex):
        cells.add(f.PAYEE_RELATIONSHIP_SEX, "payee", relation)
    born = person.birth.year if person.birth else None
    if born is not None and age_contradicts(relationship.kin, birth_year_of(cccd) if cccd else None, born, year):
        cells.add(f.PAYEE_RELATIONSHIP_AGE, "payee", relation)


def _check_age(cells: RowCells, number: str | None, year: int) -> None:
    if number and len(number) == 12 and year - birth_year_of(number) < ADULT_AGE:
        cells.add(f.PAYEE_UNDERAGE, "payee", number)


def _standard_relationship(text: str) -> str:
    words = " ".join(standard_tone(word) for word in text.lower().split())
    return words[:1].upper() + words[1:]


def check_minor(cells: RowCells, person: Person, payee: PayeeRecord | None, month: date) -> None:
    """A child under 16 in the list's month needs a payee."""
    born_on = person.birth.first_day if person.birth else None
    if payee is None and born_on is not None and age_on(born_on, month) < MINOR_AGE:
        cells.add(f.MINOR_WITHOUT_PAYEE, "payee")
