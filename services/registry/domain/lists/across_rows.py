"""What only shows across rows: the same person twice, one number for two people, one wallet for strangers."""

from __future__ import annotations

from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

from services.registry.domain.lists import findings as f
from services.registry.domain.lists.channels import VIETTELPAY
from services.registry.domain.lists.findings import Finding
from services.registry.domain.lists.records import PersonRecord
from services.registry.domain.lists.text import fold

_NEAR_NAME = 88.0
_SLIPPED_DIGITS = 2
_FAMILIES = {"nguyen": "ng", "tran": "tr", "huynh": "h", "pham": "ph", "hoang": "h"}


@dataclass(frozen=True, slots=True)
class _Seen:
    record: PersonRecord
    place: str


@dataclass(frozen=True, slots=True)
class _Holder:
    number: str | None
    name: str
    beneficiary_number: str | None
    beneficiary_name: str
    place: str


@dataclass(slots=True)
class RowsSeen:
    """The rows of a list read so far. The later of two rows carries the finding."""

    _numbers: dict[str, _Seen] = field(default_factory=dict)
    _births: dict[str, list[_Seen]] = field(default_factory=dict)
    _names: dict[tuple[str, str, str], list[_Seen]] = field(default_factory=dict)
    _accounts: dict[str, list[_Holder]] = field(default_factory=dict)

    def compare(self, record: PersonRecord, place: str) -> list[Finding]:
        """What this row has in common with earlier ones. `place` names the row in findings (`#12`)."""
        findings = self._same_person(_Seen(record, place)) if record.full_name else []
        if record.account_number:
            findings += self._same_account(record, place)
        return findings

    def _same_person(self, seen: _Seen) -> list[Finding]:
        record = seen.record
        number = record.national_id
        earlier = self._numbers.get(number) if number else None
        if number and earlier is None:
            self._numbers[number] = seen
        similar = self._similar(seen)
        if earlier and number:
            same = near_names(record.full_name or "", earlier.record.full_name or "")
            kind = f.DUPLICATE_ID if same else f.ID_OF_ANOTHER
            return [Finding(kind, "national_id", number, _named(earlier))]
        return [Finding(f.DUPLICATE_PERSON, "full_name", record.full_name, _named(similar))] if similar else []

    def _similar(self, seen: _Seen) -> _Seen | None:
        """An earlier row with the same birth date and a near name, or the same name, year and village."""
        record = seen.record
        birth = record.birth_date
        if not birth:
            return None
        found = None
        if len(birth) > 4:
            whole = self._births.setdefault(birth, [])
            found = next((other for other in whole if _may_be_same(record, other.record)), None)
            whole.append(seen)
        by_year = self._names.setdefault((fold(record.full_name or ""), birth[:4], record.village or ""), [])
        found = found or next((other for other in by_year if _may_be_same_year(record, other.record)), None)
        by_year.append(seen)
        return found

    def _same_account(self, record: PersonRecord, place: str) -> list[Finding]:
        payee = record.payee
        number, name = (payee.national_id, payee.full_name) if payee else (record.national_id, record.full_name)
        holder = _Holder(number, fold(name or ""), record.national_id, fold(record.full_name or ""), place)
        account = record.account_number or ""
        others = self._accounts.setdefault(account, [])
        stranger = next((other for other in others if not _related(holder, other)), None)
        others.append(holder)
        if stranger is None:
            return []
        kind = f.WALLET_SHARED if record.channel == VIETTELPAY else f.ACCOUNT_SHARED
        return [Finding(kind, "account_number", account, stranger.place)]


def _named(seen: _Seen) -> str:
    return f"{seen.record.full_name} ({seen.place})"


def _related(one: _Holder, other: _Holder) -> bool:
    """The same holder, or the holder of one is the beneficiary of the other."""
    if one.number and other.number and one.number == other.number:
        return True
    if one.name and one.name == other.name and not (one.number and other.number):
        return True
    return any(
        (number is not None and number == other_number) or (name != "" and name == other_name)
        for number, other_number, name, other_name in (
            (one.number, other.beneficiary_number, one.name, other.beneficiary_name),
            (one.beneficiary_number, other.number, one.beneficiary_name, other.name),
        )
    )


def near_names(one: str, other: str) -> bool:
    """Whether two names may be one person's: diacritics lost, one letter off, words in another order, abbreviated."""
    left, right = fold(one), fold(other)
    if left == right or ratio(left, right) >= _NEAR_NAME:
        return True
    a, b = left.split(), right.split()
    if sorted(a) == sorted(b):
        return True
    return len(a) == len(b) and a[-1] == b[-1] and all(map(_abbreviates, a, b))


def _abbreviates(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long == short or (len(short) <= 2 and (long.startswith(short) or _FAMILIES.get(long) == short))


def _close_numbers(one: str, other: str) -> bool:
    return Levenshtein.distance(one, other, score_cutoff=_SLIPPED_DIGITS) <= _SLIPPED_DIGITS


def _numbers_allow(one: PersonRecord, other: PersonRecord) -> bool:
    """Whether two numbers can be one person's: one missing, a CMND and a CCCD, or a slip of two digits."""
    a, b = one.national_id, other.national_id
    if a is None or b is None:
        return True
    return len(a) != len(b) or _close_numbers(a, b)


def _may_be_same(one: PersonRecord, other: PersonRecord) -> bool:
    """With the same whole birth date: the same name suffices; a near name (twins!) needs numbers that allow it."""
    if fold(one.full_name or "") == fold(other.full_name or ""):
        return True
    return near_names(one.full_name or "", other.full_name or "") and _numbers_allow(one, other)


def _may_be_same_year(one: PersonRecord, other: PersonRecord) -> bool:
    """With the same name, birth year and village where at least one row has the year alone."""
    year_alone = len(one.birth_date or "") == 4 or len(other.birth_date or "") == 4
    return year_alone and _numbers_allow(one, other)
