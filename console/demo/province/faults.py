"""What goes wrong in the dirty lists, and what an officer makes of it.

Of 60 rows in the sample 20 carry a fault: 12 go to review (no number at all 6, a note of death 3, a coefficient that is
not the category's, a phone that is none, a CCCD of the other sex), 5 are rejected (number too short 2, impossible date,
birth in the future, no name) and 3 come again at the end of the list, where the second row goes to review (the same, the
same without marks, the same number under another name). A deck of these 20 cards is dealt over all lists, first one of
each kind, so that small provinces see every kind too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from console.demo.province.cells import Row
from console.demo.province.model import Person
from console.demo.province.names import draw_family, draw_name, without_marks
from console.demo.province.wording import Column

Expect = Literal["accepted", "review", "rejected"]

FAULT_SHARE = 20 / 60
_SHORT_ID_DIGITS = 7


@dataclass(slots=True, eq=False)
class Entry:
    """A row to be written. `person` is None in a second row, which stands for nobody: the officer drops it."""

    person: Person | None
    row: Row
    expect: Expect = "accepted"
    fault: str | None = None
    drop: bool = False


def _anybody(person: Person) -> bool:
    return True


def _has_cccd(person: Person) -> bool:
    return person.national_id_kind == "cccd"


def _has_phone(person: Person) -> bool:
    return person.phone is not None


def _has_marks(person: Person) -> bool:
    return without_marks(person.full_name) != person.full_name


def _no_id(row: Row, person: Person, rng: Random) -> None:
    row[Column.ID] = ""


def _dead_note(row: Row, person: Person, rng: Random) -> None:
    row[Column.NOTE] = f"Đã chết ngày {rng.randint(1, 28)}/9/2021"


def _coef_mismatch(row: Row, person: Person, rng: Random) -> None:
    row[Column.COEFFICIENT] = 9.0


def _bad_phone(row: Row, person: Person, rng: Random) -> None:
    row[Column.PHONE] = "0912"


def _id_sex_mismatch(row: Row, person: Person, rng: Random) -> None:
    number = person.national_id
    row[Column.ID] = f"{number[:3]}{int(number[3]) ^ 1}{number[4:]}"


def _bad_id_length(row: Row, person: Person, rng: Random) -> None:
    row[Column.ID] = person.national_id[:_SHORT_ID_DIGITS]


def _impossible_date(row: Row, person: Person, rng: Random) -> None:
    row[Column.BIRTH] = f"{rng.choice(('30/02', '31/02', '31/04', '31/11'))}/{person.birth_date.year}"


def _future_birth(row: Row, person: Person, rng: Random) -> None:
    row[Column.BIRTH] = f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{rng.randint(2031, 2039)}"


def _missing_name(row: Row, person: Person, rng: Random) -> None:
    row[Column.NAME] = ""


def _same_again(row: Row, person: Person, rng: Random) -> None:
    return None


def _without_marks_again(row: Row, person: Person, rng: Random) -> None:
    row[Column.NAME] = without_marks(person.full_name)


def _under_another_name(row: Row, person: Person, rng: Random) -> None:
    other = person.full_name
    while set(other.split()) & set(person.full_name.split()):
        other = draw_name(rng, draw_family(rng, person.ethnicity), person.sex)
    row[Column.NAME] = other


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault. `again` is what the truth calls the second row; its own row then stays accepted."""

    name: str
    cards: int
    expect: Expect
    spoil: Callable[[Row, Person, Random], None]
    befalls: Callable[[Person], bool] = _anybody
    drop: bool = False
    again: str | None = None


FAULTS: tuple[Fault, ...] = (
    Fault("no_id", 6, "review", _no_id),
    Fault("dead_note", 3, "review", _dead_note, drop=True),
    Fault("coef_mismatch", 1, "review", _coef_mismatch),
    Fault("bad_phone", 1, "review", _bad_phone, _has_phone),
    Fault("id_sex_mismatch", 1, "review", _id_sex_mismatch, _has_cccd),
    Fault("bad_id_length", 2, "rejected", _bad_id_length),
    Fault("impossible_date", 1, "rejected", _impossible_date),
    Fault("future_birth", 1, "rejected", _future_birth),
    Fault("missing_name", 1, "rejected", _missing_name),
    Fault("duplicate_same", 1, "accepted", _same_again, again="duplicate"),
    Fault("duplicate_variant", 1, "accepted", _without_marks_again, _has_marks, again="duplicate"),
    Fault("id_conflict", 1, "accepted", _under_another_name, again="conflict"),
)


class FaultDeck:
    """Deals faults to list after list, never two to a row, `FAULT_SHARE` of the rows over all lists."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._cards: list[Fault] = []
        self._owed = 0.0

    def spoil(self, entries: Sequence[Entry]) -> list[Entry]:
        """The list with its faults: rows changed in place, second rows added at the end in the order of their firsts."""
        self._owed += len(entries) * FAULT_SHARE
        untouched = list(entries)
        seconds: dict[int, Entry] = {}
        while self._owed >= 1 and untouched:
            fault, entry, person = self._deal(untouched)
            untouched.remove(entry)
            self._owed -= 1
            entry.fault, entry.expect, entry.drop = fault.name, fault.expect, fault.drop
            if fault.again is None:
                fault.spoil(entry.row, person, self._rng)
                continue
            second = list(entry.row)
            fault.spoil(second, person, self._rng)
            seconds[id(entry)] = Entry(None, second, "review", fault.again, drop=True)
        return [*entries, *(seconds[id(entry)] for entry in entries if id(entry) in seconds)]

    def _deal(self, untouched: list[Entry]) -> tuple[Fault, Entry, Person]:
        """The first card of the deck that can befall one of the rows, and that row."""
        for place, fault in enumerate(self._deck()):
            fitting = [entry for entry in untouched if entry.person is not None and fault.befalls(entry.person)]
            if fitting:
                entry = self._rng.choice(fitting)
                del self._cards[place]
                assert entry.person is not None
                return fault, entry, entry.person
        raise LookupError("a whole deck without a fault that befalls anybody")

    def _deck(self) -> list[Fault]:
        if not any(fault.befalls is _anybody for fault in self._cards):
            one_of_each = list(FAULTS)
            the_rest = [fault for fault in FAULTS for _ in range(fault.cards - 1)]
            self._rng.shuffle(one_of_each)
            self._rng.shuffle(the_rest)
            self._cards += one_of_each + the_rest
        return self._cards
